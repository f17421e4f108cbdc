"""Writing: what a message may become, and all that a post does in one round trip."""

from pepites.audit.journal import COLUMNS
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER
from pepites.messaging.functions.base import EVENTS, REFUSE, invoker

# Rules on a written message (interface §10): its author only, 10 minutes to correct, 24 hours to withdraw; the former
# text is kept here, whatever the code above does.
GUARD = (
    rls.definer_function(
        "messaging_guard_message()",
        "trigger",
        f"""
    DECLARE actor bigint := {ACTOR_PRACTICE};
    BEGIN
      IF NEW.text IS DISTINCT FROM OLD.text OR NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at THEN
        IF OLD.author_id IS DISTINCT FROM actor OR OLD.kind <> 'text' THEN {REFUSE} 'not_author'; END IF;
        IF OLD.withdrawn_at IS NOT NULL OR (NEW.withdrawn_at IS NOT NULL AND NEW.text <> '') THEN {REFUSE} 'state'; END IF;
        IF OLD.created_at < statement_timestamp() - (CASE WHEN NEW.withdrawn_at IS NULL THEN interval '10 minutes'
                                          ELSE interval '24 hours' END) THEN {REFUSE} 'too_late'; END IF;
        INSERT INTO messaging_messageversion (message_id, patient_id, conversation_id, text, replaced_by_id)
        VALUES (OLD.id, OLD.patient_id, OLD.conversation_id, OLD.text, {ACTOR_USER});
        -- A stream that comes back is sent what happened since: never a text that its author took back.
        UPDATE messaging_conversationevent SET html = ''
        WHERE conversation_id = OLD.conversation_id AND created_at >= OLD.created_at AND message_id = OLD.id;
      END IF;
      IF NEW.acknowledged_by_id IS DISTINCT FROM OLD.acknowledged_by_id
         AND (OLD.acknowledged_by_id IS NOT NULL OR NOT OLD.urgent OR OLD.author_id = actor
              OR OLD.author_user_id = {ACTOR_USER}
              OR NEW.acknowledged_by_id IS DISTINCT FROM actor) THEN {REFUSE} 'state'; END IF;
      RETURN NEW;
    END
    """,
        language="plpgsql",
    )
    + """
CREATE TRIGGER messaging_guard BEFORE UPDATE ON messaging_message FOR EACH ROW
  EXECUTE FUNCTION messaging_guard_message();
"""
)

EMIT = invoker(
    "messaging_emit(p_conversation bigint, p_patient bigint, p_message bigint, p_kind text, p_seq integer, p_html text,"
    " p_at timestamptz)",
    "bigint",
    f"""
    DECLARE number bigint;
    BEGIN
      INSERT INTO messaging_conversationevent (conversation_id, patient_id, message_id, kind, seq, author_id, html,
          created_at, message_at)
      VALUES (p_conversation, p_patient, p_message, p_kind, p_seq, {ACTOR_PRACTICE}, p_html, clock_timestamp(), p_at)
      RETURNING id INTO number;
      PERFORM pg_notify('{EVENTS}', number || ':' || p_conversation);
      RETURN number;
    END
    """,
)

# Everything a post does, in one round trip: participation (by the policies), gapless number under the row lock, the
# same answer for the same key, message, event, bell, own cursor.
POST = invoker(
    "messaging_post(p_conversation bigint, p_public uuid, p_key uuid, p_kind text, p_text text, p_html text,"
    " p_search text, p_head text, p_tail text, p_urgent boolean, p_mentions bigint[])",
    "TABLE (message_id bigint, public_id uuid, seq integer, event_id bigint, at timestamptz, fresh boolean)",
    f"""
    #variable_conflict use_column
    DECLARE c record; m record; number integer; moment timestamptz;
    BEGIN
      UPDATE messaging_conversation t SET last_seq = t.last_seq + 1, last_message_at = clock_timestamp()
      WHERE t.id = p_conversation RETURNING t.last_seq, t.patient_id INTO c;
      IF NOT FOUND THEN {REFUSE} 'not_participant'; END IF;
      number := c.last_seq; moment := clock_timestamp();
      INSERT INTO messaging_message (public_id, conversation_id, patient_id, seq, kind, author_id, author_user_id,
          client_key, text, html, search_text, mentions, urgent, created_at)
      VALUES (p_public, p_conversation, c.patient_id, number, p_kind, {ACTOR_PRACTICE}, {ACTOR_USER},
          p_key, p_text, p_html, p_search, p_mentions, p_urgent, moment)
      ON CONFLICT (author_user_id, client_key) WHERE client_key IS NOT NULL DO NOTHING
      RETURNING id INTO message_id;
      IF message_id IS NULL THEN
        UPDATE messaging_conversation t SET last_seq = t.last_seq - 1 WHERE t.id = p_conversation;
        SELECT t.id, t.public_id, t.seq, t.created_at, t.conversation_id, t.text, t.edited_at INTO m FROM messaging_message t
        WHERE t.author_user_id = {ACTOR_USER} AND t.client_key = p_key;
        IF m.id IS NULL OR m.conversation_id <> p_conversation
           OR (m.text <> p_text AND m.edited_at IS NULL) THEN
          RETURN;  -- the key served elsewhere: no row tells it
        END IF;
        RETURN QUERY SELECT m.id, m.public_id, m.seq, 0::bigint, m.created_at, false; RETURN;
      END IF;
      event_id := messaging_emit(p_conversation, c.patient_id, message_id, 'message', number, p_head || number || p_tail,
          moment);
      UPDATE messaging_conversationparticipant p SET last_read_seq = number, last_read_at = moment
      WHERE p.conversation_id = p_conversation AND p.practice_id = {ACTOR_PRACTICE} AND p.left_at IS NULL
        AND p.last_read_seq = number - 1;
      RETURN QUERY SELECT message_id, p_public, number, event_id, moment, true;
    END
    """,
)

# Who a session is today, and a fingerprint of all that was read of it: the short path of a plain message remembers a
# sender's name, and this statement tells whether anything changed since (docs/adr/0016).
SENDER = invoker(
    "messaging_sender(p_session text, p_idle double precision, p_total double precision)",
    "TABLE (user_id bigint, practice_id bigint, practice_public_id uuid, organization_id bigint, role_code text,"
    " role_label text, civility text, given_name text, family_name text, auth text, session_data text, password text,"
    " fingerprint text)",
    """
    #variable_conflict use_column
    BEGIN
      RETURN QUERY SELECT u.id, pr.id, pr.public_id, pr.organization_id, pr.role_code::text, pr.role_label::text,
          p.civility::text, p.given_name::text, p.family_name::text, s.auth_method::text, s.session_data, u.password::text,
          md5(concat_ws('|', s.session_data, u.password, pr.id, pr.role_label, p.civility, p.given_name, p.family_name))
        FROM accounts_session s
        JOIN accounts_user u ON u.id = s.user_id AND u.is_active
        JOIN directory_practitionerrole pr ON pr.id = s.practice_id AND pr.professional_id = u.professional_id
             AND pr.starts_at <= statement_timestamp() AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp())
        JOIN directory_professional p ON p.id = pr.professional_id AND p.active
        WHERE s.session_key = p_session AND s.expire_date > statement_timestamp()
          AND s.last_seen_at >= statement_timestamp() - make_interval(secs => p_idle)
          AND s.created_at >= statement_timestamp() - make_interval(secs => p_total);
    END
    """,
)

# A whole request in one statement, hence one transaction: the session, the actor, the message, the journal.
POST_PLAIN = invoker(
    "messaging_post_plain(p_session text, p_fingerprint text, p_idle double precision, p_total double precision,"
    " p_conversation uuid, p_public uuid, p_key uuid, p_text text, p_html text, p_search text, p_head text, p_tail text,"
    " p_request text, p_ip text, p_version text)",
    "TABLE (seq integer, event_id bigint, conversation_id bigint, at timestamptz)",
    f"""
    #variable_conflict use_column
    DECLARE who record; conv record; sent record;
    BEGIN
      SELECT * INTO who FROM messaging_sender(p_session, p_idle, p_total) s WHERE s.fingerprint = p_fingerprint;
      IF NOT FOUND THEN RETURN; END IF;
      PERFORM set_config('pepites.user', who.user_id::text, true), set_config('pepites.practice', who.practice_id::text, true);
      SELECT c.id, c.patient_id INTO conv FROM messaging_conversation c WHERE c.public_id = p_conversation;
      IF NOT FOUND THEN RETURN; END IF;
      SELECT * INTO sent FROM messaging_post(conv.id, p_public, p_key, 'text', p_text, p_html, p_search, p_head, p_tail,
          false, '{{}}'::bigint[]) m WHERE m.fresh;
      IF NOT FOUND THEN RETURN; END IF;  -- the key served already: the view finds the first answer
      INSERT INTO audit_entry ({COLUMNS})
      VALUES ('humain', who.user_id, who.practice_id, who.organization_id, who.role_code, who.auth, left(p_session, 8),
          'web', 'soins', 'C', 'messaging.message.posted', array_remove(ARRAY[conv.patient_id], NULL), 'message',
          p_public::text, 'participation', '', 0, '', p_request, p_ip, '{{"urgent": false, "files": 0}}', p_version);
      UPDATE accounts_session s SET last_seen_at = statement_timestamp()
      WHERE s.session_key = p_session AND s.last_seen_at < statement_timestamp() - interval '1 minute';
      RETURN QUERY SELECT sent.seq, sent.event_id, conv.id, sent.at;
    END
    """,
)

# Run by the job as pepites_worker, through its named policies: marks the message, tells everybody in the talk.
ESCALATE = invoker(
    "messaging_escalate(p_message bigint, p_public uuid, p_text text, p_html text, p_search text, p_head text,"
    " p_tail text, p_mentions bigint[])",
    "integer",
    """
    DECLARE m record; number integer; told bigint; moment timestamptz;
    BEGIN
      UPDATE messaging_message SET escalated_at = clock_timestamp()
      WHERE id = p_message AND urgent AND acknowledged_at IS NULL AND withdrawn_at IS NULL AND escalated_at IS NULL
      RETURNING conversation_id, patient_id INTO m;
      IF NOT FOUND THEN RETURN NULL; END IF;
      UPDATE messaging_conversation SET last_seq = last_seq + 1, last_message_at = clock_timestamp()
      WHERE id = m.conversation_id RETURNING last_seq INTO number;
      moment := clock_timestamp();
      INSERT INTO messaging_message (public_id, conversation_id, patient_id, seq, kind, text, html, search_text, mentions,
          created_at)
      VALUES (p_public, m.conversation_id, m.patient_id, number, 'system', p_text, p_html, p_search, p_mentions,
          moment) RETURNING id INTO told;
      PERFORM messaging_emit(m.conversation_id, m.patient_id, told, 'message', number, p_head || number || p_tail, moment);
      RETURN number;
    END
    """,
)
