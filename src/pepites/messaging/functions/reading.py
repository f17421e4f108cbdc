"""Reading: the cursor of a reader, the unread ones, and what the live hub asks."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE
from pepites.messaging.functions.base import READS, invoker

UNREAD = rls.definer_function(
    "messaging_unread()",
    "TABLE (conversation_id bigint, patient_id bigint, unread integer)",
    f"""
    SELECT c.id, coalesce(f.survivor_id, c.patient_id), c.last_seq - p.last_read_seq
    FROM messaging_conversationparticipant p JOIN messaging_conversation c ON c.id = p.conversation_id
    LEFT JOIN patients_patient f ON f.id = c.patient_id
    WHERE p.practice_id = {ACTOR_PRACTICE} AND p.left_at IS NULL AND c.last_seq > p.last_read_seq
    """,
    volatile="STABLE",
)

MARK_READ = invoker(
    "messaging_mark_read(p_conversation bigint, p_practice text, p_seq integer, p_back boolean)",
    "integer",
    f"""
    DECLARE reached integer;
    BEGIN
      UPDATE messaging_conversationparticipant p
      SET last_read_seq = CASE WHEN p_back THEN least(p.last_read_seq, p_seq)
                               ELSE greatest(p.last_read_seq, least(p_seq, c.last_seq)) END,
          last_read_at = clock_timestamp()
      FROM messaging_conversation c
      WHERE c.id = p_conversation AND p.conversation_id = c.id AND p.practice_id = {ACTOR_PRACTICE} AND p.left_at IS NULL
      RETURNING p.last_read_seq INTO reached;
      IF reached IS NOT NULL AND NOT p_back THEN
        PERFORM pg_notify('{READS}', p_conversation || ':' || p_practice || ':' || reached);
      END IF;
      RETURN reached;
    END
    """,
)

# The live hub reads each event as one of the practices whose stream is open: no role sees every conversation
# (docs/adr/0010). One round trip for a batch; the policies apply at each step.
EVENTS_AS = invoker(
    "messaging_events_as(p_practices bigint[], p_ids bigint[])",
    "TABLE (id bigint, conversation_id bigint, seq integer, kind text, html text, message_at timestamptz)",
    """
    #variable_conflict use_column
    DECLARE position integer;
    BEGIN
      FOR position IN 1 .. coalesce(array_length(p_ids, 1), 0) LOOP
        PERFORM set_config('pepites.practice', p_practices[position]::text, true);
        RETURN QUERY SELECT e.id, e.conversation_id, e.seq, e.kind::text, e.html, e.message_at
          FROM messaging_conversationevent e WHERE e.id = p_ids[position] AND e.html <> '';
      END LOOP;
      PERFORM set_config('pepites.practice', '', true);
    END
    """,
)

SUBSCRIPTIONS = invoker(
    "messaging_subscriptions(p_practice bigint)",
    "TABLE (conversation_id bigint, public_id uuid, patient_id bigint, visible_from timestamptz)",
    """
    #variable_conflict use_column
    BEGIN
      PERFORM set_config('pepites.practice', p_practice::text, true);
      RETURN QUERY SELECT p.conversation_id, c.public_id, c.patient_id, p.visible_from
        FROM messaging_conversationparticipant p JOIN messaging_conversation c ON c.id = p.conversation_id
        WHERE p.practice_id = p_practice AND p.left_at IS NULL;
      PERFORM set_config('pepites.practice', '', true);
    END
    """,
)

# By time, not by number: a transaction held open commits a smaller number after a larger one was delivered.
REPLAY = invoker(
    "messaging_replay(p_practice bigint, p_after bigint, p_since timestamptz, p_limit integer)",
    "TABLE (id bigint, conversation_id bigint, seq integer, kind text, html text, message_at timestamptz)",
    """
    #variable_conflict use_column
    DECLARE start timestamptz;
    BEGIN
      PERFORM set_config('pepites.practice', p_practice::text, true);
      start := coalesce((SELECT least(p_since, e.created_at) FROM messaging_conversationevent e WHERE e.id = p_after), p_since);
      RETURN QUERY SELECT e.id, e.conversation_id, e.seq, e.kind::text, e.html, e.message_at
        FROM messaging_conversationparticipant p
        JOIN messaging_conversationevent e ON e.conversation_id = p.conversation_id AND e.created_at > start
        WHERE p.practice_id = p_practice AND p.left_at IS NULL AND e.html <> ''
        ORDER BY e.id LIMIT p_limit;
      PERFORM set_config('pepites.practice', '', true);
    END
    """,
)
