"""Who takes part in a conversation: entering, leaving, what follows a change of rights."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED
from pepites.messaging.functions.base import REFUSE, RIGHTS, private
from pepites.networks.sql import refuse_withheld

PARTICIPATES = rls.definer_function(
    "messaging_participates(p_conversation bigint)",
    "boolean",
    f"""
    BEGIN
      RETURN EXISTS (SELECT 1 FROM messaging_conversationparticipant p WHERE p.conversation_id = p_conversation
                     AND p.practice_id = {ACTOR_PRACTICE} AND p.left_at IS NULL);
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# For the policies of the escalation job only: asked through a function, or the policies would call one another.
WAITING = rls.worker_only(
    rls.definer_function(
        "messaging_waiting(p_conversation bigint)",
        "boolean",
        """
    SELECT EXISTS (SELECT 1 FROM messaging_message m
                   WHERE m.conversation_id = p_conversation AND m.urgent AND m.acknowledged_at IS NULL)
    """,
        volatile="STABLE",
    )
)

# A practice that may follow a talk about that person: level 2 in force, or coordination of one of its networks. A right
# that ends by itself (bris de glace, creation for a time) opens none: nothing would close the talk at its hour.
REACHES = private(
    "messaging_reaches(p_patient bigint, p_practice bigint)",
    "boolean",
    """
    SELECT EXISTS (SELECT 1 FROM access_accessgrant g WHERE g.patient_id = p_patient AND g.practice_id = p_practice
                   AND g.level >= 2 AND g.starts_at <= statement_timestamp() AND g.ends_at IS NULL)
        OR EXISTS (SELECT 1 FROM access_networkpatient np
                   JOIN networks_networkmembership m ON m.network_id = np.network_id AND m.role = 'coordination'
                   JOIN directory_practitionerrole pr ON pr.id = m.practice_id
                   WHERE np.patient_id = p_patient AND m.practice_id = p_practice
                     AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
                     AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())
                     AND (np.organization_id IS NULL OR np.organization_id = pr.organization_id))
    """,
    volatile="STABLE",
)

ENTER = private(
    "messaging_enter(p_conversation bigint, p_patient bigint, p_practice bigint, p_from timestamptz)",
    "boolean",
    f"""
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_professional p ON p.id = pr.professional_id
                     WHERE pr.id = p_practice AND p.category <> 'hors_r1110_2') THEN {REFUSE} 'category_excluded'; END IF;
      IF p_patient IS NOT NULL AND NOT messaging_reaches(p_patient, p_practice) THEN {REFUSE} 'not_in_circle'; END IF;
      INSERT INTO messaging_conversationparticipant (conversation_id, patient_id, practice_id, visible_from, joined_at,
          last_read_seq)
      VALUES (p_conversation, p_patient, p_practice, p_from, clock_timestamp(),
          coalesce((SELECT max(m.seq) FROM messaging_message m
                    WHERE m.conversation_id = p_conversation AND m.created_at < p_from), 0))
      ON CONFLICT (conversation_id, practice_id) WHERE left_at IS NULL DO NOTHING;
      IF FOUND THEN PERFORM pg_notify('{RIGHTS}', 'practice:' || p_practice); RETURN true; END IF;
      RETURN false;
    END
    """,
    language="plpgsql",
)

CREATE = rls.definer_function(
    "messaging_create(p_public uuid, p_kind text, p_patient bigint, p_title text, p_practices bigint[])",
    "bigint",
    f"""
    DECLARE actor bigint := {ACTOR_PRACTICE}; conv bigint; others bigint[];
    BEGIN
      {refuse_withheld("talk.open")}
      others := array_remove(p_practices, actor);
      IF actor IS NULL THEN {REFUSE} 'no_context'; END IF;
      IF p_patient IS NOT NULL AND access_actor_level(p_patient) < 2 THEN {REFUSE} 'level_too_low'; END IF;
      IF (p_kind IN ('circle', 'subgroup')) <> (p_patient IS NOT NULL) AND p_kind <> 'direct' THEN {REFUSE} 'state'; END IF;
      IF p_kind = 'direct' THEN
        IF cardinality(others) <> 1 THEN {REFUSE} 'state'; END IF;
        PERFORM pg_advisory_xact_lock(hashtextextended('messaging-direct ' || least(actor, others[1]) || ' '
            || greatest(actor, others[1]), 0));
        SELECT c.id INTO conv FROM messaging_conversation c
        JOIN messaging_conversationparticipant a ON a.conversation_id = c.id AND a.practice_id = actor AND a.left_at IS NULL
        JOIN messaging_conversationparticipant b ON b.conversation_id = c.id AND b.practice_id = others[1]
             AND b.left_at IS NULL
        WHERE c.kind = 'direct' AND c.patient_id IS NOT DISTINCT FROM p_patient LIMIT 1;
        IF conv IS NOT NULL THEN RETURN conv; END IF;
      END IF;
      INSERT INTO messaging_conversation (public_id, patient_id, kind, title, created_by_id)
      VALUES (p_public, p_patient, p_kind, p_title, actor) ON CONFLICT (patient_id) WHERE kind = 'circle' DO NOTHING RETURNING id INTO conv;
      IF conv IS NULL THEN
        SELECT c.id INTO conv FROM messaging_conversation c WHERE c.patient_id = p_patient AND c.kind = 'circle';
      END IF;
      PERFORM messaging_enter(conv, p_patient, actor, clock_timestamp());
      PERFORM messaging_enter(conv, p_patient, one, clock_timestamp()) FROM unnest(others) one;
      RETURN conv;
    END
    """,
    language="plpgsql",
)

JOIN = rls.definer_function(
    "messaging_join(p_conversation bigint, p_practice bigint, p_from timestamptz)",
    "boolean",
    f"""
    DECLARE actor bigint := {ACTOR_PRACTICE}; c messaging_conversation; start timestamptz; own timestamptz; held integer := 0;
    BEGIN
      SELECT * INTO c FROM messaging_conversation WHERE id = p_conversation;
      IF c.id IS NULL OR c.kind = 'direct' THEN {REFUSE} 'state'; END IF;
      SELECT p.visible_from INTO own FROM messaging_conversationparticipant p
      WHERE p.conversation_id = c.id AND p.practice_id = actor AND p.left_at IS NULL;
      start := coalesce(p_from, clock_timestamp());
      IF own IS NOT NULL THEN start := greatest(start, own);  -- nobody opens a history that they do not see
      ELSIF NOT {TRUSTED} THEN
        IF c.kind = 'circle' THEN held := access_actor_level(c.patient_id); END IF;
        IF held < 2 OR (held < 3 AND p_practice IS DISTINCT FROM actor) THEN {REFUSE} 'not_participant'; END IF;
        start := clock_timestamp();
      END IF;
      RETURN messaging_enter(c.id, c.patient_id, p_practice, least(start, clock_timestamp()));
    END
    """,
    language="plpgsql",
)

QUIT = rls.definer_function(
    "messaging_quit(p_conversation bigint, p_practice bigint)",
    "boolean",
    f"""
    DECLARE actor bigint := {ACTOR_PRACTICE}; c messaging_conversation;
    BEGIN
      SELECT * INTO c FROM messaging_conversation WHERE id = p_conversation;
      IF c.id IS NULL OR c.kind = 'direct' THEN {REFUSE} 'state'; END IF;
      IF NOT {TRUSTED} AND p_practice IS DISTINCT FROM actor
         AND NOT (c.created_by_id = actor AND messaging_participates(c.id))
         AND (c.patient_id IS NULL OR access_actor_level(c.patient_id) < 3) THEN {REFUSE} 'role_missing'; END IF;
      UPDATE messaging_conversationparticipant SET left_at = clock_timestamp()
      WHERE conversation_id = c.id AND practice_id = p_practice AND left_at IS NULL;
      IF FOUND THEN PERFORM pg_notify('{RIGHTS}', 'practice:' || p_practice); RETURN true; END IF;
      RETURN false;
    END
    """,
    language="plpgsql",
)

# Called at each change of rights on a person: who has none left leaves the talks about that person.
RIGHTS_CHANGED = rls.definer_function(
    "messaging_rights_changed(p_patient bigint)",
    "void",
    f"""
    BEGIN
      UPDATE messaging_conversationparticipant p SET left_at = clock_timestamp()
      WHERE p.patient_id = ANY(access_person_set(p_patient)) AND p.left_at IS NULL
        AND NOT messaging_reaches(p.patient_id, p.practice_id);
      PERFORM pg_notify('{RIGHTS}', 'patient:' || one) FROM unnest(access_person_set(p_patient)) one;
    END
    """,
    language="plpgsql",
)

# A coordinator taken out of a network leaves the talks that only this role opened.
ROLE_ENDED = (
    rls.definer_function(
        "messaging_role_ended()",
        "trigger",
        f"""
    BEGIN
      UPDATE messaging_conversationparticipant p SET left_at = clock_timestamp()
      WHERE p.practice_id = OLD.practice_id AND p.patient_id IS NOT NULL AND p.left_at IS NULL
        AND NOT messaging_reaches(p.patient_id, p.practice_id);
      PERFORM pg_notify('{RIGHTS}', 'practice:' || OLD.practice_id);
      RETURN NULL;
    END
    """,
        language="plpgsql",
    )
    + """
CREATE TRIGGER messaging_role_ended AFTER UPDATE ON networks_networkmembership FOR EACH ROW
  WHEN (OLD.role = 'coordination' AND OLD.ends_at IS DISTINCT FROM NEW.ends_at)
  EXECUTE FUNCTION messaging_role_ended();
"""
)

SUBJECT = rls.definer_function(
    "messaging_subject(p_kind text, p_public uuid)",
    "bigint",
    """
    SELECT CASE p_kind
      WHEN 'conversation' THEN (SELECT patient_id FROM messaging_conversation WHERE public_id = p_public)
      WHEN 'message' THEN (SELECT patient_id FROM messaging_message WHERE public_id = p_public)
      WHEN 'attachment' THEN (SELECT patient_id FROM messaging_attachment WHERE public_id = p_public) END
    """,
    volatile="STABLE",
)
