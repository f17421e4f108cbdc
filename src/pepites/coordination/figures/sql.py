"""The counts of a network, for several periods at once: a narrow function, no name in what it returns.

Whoever administers a network, or the region's cell, reads none of the rows counted: the function checks who asks, and
gives counts alone (coordination P12). Only the coordination, which reads the files, may narrow them by commune or by
référent: crossing filters is how a count of many becomes a fact about one.
"""

from pepites.access.sql import COORDINATED
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, day
from pepites.identity.functions import CELL


def _administered(network: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM networks_networkmembership m WHERE m.network_id = {network} AND m.practice_id ="
        f" {ACTOR_PRACTICE} AND m.role = 'administration' AND m.starts_at <= statement_timestamp()"
        " AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()))"
    )


def _covers(case: str, day: str) -> str:
    return f"{case}.opened_on <= {day} AND ({case}.closed_on IS NULL OR {case}.closed_on >= {day})"


_BANDS = (1, 7, 18, 40, 60, 75)
_BIRTHDAYS = ", ".join(f"(t - interval '{years} years')::date AS y{years}" for years in _BANDS)
# Every part reads these; ``files`` gathers the merged files of each person under the one that stays. A fact is read
# once and tied to its periods by its day: nothing is looked up person by person.
_COMMON = f"""
  WITH period AS MATERIALIZED (
    SELECT r::int AS rank, f AS since, t AS upto, {_BIRTHDAYS} FROM unnest(p_from, p_to) WITH ORDINALITY u(f, t, r)
  ), span AS MATERIALIZED (SELECT min(since) AS since, max(upto) AS upto FROM period
  ), plan AS MATERIALIZED (
    SELECT DISTINCT ON (coalesce(p.survivor_id, p.id)) coalesce(p.survivor_id, p.id) AS person_id, l.id, l.referent_id
    FROM coordination_careplan l JOIN patients_patient p ON p.id = l.patient_id
    WHERE l.network_id = p_network AND l.state <> 'clos' ORDER BY coalesce(p.survivor_id, p.id), l.id DESC
  ), cases AS MATERIALIZED (
    SELECT w.id, w.person_id, w.opened_on, w.closed_on, w.closing_reason, w.stage, w.pack_id, w.commune_cog,
      w.birth_date, p.sex, l.referent_id, count(*) OVER (PARTITION BY w.person_id) = 1 AS alone
    FROM coordination_pathway w JOIN patients_patient p ON p.id = w.person_id LEFT JOIN plan l USING (person_id)
    WHERE w.network_id = p_network AND (p_commune = '' OR w.commune_cog = p_commune)
      AND (p_referent IS NULL OR l.referent_id = p_referent)
  ), files AS MATERIALIZED (
    SELECT person_id AS patient_id, person_id FROM cases UNION
    SELECT p.id, p.survivor_id FROM patients_patient p JOIN cases c ON c.person_id = p.survivor_id
  ), open_case AS (
    SELECT q.rank, q.upto, c.* FROM period q JOIN cases c
      ON c.opened_on <= q.upto AND (c.closed_on IS NULL OR c.closed_on > q.upto)
  ), followed AS MATERIALIZED (
    SELECT * FROM open_case WHERE alone UNION ALL
    (SELECT DISTINCT ON (rank, person_id) * FROM open_case WHERE NOT alone ORDER BY rank, person_id, opened_on)
  ), act AS (
    SELECT f.person_id, {day("n.created_at")} AS day FROM coordination_liaisonnote n JOIN files f USING (patient_id)
      WHERE n.status = 'active'
    UNION SELECT f.person_id, {day("t.ended_at")} FROM coordination_task t JOIN files f USING (patient_id)
      WHERE t.state = 'faite'
    UNION SELECT f.person_id, a.authored_on FROM assessments_assessment a JOIN files f USING (patient_id)
      WHERE a.state IN ('terminee', 'corrigee')
    UNION SELECT f.person_id, {day("v.published_at")} FROM coordination_planversion v JOIN files f USING (patient_id)
  ), acted AS MATERIALIZED (
    SELECT DISTINCT a.person_id, a.day FROM span s JOIN act a ON a.day BETWEEN s.since AND s.upto
      JOIN cases c ON c.person_id = a.person_id AND {_covers("c", "a.day")}
  ), task AS MATERIALIZED (
    SELECT t.id, f.person_id, t.due_on, t.state, {day("t.created_at")} AS made, {day("t.ended_at")} AS ended
    FROM coordination_task t JOIN files f USING (patient_id)
  ), demand AS MATERIALIZED (
    SELECT r.id, coalesce(p.survivor_id, r.patient_id) AS person_id, {day("r.received_at")} AS received,
      {day("least(r.qualified_at, r.decided_at)")} AS answered
    FROM coordination_referral r LEFT JOIN patients_patient p ON p.id = r.patient_id
    WHERE r.network_id = p_network AND ((p_commune = '' AND p_referent IS NULL)
      OR coalesce(p.survivor_id, r.patient_id) IN (SELECT person_id FROM cases))
  ), revision AS MATERIALIZED (
    SELECT l.person_id, v.review_on, {day("v.published_at")} AS since,
      lead({day("v.published_at")}) OVER (PARTITION BY v.plan_id ORDER BY v.number) AS until
    FROM plan l JOIN coordination_planversion v ON v.plan_id = l.id
  ), needed AS MATERIALIZED (
    SELECT DISTINCT k.id AS pack_id, e ->> 'role' AS role
    FROM networks_networkpack k, jsonb_array_elements(k.sections #> '{{cercle,roles}}') e
    WHERE k.id IN (SELECT pack_id FROM cases) AND (e ->> 'needed')::boolean
  ), held AS MATERIALIZED (
    SELECT f.person_id, m.role, {day("m.answered_at")} AS since, {day("m.ends_at")} AS until
    FROM coordination_careteammember m JOIN files f USING (patient_id)
    WHERE m.status IN ('actif', 'termine') AND m.answered_at IS NOT NULL AND m.role IN (SELECT role FROM needed)
  ), lacking AS (
    SELECT DISTINCT f.rank, f.person_id FROM followed f JOIN needed e USING (pack_id) LEFT JOIN held h
      ON h.person_id = f.person_id AND h.role = e.role AND h.since <= f.upto AND (h.until IS NULL OR h.until > f.upto)
    WHERE h.person_id IS NULL
  )
"""


def _followed(figure: str, key: str, source: str) -> str:
    """A count of persons where each is once, whole or by ``key``."""
    return f"SELECT rank, '{figure}', ({key})::text, count(*), count(*), NULL::float8 FROM {source} GROUP BY rank, 3"


def _persons(figure: str, key: str, source: str) -> str:
    """A count of persons who may be there several times, whole or by ``key``."""
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
    return (
        f"SELECT rank, '{figure}', part.key, d.n, d.n, part.value FROM (SELECT rank, count(*) AS n,"
        f" percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY days) AS cut FROM {source} GROUP BY rank) d,"
        " LATERAL (VALUES ('q1', d.cut[1]), ('mediane', d.cut[2]), ('q3', d.cut[3])) part(key, value)"
    )


_BAND = (
    "CASE WHEN birth_date IS NULL THEN '' WHEN birth_date > y1 THEN '0' WHEN birth_date > y7 THEN '1-6'"
    " WHEN birth_date > y18 THEN '7-17' WHEN birth_date > y40 THEN '18-39' WHEN birth_date > y60 THEN '40-59'"
    " WHEN birth_date > y75 THEN '60-74' ELSE '75' END"
)

PARTS = (
    _followed("suivies", "''", "followed"),
    _persons("file_active", "''", "(SELECT q.rank, a.person_id FROM period q JOIN acted a ON a.day BETWEEN q.since AND q.upto) s"),
    _persons("entrees", "''", "(SELECT rank, person_id FROM period JOIN cases ON opened_on BETWEEN since AND upto) s"),
    _persons("sorties", "closing_reason",
             "(SELECT rank, person_id, closing_reason FROM period JOIN cases ON closed_on BETWEEN since AND upto) s"),
    _delay("premier_contact", "(SELECT rank, answered - received AS days FROM period"
           " JOIN demand ON answered BETWEEN since AND upto) s"),
    _delay("inclusion", "(SELECT rank, days FROM period JOIN (SELECT c.opened_on, c.opened_on - max(d.received) AS days"
           " FROM cases c JOIN demand d USING (person_id) WHERE d.received <= c.opened_on GROUP BY c.id, c.opened_on) c"
           " ON c.opened_on BETWEEN since AND upto) s"),
    _things("taches_retard", "''", "(SELECT f.rank, f.person_id FROM followed f JOIN task t USING (person_id)"
            " WHERE t.made <= f.upto AND t.due_on < f.upto AND (t.ended IS NULL OR t.ended > f.upto)) s"),
    _things("taches_faites", "CASE WHEN ended <= due_on THEN 'a_temps' ELSE 'en_retard' END",
            "(SELECT q.rank, t.* FROM period q JOIN (SELECT DISTINCT t.id, t.person_id, t.ended, t.due_on FROM task t"
            f" JOIN cases c USING (person_id) WHERE t.state = 'faite' AND t.due_on IS NOT NULL AND {_covers('c', 't.ended')}) t"
            " ON t.ended BETWEEN q.since AND q.upto) s"),
    _followed("plans_a_revoir", "''", "(SELECT f.rank FROM followed f JOIN revision v USING (person_id) WHERE"
              " v.since <= f.upto AND (v.until IS NULL OR v.until > f.upto) AND v.review_on <= f.upto) s"),
    _followed("sans_referent", "''", "(SELECT rank FROM followed WHERE referent_id IS NULL) s"),
    _followed("par_referent", "referent_id", "(SELECT * FROM followed WHERE referent_id IS NOT NULL) s"),
    _things("etapes_retard", "''", "(SELECT f.rank, f.person_id FROM followed f JOIN coordination_protocolrun r"
            " ON r.pathway_id = f.id JOIN coordination_protocolstep s ON s.run_id = r.id JOIN task t ON t.id = s.task_id"
            " WHERE t.made <= f.upto AND s.late_after < f.upto AND (t.ended IS NULL OR t.ended > f.upto)) s"),
    _things("evaluations", "code", "(SELECT q.rank, a.person_id, m.code FROM period q JOIN (SELECT DISTINCT a.id,"
            " x.person_id, a.authored_on, a.form_version_id FROM assessments_assessment a JOIN files x USING (patient_id)"
            f" JOIN cases c USING (person_id) WHERE a.state IN ('terminee', 'corrigee') AND {_covers('c', 'a.authored_on')}) a"
            " ON a.authored_on BETWEEN q.since AND q.upto JOIN assessments_formversion v ON v.id = a.form_version_id"
            " JOIN assessments_form m ON m.id = v.form_id) s"),
    _followed("cercle", "CASE WHEN lacks THEN 'incomplet' ELSE 'complet' END", "(SELECT f.rank, l.person_id IS NOT NULL AS lacks"
              " FROM followed f LEFT JOIN lacking l USING (rank, person_id)) s"),
    _followed("par_commune", "commune_cog", "followed"),
    _followed("par_age", _BAND, "followed JOIN period USING (rank)"),
    _followed("par_sexe", "sex", "followed"),
    _followed("par_etape", "stage", "followed"),
)  # fmt: skip

_ARGUMENTS = "p_network bigint, p_from date[], p_to date[], p_commune text, p_referent bigint"
_RETURNS = "TABLE (rank integer, figure text, key text, n bigint, people bigint, value double precision)"
# Facts meet persons on equal keys: without statistics on these steps, the planner would rather loop.
COUNTED = rls.internal_function(
    f"coordination_counted({_ARGUMENTS})",
    _RETURNS,
    f"""
    #variable_conflict use_column
    BEGIN
      RETURN QUERY {_COMMON} {" UNION ALL ".join(PARTS)};
    END
    """,
) + "".join(
    f"\nALTER FUNCTION coordination_counted(bigint, date[], date[], text, bigint) SET {setting};"
    for setting in ("enable_nestloop = off", "work_mem = '64MB'")
)

FIGURES = rls.definer_function(
    f"coordination_figures({_ARGUMENTS})",
    _RETURNS,
    f"""
    BEGIN
      IF NOT (p_network = ANY({COORDINATED})
          OR (({_administered("p_network")} OR {CELL}) AND p_commune = '' AND p_referent IS NULL)) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      RETURN QUERY SELECT * FROM coordination_counted(p_network, p_from, p_to, p_commune, p_referent);
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# A network of fewer pathways than ``p_least`` is counted when it is asked: nothing is kept of it.
KEEP = rls.worker_only(
    rls.definer_function(
        "coordination_keep_figures(p_network bigint, p_from date[], p_to date[], p_day date, p_least integer)",
        "integer",
        """
        DECLARE kept integer := 0;
        BEGIN
          DELETE FROM coordination_figurecount
            WHERE network_id = p_network AND counted_at < statement_timestamp() - interval '3 days';
          IF (SELECT count(*) FROM (SELECT 1 FROM coordination_pathway WHERE network_id = p_network LIMIT p_least) w)
              >= p_least THEN
            INSERT INTO coordination_figurecount (network_id, since, upto, counted_at, counts)
            SELECT p_network, u.f, u.t, statement_timestamp(), coalesce(jsonb_agg(jsonb_build_array(
              c.figure, c.key, c.n, c.people, c.value)) FILTER (WHERE c.figure IS NOT NULL), '[]')
            FROM unnest(p_from, p_to) WITH ORDINALITY u(f, t, r) LEFT JOIN coordination_counted(
              p_network, p_from, ARRAY(SELECT least(x, p_day) FROM unnest(p_to) WITH ORDINALITY y(x, o) ORDER BY o), '', NULL
            ) c ON c.rank = u.r GROUP BY u.f, u.t
            ON CONFLICT (network_id, since, upto) DO UPDATE SET counted_at = excluded.counted_at, counts = excluded.counts;
            GET DIAGNOSTICS kept = ROW_COUNT;
          END IF;
          RETURN kept;
        END
        """,
        language="plpgsql",
    )
)


def figure_count() -> str:
    """Read by whoever may count the network; written by the counting alone."""
    table = "coordination_figurecount"
    column = f"{table}.network_id"
    readers = f"{column} = ANY({COORDINATED}) OR {_administered(column)} OR {CELL}"
    return "\n".join(
        [rls.enable(table), rls.grant(table, "SELECT"), rls.policy(table, f"{table}_read", "SELECT", using=readers)]
    )


ALL = (COUNTED, FIGURES)
KEPT = (figure_count(), KEEP)
