"""Policies of the conversations: by participation, never by the rights on the file (design, law 3)."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, WORKER
from pepites.messaging.functions import RIGHTS

CONVERSATION, PARTICIPANT = "messaging_conversation", "messaging_conversationparticipant"
MESSAGE, VERSION = "messaging_message", "messaging_messageversion"
ATTACHMENT, EVENT = "messaging_attachment", "messaging_conversationevent"


def participates(conversation: str) -> str:
    """The actor's practice takes part in the conversation today."""
    return (
        f"EXISTS (SELECT 1 FROM {PARTICIPANT} p WHERE p.conversation_id = {conversation}"
        f" AND p.practice_id = {ACTOR_PRACTICE} AND p.left_at IS NULL)"
    )


def sees(conversation: str, moment: str) -> str:
    """… and the thing is not older than the history opened to it."""
    return participates(conversation)[:-1] + f" AND {moment} >= p.visible_from)"


def _own_message(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.id = {table}.message_id AND m.author_id = {ACTOR_PRACTICE})"


def _visible_message(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {MESSAGE} m WHERE m.id = {table}.message_id)"


_IN = participates(f"{CONVERSATION}.id")
_SEES_MESSAGE = sees(f"{MESSAGE}.conversation_id", f"{MESSAGE}.created_at")
_SEES_EVENT = sees(f"{EVENT}.conversation_id", f"{EVENT}.message_at")
_WAITING = "messaging_waiting({})"
_NOBODY = "author_id IS NULL"

TABLES = "\n".join(
    [
        *(rls.enable(table) for table in (CONVERSATION, PARTICIPANT, MESSAGE, VERSION, ATTACHMENT, EVENT)),
        *(rls.composite_key(table) for table in (CONVERSATION, PARTICIPANT, MESSAGE, VERSION, ATTACHMENT, EVENT)),
        rls.grant(CONVERSATION, "SELECT", "UPDATE (last_seq, last_message_at, title)"),
        rls.policy(CONVERSATION, "by_participation_read", "SELECT", using=_IN),
        rls.policy(CONVERSATION, "by_participation_change", "UPDATE", using=_IN, check=_IN),
        rls.grant(PARTICIPANT, "SELECT", "UPDATE (last_read_seq, last_read_at)"),
        # Own rows first: the function is asked only for those of the others.
        rls.policy(
            PARTICIPANT,
            "by_participation_read",
            "SELECT",
            using=f"(practice_id = {ACTOR_PRACTICE} AND left_at IS NULL) OR messaging_participates(conversation_id)",
        ),
        rls.policy(
            PARTICIPANT,
            "own_cursor",
            "UPDATE",
            using=f"practice_id = {ACTOR_PRACTICE} AND left_at IS NULL",
            check=f"practice_id = {ACTOR_PRACTICE} AND left_at IS NULL",
        ),
        rls.grant(
            MESSAGE,
            "SELECT",
            "INSERT",
            "UPDATE (text, html, search_text, mentions, edited_at, withdrawn_at, acknowledged_by_id, acknowledged_at)",
        ),
        f"GRANT UPDATE (escalated_at) ON {MESSAGE} TO {WORKER};",
        rls.policy(MESSAGE, "by_participation_read", "SELECT", using=_SEES_MESSAGE),
        rls.policy(
            MESSAGE,
            "as_oneself",
            "INSERT",
            check=f"author_id = {ACTOR_PRACTICE} AND author_user_id = {ACTOR_USER} AND {_SEES_MESSAGE}",
        ),
        # Who may change what is checked by the trigger messaging_guard.
        rls.policy(MESSAGE, "by_participation_change", "UPDATE", using=_SEES_MESSAGE, check=_SEES_MESSAGE),
        rls.grant(VERSION, "SELECT"),
        rls.policy(VERSION, "own_former_texts", "SELECT", using=_own_message(VERSION)),
        rls.grant(ATTACHMENT, "SELECT", "INSERT"),
        rls.policy(ATTACHMENT, "with_its_message", "SELECT", using=_visible_message(ATTACHMENT)),
        rls.policy(ATTACHMENT, "to_own_message", "INSERT", check=_own_message(ATTACHMENT)),
        rls.grant(EVENT, "SELECT", "INSERT"),
        rls.policy(EVENT, "by_participation_read", "SELECT", using=_SEES_EVENT),
        rls.policy(EVENT, "as_oneself", "INSERT", check=f"author_id = {ACTOR_PRACTICE} AND {_SEES_EVENT}"),
    ]
)

# The job messaging.escalate_urgent: urgent messages nobody answered, and its own words; no other text.
ESCALATION = "\n".join(
    [
        rls.policy(
            MESSAGE,
            "job_escalate_read",
            "SELECT",
            to=(WORKER,),
            using=f"urgent OR (kind = 'system' AND {_NOBODY})",
        ),
        rls.policy(MESSAGE, "job_escalate_mark", "UPDATE", to=(WORKER,), using="urgent", check="urgent"),
        rls.policy(MESSAGE, "job_escalate_tell", "INSERT", to=(WORKER,), check=f"kind = 'system' AND {_NOBODY}"),
        rls.policy(
            CONVERSATION, "job_escalate_read", "SELECT", to=(WORKER,), using=_WAITING.format(f"{CONVERSATION}.id")
        ),
        rls.policy(
            CONVERSATION,
            "job_escalate_number",
            "UPDATE",
            to=(WORKER,),
            using=_WAITING.format(f"{CONVERSATION}.id"),
            check=_WAITING.format(f"{CONVERSATION}.id"),
        ),
        rls.policy(
            PARTICIPANT,
            "job_escalate_read",
            "SELECT",
            to=(WORKER,),
            using=_WAITING.format(f"{PARTICIPANT}.conversation_id"),
        ),
        rls.policy(EVENT, "job_escalate_read", "SELECT", to=(WORKER,), using=_NOBODY),
        rls.policy(EVENT, "job_escalate_tell", "INSERT", to=(WORKER,), check=_NOBODY),
        # The job documents.remove_orphans must know every name in use, or it would remove a file somebody needs.
        rls.policy(ATTACHMENT, "job_orphans_read", "SELECT", to=(WORKER,), using="true"),
    ]
)

# Whatever ends a session or changes its place of practice rings in the same transaction: live streams close on it.
BELLS = f"""
CREATE FUNCTION messaging_ring_session() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM pg_notify('{RIGHTS}', 'session:' || left(OLD.session_key, 8));
  RETURN NULL;
END
$body$;
CREATE FUNCTION messaging_ring_user() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM pg_notify('{RIGHTS}', 'user:' || OLD.id);
  RETURN NULL;
END
$body$;
CREATE FUNCTION messaging_ring_practice() RETURNS trigger LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp AS $body$
BEGIN
  PERFORM pg_notify('{RIGHTS}', 'practice:' || OLD.id);
  RETURN NULL;
END
$body$;
CREATE TRIGGER messaging_session_ended AFTER DELETE ON accounts_session FOR EACH ROW
  EXECUTE FUNCTION messaging_ring_session();
CREATE TRIGGER messaging_session_changed AFTER UPDATE ON accounts_session FOR EACH ROW
  WHEN (OLD.practice_id IS DISTINCT FROM NEW.practice_id OR OLD.user_id IS DISTINCT FROM NEW.user_id)
  EXECUTE FUNCTION messaging_ring_session();
CREATE TRIGGER messaging_account_changed AFTER UPDATE ON accounts_user FOR EACH ROW
  WHEN (OLD.is_active IS DISTINCT FROM NEW.is_active OR OLD.password IS DISTINCT FROM NEW.password)
  EXECUTE FUNCTION messaging_ring_user();
CREATE TRIGGER messaging_practice_changed AFTER UPDATE ON directory_practitionerrole FOR EACH ROW
  WHEN (OLD.ends_at IS DISTINCT FROM NEW.ends_at) EXECUTE FUNCTION messaging_ring_practice();
"""
