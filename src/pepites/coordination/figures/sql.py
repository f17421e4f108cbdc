"""The counts of a network, for several periods at once: one narrow function, no name in what it returns.

Whoever administers a network, or the region's cell, reads none of the rows counted: the function checks who asks, and
gives counts alone (coordination P12). Only the coordination, which reads the files, may narrow them by commune or by
référent: crossing filters is how a count of many becomes a fact about one.
"""

from pepites.access.sql import COORDINATED
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE
from pepites.identity.functions import CELL

ADMINISTERED = (
    f"EXISTS (SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network AND m.practice_id ="
    f" {ACTOR_PRACTICE} AND m.role = 'administration' AND m.starts_at <= statement_timestamp()"
    " AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()))"
)


def _day(column: str) -> str:
    return f"({column} AT TIME ZONE 'America/Cayenne')::date"


_OPEN_AT_ACT = "c.opened_on <= a.day AND (c.closed_on IS NULL OR c.closed_on >= a.day)"
# Every part reads these; ``files`` gathers the merged files of each person under the one that stays.
_COMMON = f"""
  WITH period AS (
    SELECT r::int AS rank, f AS since, t AS upto FROM unnest(p_from, p_to) WITH ORDINALITY u(f, t, r)
  ), plan AS MATERIALIZED (
    SELECT DISTINCT ON (coalesce(p.survivor_id, p.id)) coalesce(p.survivor_id, p.id) AS person_id, l.id, l.referent_id
    FROM coordination_careplan l JOIN patients_patient p ON p.id = l.patient_id
    WHERE l.network_id = p_network AND l.state <> 'clos' ORDER BY coalesce(p.survivor_id, p.id), l.id DESC
  ), cases AS MATERIALIZED (
    SELECT w.id, w.person_id, w.opened_on, w.closed_on, w.closing_reason, w.stage, w.pack_id, w.commune_cog,
      w.birth_date, p.sex, l.referent_id
    FROM coordination_pathway w JOIN patients_patient p ON p.id = w.person_id LEFT JOIN plan l USING (person_id)
    WHERE w.network_id = p_network AND (p_commune = '' OR w.commune_cog = p_commune)
      AND (p_referent IS NULL OR l.referent_id = p_referent)
  ), files AS MATERIALIZED (
    SELECT person_id AS patient_id, person_id FROM cases UNION
    SELECT p.id, p.survivor_id FROM patients_patient p WHERE p.survivor_id IN (SELECT person_id FROM cases)
  ), followed AS MATERIALIZED (
    SELECT DISTINCT ON (q.rank, c.person_id) q.rank, q.upto, c.* FROM period q JOIN cases c
      ON c.opened_on <= q.upto AND (c.closed_on IS NULL OR c.closed_on > q.upto)
    ORDER BY q.rank, c.person_id, c.opened_on
  ), act AS (
    SELECT f.person_id, {_day("n.created_at")} AS day FROM coordination_liaisonnote n JOIN files f USING (patient_id)
      WHERE n.status = 'active'
    UNION SELECT f.person_id, {_day("t.ended_at")} FROM coordination_task t JOIN files f USING (patient_id)
      WHERE t.state = 'faite'
    UNION SELECT f.person_id, a.authored_on FROM assessments_assessment a JOIN files f USING (patient_id)
      WHERE a.state IN ('terminee', 'corrigee')
    UNION SELECT f.person_id, {_day("v.published_at")} FROM coordination_planversion v JOIN files f USING (patient_id)
  ), task AS MATERIALIZED (
    SELECT t.id, f.person_id, t.due_on, t.state, {_day("t.created_at")} AS made, {_day("t.ended_at")} AS ended
    FROM coordination_task t JOIN files f USING (patient_id)
  ), demand AS MATERIALIZED (
    SELECT r.id, coalesce(p.survivor_id, r.patient_id) AS person_id, {_day("r.received_at")} AS received,
      {_day("least(r.qualified_at, r.decided_at)")} AS answered
    FROM coordination_referral r LEFT JOIN patients_patient p ON p.id = r.patient_id
    WHERE r.network_id = p_network AND ((p_commune = '' AND p_referent IS NULL)
      OR coalesce(p.survivor_id, r.patient_id) IN (SELECT person_id FROM cases))
  )
"""


def _persons(figure: str, key: str, source: str) -> str:
    """A count of persons, whole or by ``key``."""
    return (
        f"SELECT rank, '{figure}', ({key})::text, count(DISTINCT person_id), count(DISTINCT person_id), NULL::float8"
        f" FROM {source} GROUP BY rank, 3"
    )


def _things(figure: str, key: str, source: str) -> str:
    """A count of things about persons (tasks, steps…); ``people`` says on how many persons it rests."""
    return (
        f"SELECT rank, '{figure}', ({key})::text, count(*), count(DISTINCT person_id), NULL::float8"
        f" FROM {source} GROUP BY rank, 3"
    )


def _delay(figure: str, source: str) -> str:
    """Quartiles of ``days``; ``people`` counts the delays measured."""
    parts = (("q1", 0.25), ("mediane", 0.5), ("q3", 0.75))
    return " UNION ALL ".join(
        f"SELECT rank, '{figure}', '{key}', count(*), count(*),"
        f" percentile_cont({share}) WITHIN GROUP (ORDER BY days) FROM {source} GROUP BY rank"
        for key, share in parts
    )


_AGE = "extract(year FROM age(upto, birth_date))"
_BAND = (
    f"CASE WHEN birth_date IS NULL THEN '' WHEN {_AGE} < 1 THEN '0' WHEN {_AGE} < 7 THEN '1-6'"
    f" WHEN {_AGE} < 18 THEN '7-17' WHEN {_AGE} < 40 THEN '18-39' WHEN {_AGE} < 60 THEN '40-59'"
    f" WHEN {_AGE} < 75 THEN '60-74' ELSE '75' END"
)
_LATE = "t.made <= f.upto AND t.due_on < f.upto AND (t.ended IS NULL OR t.ended > f.upto)"
# The needed roles of the settings of each case, against the members that were in the circle on that day.
_LACKING = f"""EXISTS (
    SELECT 1 FROM networks_networkpack k, jsonb_array_elements(k.sections #> '{{cercle,roles}}') e
    WHERE k.id = f.pack_id AND (e ->> 'needed')::boolean AND NOT EXISTS (
      SELECT 1 FROM coordination_careteammember m JOIN files x ON x.patient_id = m.patient_id
      WHERE x.person_id = f.person_id AND m.role = e ->> 'role' AND m.status IN ('actif', 'termine')
        AND {_day("m.answered_at")} <= f.upto AND (m.ends_at IS NULL OR {_day("m.ends_at")} > f.upto)))"""

PARTS = (
    _persons("suivies", "''", "followed"),
    _persons("file_active", "''", f"(SELECT q.rank, c.person_id FROM period q JOIN act a ON a.day BETWEEN q.since AND q.upto"
             f" JOIN cases c ON c.person_id = a.person_id AND {_OPEN_AT_ACT}) s"),
    _persons("entrees", "''", "(SELECT rank, person_id FROM period JOIN cases ON opened_on BETWEEN since AND upto) s"),
    _persons("sorties", "closing_reason",
             "(SELECT rank, person_id, closing_reason FROM period JOIN cases ON closed_on BETWEEN since AND upto) s"),
    _delay("premier_contact", "(SELECT rank, answered - received AS days FROM period"
           " JOIN demand ON answered BETWEEN since AND upto) s"),
    _delay("inclusion", "(SELECT rank, opened_on - d.received AS days FROM period JOIN cases c"
           " ON c.opened_on BETWEEN since AND upto CROSS JOIN LATERAL (SELECT max(x.received) AS received FROM demand x"
           " WHERE x.person_id = c.person_id AND x.received <= c.opened_on) d WHERE d.received IS NOT NULL) s"),
    _things("taches_retard", "''", f"(SELECT f.rank, f.person_id FROM followed f JOIN task t USING (person_id) WHERE {_LATE}) s"),
    _things("taches_faites", "CASE WHEN ended <= due_on THEN 'a_temps' ELSE 'en_retard' END",
            "(SELECT q.rank, t.* FROM period q JOIN task t ON t.ended BETWEEN q.since AND q.upto AND t.state = 'faite'"
            " AND t.due_on IS NOT NULL AND EXISTS (SELECT 1 FROM cases c WHERE c.person_id = t.person_id"
            " AND c.opened_on <= t.ended AND (c.closed_on IS NULL OR c.closed_on >= t.ended))) s"),
    _persons("plans_a_revoir", "''", "(SELECT f.rank, f.person_id FROM followed f JOIN plan l USING (person_id)"
             " CROSS JOIN LATERAL (SELECT v.review_on FROM coordination_planversion v WHERE v.plan_id = l.id"
             f" AND {_day('v.published_at')} <= f.upto ORDER BY v.number DESC LIMIT 1) v WHERE v.review_on <= f.upto) s"),
    _persons("sans_referent", "''", "(SELECT rank, person_id FROM followed WHERE referent_id IS NULL) s"),
    _persons("par_referent", "referent_id", "(SELECT * FROM followed WHERE referent_id IS NOT NULL) s"),
    _things("etapes_retard", "''", "(SELECT f.rank, f.person_id FROM followed f JOIN coordination_protocolrun r"
            " ON r.pathway_id = f.id JOIN coordination_protocolstep s ON s.run_id = r.id JOIN task t ON t.id = s.task_id"
            " WHERE t.made <= f.upto AND s.late_after < f.upto AND (t.ended IS NULL OR t.ended > f.upto)) s"),
    _things("evaluations", "code", "(SELECT q.rank, x.person_id, m.code FROM period q JOIN assessments_assessment a"
            " ON a.authored_on BETWEEN q.since AND q.upto AND a.state IN ('terminee', 'corrigee')"
            " JOIN files x ON x.patient_id = a.patient_id JOIN assessments_formversion v ON v.id = a.form_version_id"
            " JOIN assessments_form m ON m.id = v.form_id WHERE EXISTS (SELECT 1 FROM cases c"
            " WHERE c.person_id = x.person_id AND c.opened_on <= a.authored_on"
            " AND (c.closed_on IS NULL OR c.closed_on >= a.authored_on))) s"),
    _persons("cercle", "CASE WHEN lacking THEN 'incomplet' ELSE 'complet' END",
             f"(SELECT f.rank, f.person_id, {_LACKING} AS lacking FROM followed f) s"),
    _persons("par_commune", "commune_cog", "followed"),
    _persons("par_age", _BAND, "followed"),
    _persons("par_sexe", "sex", "followed"),
    _persons("par_etape", "stage", "followed"),
)  # fmt: skip

FIGURES = rls.definer_function(
    "coordination_figures(p_network bigint, p_from date[], p_to date[], p_commune text, p_referent bigint)",
    "TABLE (rank integer, figure text, key text, n bigint, people bigint, value double precision)",
    f"""
    #variable_conflict use_column
    BEGIN
      IF NOT (p_network = ANY({COORDINATED})
          OR (({ADMINISTERED} OR {CELL}) AND p_commune = '' AND p_referent IS NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      RETURN QUERY {_COMMON} {" UNION ALL ".join(PARTS)};
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

ALL = (FIGURES,)
