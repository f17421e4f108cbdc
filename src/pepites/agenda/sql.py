"""Policies of the agenda (design, law 3): an appointment about a person closes with the file, for participants too."""

from pepites.access.sql import levelled, reaches
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER


def _networks(practice: str) -> str:
    return (
        f"ARRAY(SELECT m.network_id FROM networks_networkmembership m WHERE m.practice_id = {practice}"
        " AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()))"
    )


_MY_NETWORKS = _networks(ACTOR_PRACTICE)
CHANGED = (
    "starts_at, ends_at, travel, travel_minutes, place, note, title, kind, participants, state, reason, report, series,"
    " version"
)

# Colleagues: the same structure, or a network in common. What they share of an agenda is when one is busy.
SHARES = rls.definer_function(
    "agenda_shares(p_practice bigint)",
    "boolean",
    f"""
    SELECT p_practice = {ACTOR_PRACTICE} OR EXISTS (
      SELECT 1 FROM directory_practitionerrole a JOIN directory_practitionerrole b ON a.organization_id = b.organization_id
      WHERE a.id = p_practice AND b.id = {ACTOR_PRACTICE}
    ) OR {_networks("p_practice")} && {_MY_NETWORKS}
    """,
    volatile="STABLE",
)

# When colleagues are busy, and nothing else of it: neither who nor why nor where.
BUSY = rls.definer_function(
    "agenda_busy(p_practices bigint[], p_from timestamptz, p_to timestamptz)",
    "TABLE (practice_id bigint, public_id uuid, leaves_at timestamptz, ends_at timestamptz)",
    """
    SELECT w.practice, a.public_id, a.starts_at - make_interval(mins => a.travel_minutes), a.ends_at
    FROM (SELECT p AS practice FROM unnest(p_practices[1:60]) p WHERE agenda_shares(p)) w
    JOIN agenda_appointment a ON a.participants @> ARRAY[w.practice] AND a.state IN ('prevu', 'attente')
      AND a.starts_at < p_to + interval '1 day' AND a.ends_at > p_from
      AND a.starts_at - make_interval(mins => a.travel_minutes) < p_to
    WHERE p_to - p_from < interval '3 days'
    ORDER BY a.starts_at LIMIT 500
    """,
    volatile="STABLE",
)

# What a calendar asks with its secret, nobody being signed in: hours alone, while the account and the place stand.
FEED = rls.definer_function(
    "agenda_feed(p_digest text)",
    "TABLE (public_id uuid, starts_at timestamptz, ends_at timestamptz, place varchar, state varchar)",
    """
    SELECT a.public_id, a.starts_at, a.ends_at, CASE WHEN a.patient_id IS NULL THEN a.place ELSE ''::varchar END, a.state
    FROM agenda_calendarfeed f
    JOIN accounts_user u ON u.id = f.user_id AND u.is_active
    JOIN directory_practitionerrole pr ON pr.id = f.practice_id AND pr.professional_id = u.professional_id
      AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp())
    JOIN agenda_appointment a ON a.participants @> ARRAY[f.practice_id] AND a.uid = ''
      AND a.starts_at BETWEEN statement_timestamp() - interval '30 days' AND statement_timestamp() + interval '366 days'
    WHERE f.digest = p_digest AND f.revoked_at IS NULL AND a.state <> 'annule'
      AND (a.patient_id IS NULL OR EXISTS (
        SELECT 1 FROM access_accessgrant g WHERE g.patient_id = a.patient_id AND g.practice_id = f.practice_id
          AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
      ) OR EXISTS (
        SELECT 1 FROM access_networkpatient np JOIN networks_networkmembership m ON m.network_id = np.network_id
        WHERE np.patient_id = a.patient_id AND m.practice_id = f.practice_id AND m.role = 'coordination'
          AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
          AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())
          AND (np.organization_id IS NULL OR np.organization_id = pr.organization_id)))
    ORDER BY a.starts_at LIMIT 3000
    """,
    volatile="STABLE",
)
FEED_STANDS = rls.definer_function(
    "agenda_feed_stands(p_digest text)",
    "boolean",
    """
    SELECT EXISTS (
      SELECT 1 FROM agenda_calendarfeed f JOIN accounts_user u ON u.id = f.user_id AND u.is_active
      JOIN directory_practitionerrole pr ON pr.id = f.practice_id AND pr.professional_id = u.professional_id
        AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp())
      WHERE f.digest = p_digest AND f.revoked_at IS NULL)
    """,
    volatile="STABLE",
)


def appointment() -> str:
    """Read: the level on the person, or taking part while the file is open; without a person, taking part or the team."""
    parts = []
    for table in ("agenda_appointment", "agenda_appointmentevent"):
        column = f"{table}.patient_id"
        mine = f"({table}.created_by_id = {ACTOR_PRACTICE} OR {table}.participants @> ARRAY[{ACTOR_PRACTICE}])"
        about = f"({column} IS NOT NULL AND ({levelled(table)} OR ({mine} AND {reaches(column, 1)})))"
        team = f"({column} IS NULL AND ({mine} OR {table}.network_id = ANY({_MY_NETWORKS})))"
        parts += [
            rls.enable(table),
            rls.grant(table, "SELECT", "INSERT"),
            rls.policy(table, f"{table}_read", "SELECT", using=f"{about} OR {team}"),
        ]
        # Whoever plans writes it under their own name; a change made by another participant keeps that name.
        signed = f"{table}.created_by_id = {ACTOR_PRACTICE}" if table == "agenda_appointment" else "true"
        add = f"{signed} AND (({column} IS NULL AND {mine}) OR {reaches(column, 2)})"
        parts.append(rls.policy(table, f"{table}_add", "INSERT", check=add))
    table = "agenda_appointment"
    change = (
        f"(({table}.patient_id IS NULL AND ({table}.created_by_id = {ACTOR_PRACTICE}"
        f" OR {table}.participants @> ARRAY[{ACTOR_PRACTICE}])) OR {reaches(f'{table}.patient_id', 2)})"
    )
    return "\n".join(
        [
            *parts,
            rls.composite_key(table),
            f"GRANT UPDATE ({CHANGED}) ON {table} TO {rls.WEB}, {rls.WORKER};",
            rls.policy(table, f"{table}_change", "UPDATE", using=change, check=change),
        ]
    )


def _own(table: str, *, read: str, change: str) -> str:
    mine = f"{table}.practice_id = {ACTOR_PRACTICE}"
    return "\n".join(
        [
            rls.enable(table),
            rls.grant(table, "SELECT", "INSERT"),
            rls.policy(table, f"{table}_read", "SELECT", using=read),
            rls.policy(table, f"{table}_add", "INSERT", check=mine),
            f"GRANT UPDATE ({change}) ON {table} TO {rls.WEB}, {rls.WORKER};",
            rls.policy(table, f"{table}_change", "UPDATE", using=mine, check=mine),
        ]
    )


FEED_READ = "id, public_id, practice_id, user_id, label, created_at, revoked_at"


def feed() -> str:
    """One's own addresses only; the digest is never read back."""
    table = "agenda_calendarfeed"
    mine = f"{table}.user_id = {ACTOR_USER}"
    return "\n".join(
        [
            rls.enable(table),
            f"GRANT SELECT ({FEED_READ}), INSERT ON {table} TO {rls.WEB}, {rls.WORKER};",
            f"GRANT UPDATE (revoked_at) ON {table} TO {rls.WEB}, {rls.WORKER};",
            rls.policy(table, f"{table}_read", "SELECT", using=mine),
            rls.policy(table, f"{table}_add", "INSERT", check=f"{mine} AND {table}.practice_id = {ACTOR_PRACTICE}"),
            rls.policy(table, f"{table}_change", "UPDATE", using=mine, check=mine),
        ]
    )


ALL = (
    SHARES,
    BUSY,
    appointment(),
    _own("agenda_absence", read="agenda_shares(agenda_absence.practice_id)", change="cancelled_at"),
    _own("agenda_usualhours", read="agenda_shares(agenda_usualhours.practice_id)", change="opens, closes"),
    "GRANT DELETE ON agenda_usualhours TO pepites_web, pepites_worker;",
    rls.policy(
        "agenda_usualhours", "agenda_usualhours_end", "DELETE",
        using=f"agenda_usualhours.practice_id = {ACTOR_PRACTICE}",
    ),
    feed(),
    FEED,
    FEED_STANDS,
)  # fmt: skip
