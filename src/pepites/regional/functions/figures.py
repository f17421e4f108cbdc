"""The day's counts, from what the tables and their histories say: any past day can be told again (RNIV §2.7)."""

from pepites.common import rls
from pepites.common.rls import WEB

COUNTED = (
    "total", "provisional", "retrieved", "validated", "qualified", "doubtful", "moved", "moved_qualified", "persons",
    "without_ins", "duplicates", "duplicates_month", "absorbed", "absorbed_month", "collisions", "collisions_month",
    "reviews", "overdue", "links_month", "separations_month", "errors",
)  # fmt: skip
_EACH = "GROUP BY GROUPING SETS ((domain_id), ())"
_ON = "IS NOT DISTINCT FROM"

# Faithful and nothing else: whoever calls it can only have the same day counted again. The web may not: it is heavy.
TAKE = (
    rls.definer_function(
        "regional_take_figures(p_day date)",
        "void",
        f"""
    DECLARE upto timestamptz := (p_day + 1)::timestamp AT TIME ZONE 'America/Cayenne';
      since timestamptz := (p_day - 29)::timestamp AT TIME ZONE 'America/Cayenne';
    BEGIN
      INSERT INTO regional_dailyfigures (day, domain_id, {", ".join(COUNTED)}, merge_hours, insi)
      WITH state AS MATERIALIZED (
        SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id AS id, e.domain_id, e.status, e.active, e.attributes,
          e.replaced_by_id, e.pgh_created_at >= since AS moved
        FROM regional_regionalrecordevent e WHERE e.pgh_created_at < upto ORDER BY e.pgh_obj_id, e.pgh_id DESC
      ), live AS (
        SELECT s.*, l.person_id, bool_or(s.status = 'QUAL') OVER (PARTITION BY l.person_id) AS known
        FROM state s LEFT JOIN regional_link l ON l.record_id = s.id AND l.created_at < upto
          AND (l.ended_at IS NULL OR l.ended_at >= upto) WHERE s.active
      ), stock AS (
        SELECT domain_id, count(*) AS total, count(*) FILTER (WHERE status = 'PROV') AS provisional,
          count(*) FILTER (WHERE status = 'RECUP') AS retrieved, count(*) FILTER (WHERE status = 'VALI') AS validated,
          count(*) FILTER (WHERE status = 'QUAL') AS qualified,
          count(*) FILTER (WHERE attributes @> ARRAY['DOUT']::varchar[]) AS doubtful,
          count(*) FILTER (WHERE moved) AS moved, count(*) FILTER (WHERE moved AND status = 'QUAL') AS moved_qualified,
          count(DISTINCT person_id) AS persons, count(DISTINCT person_id) FILTER (WHERE NOT known) AS without_ins
        FROM live {_EACH}
      ), merged AS (
        SELECT domain_id, count(*) AS absorbed, count(*) FILTER (WHERE moved) AS absorbed_month
        FROM state WHERE replaced_by_id IS NOT NULL {_EACH}
      ), told AS (
        SELECT DISTINCT c.id, r.domain_id, c.queue, c.opened_at, c.closed_at, c.due_at,
          c.closed_at IS NULL OR c.closed_at >= upto AS waiting
        FROM regional_card c JOIN regional_regionalrecord r ON r.id IN (c.one_id, c.two_id) WHERE c.opened_at < upto
      ), cards AS (
        SELECT domain_id, count(DISTINCT id) FILTER (WHERE waiting AND queue = 'doublons') AS duplicates,
          count(DISTINCT id) FILTER (WHERE queue = 'doublons' AND opened_at >= since) AS duplicates_month,
          count(DISTINCT id) FILTER (WHERE waiting AND queue IN ('collisions', 'ins')) AS collisions,
          count(DISTINCT id) FILTER (WHERE queue IN ('collisions', 'ins') AND opened_at >= since) AS collisions_month,
          count(DISTINCT id) FILTER (WHERE waiting) AS reviews,
          count(DISTINCT id) FILTER (WHERE waiting AND due_at < upto) AS overdue,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - opened_at) / 3600)
            FILTER (WHERE queue = 'doublons' AND closed_at >= since AND closed_at < upto) AS merge_hours
        FROM told {_EACH}
      ), acts AS (
        SELECT domain_id, count(DISTINCT batch) FILTER (WHERE origin IN ('auto', 'ins', 'manuel')) AS links_month,
          count(DISTINCT batch) FILTER (WHERE origin = 'seul' AND l.reason <> '') AS separations_month
        FROM regional_link l JOIN regional_regionalrecord r ON r.id = l.record_id
        WHERE l.created_at >= since AND l.created_at < upto {_EACH}
      ), refused AS (
        SELECT s.pgh_obj_id AS domain_id, sum(s.errors) AS errors FROM (
          SELECT DISTINCT ON (e.pgh_obj_id) e.pgh_obj_id, e.errors FROM regional_domainevent e
          WHERE e.pgh_created_at < upto ORDER BY e.pgh_obj_id, e.pgh_id DESC) s
        GROUP BY GROUPING SETS ((s.pgh_obj_id), ())
      ), asked AS (
        SELECT coalesce(jsonb_object_agg(q.code, q.n), '{{}}') AS insi FROM (
          SELECT c.code, count(*) AS n FROM identity_insicall c
          WHERE c.asked_at >= since AND c.asked_at < upto GROUP BY c.code) q
      )
      SELECT p_day, d.id, {", ".join(f"coalesce({name}, 0)" for name in COUNTED)}, merge_hours,
        CASE WHEN d.code IS NULL OR d.code = 'PEPITES' THEN asked.insi ELSE '{{}}' END
      FROM (SELECT id, code FROM regional_domain UNION ALL SELECT NULL, NULL) d
      LEFT JOIN stock ON stock.domain_id {_ON} d.id LEFT JOIN merged ON merged.domain_id {_ON} d.id
      LEFT JOIN cards ON cards.domain_id {_ON} d.id LEFT JOIN acts ON acts.domain_id {_ON} d.id
      LEFT JOIN refused ON refused.domain_id {_ON} d.id CROSS JOIN asked
      ON CONFLICT (day, domain_id) DO UPDATE SET
        {", ".join(f"{name} = EXCLUDED.{name}" for name in (*COUNTED, "merge_hours", "insi"))};
    END
    """,
        language="plpgsql",
    )
    + f"\nREVOKE EXECUTE ON FUNCTION regional_take_figures(date) FROM {WEB};"
)

ALL = (TAKE,)
