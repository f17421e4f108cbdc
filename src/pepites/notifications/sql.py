"""Policies of the notices (design, law 3): the recipient alone reads theirs, while they still hold the level on the
person; whoever tells must reach the person; nobody answers an alert in another's name."""

from pepites.access.sql import granted, levelled, reaches
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, WORKER

ALERT, NOTICE = "notifications_alert", "notifications_notification"
_JOB = f"{ACTOR_PRACTICE} IS NULL"


def _held(table: str) -> str:
    """The actor holds on the person the level that the row asks: an invitation is read from the identity level."""
    return f"({levelled(table)} OR ({table}.level <= 1 AND {granted(f'{table}.patient_id', 1)}))"


def _mine(table: str) -> str:
    return f"{table}.practice_id = {ACTOR_PRACTICE} AND ({table}.patient_id IS NULL OR {_held(table)})"


_OPEN = f"{ALERT}.acknowledged_at IS NULL AND {ALERT}.settled_at IS NULL"
_FRESH = f"{_OPEN} AND {ALERT}.acknowledged_by_id IS NULL AND {ALERT}.escalated_at IS NULL"  # nobody's answer yet
_UNREAD = f"{NOTICE}.read_at IS NULL AND {NOTICE}.mail_closed_at IS NULL"
_TELLS = f"{ACTOR_PRACTICE} IS NOT NULL AND ({NOTICE}.patient_id IS NULL OR {reaches(f'{NOTICE}.patient_id', 1)})"

TABLES = (
    rls.enable(ALERT),
    rls.composite_key(ALERT),
    rls.grant(ALERT, "SELECT", "INSERT", "UPDATE (acknowledged_at, acknowledged_by_id)"),
    f"GRANT UPDATE (escalated_at, settled_at) ON {ALERT} TO {WORKER};",
    rls.policy(ALERT, "alert_read", "SELECT", using=levelled(ALERT)),
    rls.policy(ALERT, "alert_raise", "INSERT", check=f"{_FRESH} AND {reaches(f'{ALERT}.patient_id', 2)}"),
    rls.policy(
        ALERT, "alert_take", "UPDATE", using=f"{_OPEN} AND {levelled(ALERT)}",
        check=f"{ALERT}.acknowledged_by_id = {ACTOR_PRACTICE} AND {levelled(ALERT)}",
    ),
    # The jobs that raise an alert for the house, warn the next role, or say that there is nothing left to do.
    rls.policy(ALERT, "job_read", "SELECT", to=(WORKER,), using=_JOB),
    rls.policy(ALERT, "job_raise", "INSERT", to=(WORKER,), check=_JOB),
    rls.policy(ALERT, "job_follow", "UPDATE", to=(WORKER,), using=_JOB, check=_JOB),
    rls.enable(NOTICE),
    rls.composite_key(NOTICE),
    rls.grant(NOTICE, "SELECT", "INSERT", "UPDATE (read_at)"),
    f"GRANT UPDATE (mail_closed_at) ON {NOTICE} TO {WORKER};",
    rls.policy(NOTICE, "notice_read", "SELECT", using=_mine(NOTICE)),
    rls.policy(NOTICE, "notice_tell", "INSERT", check=f"{_UNREAD} AND {_TELLS}"),
    rls.policy(NOTICE, "notice_mark", "UPDATE", using=_mine(NOTICE), check=_mine(NOTICE)),
    rls.policy(NOTICE, "job_tell", "INSERT", to=(WORKER,), check=_JOB),
)  # fmt: skip

_OWN = "{0}.user_id = " + ACTOR_USER
CHOICES = tuple(
    part
    for table in ("notifications_schedule", "notifications_channelchoice")
    for part in (
        rls.enable(table),
        rls.grant(table, "SELECT", "INSERT", "UPDATE"),
        rls.policy(table, "own_read", "SELECT", using=_OWN.format(table)),
        rls.policy(table, "own_add", "INSERT", check=_OWN.format(table)),
        rls.policy(table, "own_change", "UPDATE", using=_OWN.format(table), check=_OWN.format(table)),
        rls.policy(table, "job_mail_read", "SELECT", to=(WORKER,), using="true"),
    )
)

# What waits for a message, with the account behind each practice: told to the worker only, and only what its recipient
# may still read, so that a mail never counts what the list hides.
# Nothing about a fictional person leaves the platform: a training copy writes to nobody.
WAITING = rls.worker_only(
    rls.definer_function(
        "notifications_waiting(p_user bigint DEFAULT NULL)",
        "TABLE (notice_id bigint, practice_id bigint, user_id bigint, event text, created_at timestamptz)",
        f"""
    SELECT n.id, n.practice_id, u.id, n.event::text, n.created_at
    FROM notifications_notification n
    JOIN directory_practitionerrole pr ON pr.id = n.practice_id
      AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp())
    JOIN accounts_user u ON u.professional_id = pr.professional_id AND u.is_active
    WHERE n.read_at IS NULL AND n.mail_closed_at IS NULL AND n.created_at > statement_timestamp() - interval '7 days'
      AND (p_user IS NULL OR u.id = p_user)
      AND NOT EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = n.patient_id AND p.identity_flags ~ 'FICT')
      AND (n.patient_id IS NULL OR {_held("n").replace(ACTOR_PRACTICE, "n.practice_id")})
    ORDER BY u.id, n.created_at, n.id
    """,
        volatile="STABLE",
    )
)

# What was read long ago leaves the list; the journal keeps that it was told and read. Never under a month, nor an alert
# that nobody took in hand.
PURGE = rls.worker_only(
    rls.definer_function(
        "notifications_purge(p_days integer)",
        "integer",
        f"""
    DECLARE done integer;
    BEGIN
      DELETE FROM {NOTICE} n
      WHERE n.read_at < statement_timestamp() - make_interval(days => greatest(p_days, 30))
        AND NOT EXISTS (SELECT 1 FROM {ALERT} a WHERE a.public_id = n.alert_id AND a.acknowledged_at IS NULL
                        AND a.settled_at IS NULL);
      GET DIAGNOSTICS done = ROW_COUNT;
      RETURN done;
    END
    """,
        language="plpgsql",
    )
)

ALL = (*TABLES, *CHOICES, WAITING)
