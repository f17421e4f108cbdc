"""SQL of the SECURITY DEFINER functions of ``identity`` that search, create and match (design, law 3 and law 11).

Each checks its actor by itself. They raise PE403 with a reason word, or PE429 when the searches are too many.
"""

from pepites.access.sql import reaches
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, TRUSTED
from pepites.identity.matching.blocking import LARGEST_BLOCK
from pepites.identity.matching.dates import near_sql, sql_date

SEARCHES_PER_MINUTE = 30
RESULTS = 20
CANDIDATES = 50
TRACE_MINUTES = 30
REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = "
CONFLICT = "RAISE EXCEPTION USING ERRCODE = 'PE409', MESSAGE = "
NOW = "statement_timestamp()"

CELL = (
    f"EXISTS (SELECT 1 FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE} AND pr.identity_cell"
    " AND pr.starts_at <= statement_timestamp() AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp()))"
)
RUN_NETWORKS = (
    "ARRAY(SELECT m.network_id FROM networks_networkmembership m"
    f" WHERE m.practice_id = {ACTOR_PRACTICE} AND m.role IN ('coordination', 'administration')"
    " AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()))"
)


def card_readable(alias: str) -> str:
    """Who reads a worklist card: the cell, who runs the network it came from, who reaches every person on it."""
    return (
        f"({CELL} OR {alias}.network_id = ANY({RUN_NETWORKS}) OR ({reaches(f'{alias}.patient_id', 1)}"
        f" AND ({alias}.other_id IS NULL OR {reaches(f'{alias}.other_id', 1)})))"
    )


MAY_IMPORT = rls.definer_function(
    "identity_may_import()", "boolean", f"SELECT {TRUSTED} OR cardinality({RUN_NETWORKS}) > 0", volatile="STABLE"
)

_COUNTED = f"""
      IF {ACTOR_USER} IS NULL OR {ACTOR_PRACTICE} IS NULL THEN {REFUSE} 'no_context'; END IF;
      IF NOT EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_professional d ON d.id = pr.professional_id
                     WHERE pr.id = {ACTOR_PRACTICE} AND (d.category <> 'hors_r1110_2' OR cardinality({RUN_NETWORKS}) > 0
                       OR pr.identity_cell)) THEN
        {REFUSE} 'category_excluded';
      END IF;
      PERFORM pg_advisory_xact_lock(hashtextextended('identity_search', {ACTOR_USER}));
      IF (SELECT count(*) FROM identity_searchtrace t WHERE t.user_id = {ACTOR_USER}
          AND t.created_at > clock_timestamp() - interval '1 minute') >= {SEARCHES_PER_MINUTE} THEN
        RAISE EXCEPTION USING ERRCODE = 'PE429', MESSAGE = 'too_many';
      END IF;
"""

_SHOWN = """patient_id bigint, public_id uuid, birth_name text, first_given_name text, given_names text, birth_date date,
 interpreted boolean, sex text, birth_place_cog text, status text, flags text, nearness integer, visible boolean"""

_STRICT = """
        s.id, s.public_id, s.birth_name::text, s.first_given_name::text, coalesce(i.given_names, s.first_given_name)::text,
        s.birth_date, s.birth_date_interpreted, s.sex::text, coalesce(i.birth_place_cog, '99999')::text,
        s.identity_status::text, s.identity_flags::text
"""

SEARCH = rls.definer_function(
    "identity_search_before_create(p_trace uuid, p_date date, p_precision text, p_letters text)",
    f"TABLE ({_SHOWN})".replace("\n", ""),
    f"""
    #variable_conflict use_column
    DECLARE
      letters text := btrim(regexp_replace(upper(coalesce(p_letters, '')), '[^A-Z0-9]+', ' ', 'g'));
      pattern text := '% ' || letters || '%';
      y integer := extract(year FROM p_date);
      swapped date := CASE WHEN extract(day FROM p_date) <= 12
                        THEN make_date(y, extract(day FROM p_date)::int, extract(month FROM p_date)::int) END;
      near date[] := CASE WHEN to_char(p_date, 'MMDD') IN ('1231', '0101')
                       THEN ARRAY[make_date(y - 1, 12, 31), make_date(y - 1, 1, 1), make_date(y + 1, 12, 31),
                                  make_date(y + 1, 1, 1), make_date(y, 1, 1), make_date(y, 12, 31)]
                       ELSE ARRAY[]::date[] END;
    BEGIN
      IF p_date IS NULL OR length(letters) > 3 THEN {REFUSE} 'state'; END IF;
      {_COUNTED}
      INSERT INTO identity_searchtrace (public_id, user_id, practice_id, kind, birth_date, precision, letters, created_at)
      VALUES (p_trace, {ACTOR_USER}, {ACTOR_PRACTICE}, 'date', p_date, p_precision, letters, clock_timestamp());
      RETURN QUERY
      WITH hits AS (
        (SELECT p.id, 1 AS rank FROM patients_patient p WHERE p.birth_date = p_date
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
        UNION ALL
        (SELECT p.id, 2 FROM patients_patient p WHERE p.birth_date = swapped
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
        UNION ALL
        (SELECT p.id, 3 FROM identity_alias a JOIN patients_patient p ON p.id = a.patient_id
           WHERE a.birth_date = p_date
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
        UNION ALL
        (SELECT p.id, 4 FROM patients_patient p
           WHERE p.birth_date BETWEEN make_date(y, 1, 1) AND make_date(y, 12, 31) AND p.birth_date_interpreted
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
        UNION ALL
        (SELECT p.id, 4 FROM patients_patient p
           WHERE p_precision <> 'JOUR' AND p.birth_date BETWEEN make_date(y, 1, 1) AND make_date(y, 12, 31)
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
        UNION ALL
        (SELECT p.id, 5 FROM patients_patient p WHERE p.birth_date = ANY(near)
           AND p.identity_flags !~ 'FICT|CACH' AND ' ' || p.search_text LIKE pattern LIMIT {RESULTS})
      ), kept AS (
        SELECT coalesce(p.survivor_id, p.id) AS id, min(h.rank) AS rank
        FROM hits h JOIN patients_patient p ON p.id = h.id
        WHERE p.active OR p.survivor_id IS NOT NULL GROUP BY 1
      )
      SELECT {_STRICT}, k.rank, access_actor_level(s.id) >= 1
      FROM kept k JOIN patients_patient s ON s.id = k.id AND s.active AND s.identity_flags !~ 'FICT|CACH'
      LEFT JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
      ORDER BY k.rank, s.sort_key, s.id LIMIT {RESULTS};
    END
    """,
    language="plpgsql",
)

SEARCH_NUMBER = rls.definer_function(
    "identity_search_number(p_trace uuid, p_number text)",
    f"TABLE ({_SHOWN})".replace("\n", ""),
    f"""
    #variable_conflict use_column
    BEGIN
      IF length(coalesce(p_number, '')) <> 13 THEN {REFUSE} 'state'; END IF;
      {_COUNTED}
      INSERT INTO identity_searchtrace (public_id, user_id, practice_id, kind, precision, letters, created_at)
      VALUES (p_trace, {ACTOR_USER}, {ACTOR_PRACTICE}, 'numero', 'JOUR', '', clock_timestamp());
      RETURN QUERY
      SELECT {_STRICT}, 1, access_actor_level(s.id) >= 1
      FROM patients_patient p
      JOIN patients_patient s ON s.id = coalesce(p.survivor_id, p.id) AND s.active AND s.identity_flags !~ 'FICT|CACH'
      LEFT JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
      WHERE p.regional_id = p_number AND p.identity_flags !~ 'FICT|CACH';
    END
    """,
    language="plpgsql",
)

# A scanned number, active or former, of a qualified identity or not: the fingerprint is all the base compares (RNIV-11).
SEARCH_INS = rls.definer_function(
    "identity_search_ins(p_trace uuid, p_fingerprint text)",
    f"TABLE ({_SHOWN})".replace("\n", ""),
    f"""
    #variable_conflict use_column
    BEGIN
      IF length(coalesce(p_fingerprint, '')) <> 64 THEN {REFUSE} 'state'; END IF;
      {_COUNTED}
      INSERT INTO identity_searchtrace (public_id, user_id, practice_id, kind, precision, letters, created_at)
      VALUES (p_trace, {ACTOR_USER}, {ACTOR_PRACTICE}, 'numero', 'JOUR', '', clock_timestamp());
      RETURN QUERY
      SELECT DISTINCT ON (s.id) {_STRICT}, 1, access_actor_level(s.id) >= 1
      FROM identity_ins n JOIN patients_patient p ON p.id = n.patient_id
      JOIN patients_patient s ON s.id = coalesce(p.survivor_id, p.id) AND s.active AND s.identity_flags !~ 'FICT|CACH'
      LEFT JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
      WHERE n.fingerprint = p_fingerprint AND p.identity_flags !~ 'FICT|CACH' LIMIT {RESULTS};
    END
    """,
    language="plpgsql",
)

PROVED = f"""EXISTS (SELECT 1 FROM identity_searchtrace t WHERE t.public_id = p_search AND t.user_id = {ACTOR_USER}
      AND t.practice_id = {ACTOR_PRACTICE} AND t.kind = 'date' AND t.created_at > statement_timestamp() - interval '{TRACE_MINUTES} minutes'"""

# A creation compared with the region's persons tells as much as a search: it counts as one (law 11).
COUNT_ATTEMPT = rls.definer_function(
    "identity_count_attempt(p_trace uuid, p_search uuid)",
    "void",
    f"""
    BEGIN
      {_COUNTED}
      INSERT INTO identity_searchtrace (public_id, user_id, practice_id, kind, birth_date, precision, letters, created_at)
      SELECT p_trace, t.user_id, t.practice_id, 'creation', t.birth_date, t.precision, '', clock_timestamp()
      FROM identity_searchtrace t WHERE t.public_id = p_search AND t.user_id = {ACTOR_USER};
    END
    """,
    language="plpgsql",
)

CREATE = rls.definer_function(
    "identity_create_patient(p_search uuid, p_date date, p_public uuid, p_regional text, p_hours integer)",
    "bigint",
    f"""
    BEGIN
      IF p_search IS NULL THEN
        IF NOT identity_may_import() THEN {REFUSE} 'role_missing'; END IF;
      ELSIF NOT {PROVED} AND t.birth_date = p_date) THEN
        {REFUSE} 'state';
      END IF;
      RETURN access_create_patient(p_public, p_regional, p_hours);
    END
    """,
    language="plpgsql",
)


def also_written(person: str) -> str:
    """The other ways a person was written: their aliases, and the identities of the files merged into theirs."""
    return f"""(SELECT jsonb_agg(jsonb_build_array(a.birth_name, a.given_names, a.birth_date)
          ORDER BY a.birth_name, a.given_names, a.birth_date) FROM (
          SELECT birth_name, given_names, birth_date FROM identity_alias WHERE patient_id = {person}
          UNION ALL SELECT x.birth_name, x.given_names, x.birth_date FROM patients_patient m
            CROSS JOIN LATERAL (SELECT birth_name, given_names, birth_date FROM identity_alias WHERE patient_id = m.id
              UNION ALL SELECT birth_name, given_names, birth_date FROM identity_domainidentity
                WHERE patient_id = m.id AND active) x
            WHERE m.survivor_id = {person}) a)"""


MATCHED = (
    " patient_id bigint, public_id uuid, birth_name text, first_given_name text, given_names text, birth_date date,"
    " interpreted boolean, sex text, birth_place_cog text, used_name text, used_given_name text, mother_name text,"
    " commune_cog text, phone_keys text, status text, flags text, aliases jsonb)"
)
"""What a comparison reads of a person, and ``READ``, where it is read: ``s`` the person, ``i`` the identity."""
READ = f"""s.id, s.public_id, i.birth_name::text, i.first_given_name::text, i.given_names::text, i.birth_date,
        i.birth_date_interpreted, i.sex::text, i.birth_place_cog::text, i.used_name::text, i.used_given_name::text,
        i.mother_name::text, i.commune_cog::text, s.phone_keys::text, s.identity_status::text, s.identity_flags::text,
        {also_written("s.id")}"""
LARGEST = f"""CROSS JOIN LATERAL (SELECT array_agg(z.patient_id) AS ids FROM (SELECT b.patient_id
          FROM identity_identityblock b WHERE b.key = q.key LIMIT {LARGEST_BLOCK + 1}) z) held"""
"""Persons under one key ``q.key``; a key that too many share is left out, as in a file."""
_DATED = "EXISTS (SELECT 1 FROM identity_alias a WHERE a.patient_id = p.id AND a.birth_date IS NOT NULL)"


def near(date: str, said: str) -> str:
    """Whether person ``p`` may be born on ``date``, by the identity or an alias (matching.dates)."""
    return f"({near_sql(sql_date('p.birth_date', 'p.birth_date_interpreted'), sql_date(date, said))} OR {_DATED})"


MATCH = rls.definer_function(
    "identity_match_candidates(p_keys bigint[], p_search uuid, p_date date, p_dates date[])",
    f"TABLE ({MATCHED}",
    f"""
    #variable_conflict use_column
    BEGIN
      IF p_search IS NULL THEN
        IF NOT identity_may_import() THEN {REFUSE} 'role_missing'; END IF;
      ELSIF NOT {PROVED} AND t.birth_date = p_date) THEN
        {REFUSE} 'state';
      END IF;
      RETURN QUERY
      SELECT {READ}
      FROM (SELECT coalesce(p.survivor_id, p.id) AS patient_id, count(*) AS shared FROM unnest(p_keys) AS q(key) {LARGEST}
            CROSS JOIN LATERAL unnest(held.ids) AS h(patient_id) JOIN patients_patient p ON p.id = h.patient_id
            WHERE cardinality(held.ids) <= {LARGEST_BLOCK}
              AND EXISTS (SELECT 1 FROM unnest(p_dates) AS o(born) WHERE {near("o.born", "false")})
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {CANDIDATES}) k
      JOIN patients_patient s ON s.id = k.patient_id AND s.active AND s.survivor_id IS NULL
           AND s.identity_flags !~ 'FICT|CACH'
      JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES';
    END
    """,
    language="plpgsql",
)

SET_BLOCKS = rls.definer_function(
    "identity_set_blocks(p_patient bigint, p_keys bigint[])",
    "void",
    f"""
    BEGIN
      IF NOT ({TRUSTED} OR access_actor_level(p_patient) >= 2 OR {CELL}) THEN {REFUSE} 'level_too_low'; END IF;
      DELETE FROM identity_identityblock b WHERE b.patient_id = p_patient AND NOT b.key = ANY(p_keys)
        AND NOT EXISTS (SELECT 1 FROM identity_ins n WHERE n.patient_id = p_patient
          AND b.key = ('x' || left(n.fingerprint, 16))::bit(64)::bigint);
      INSERT INTO identity_identityblock (key, patient_id) SELECT DISTINCT unnest(p_keys), p_patient ON CONFLICT DO NOTHING;
    END
    """,
    language="plpgsql",
)

STORE_FREQUENCIES = rls.worker_only(
    rls.definer_function(
        "identity_store_frequencies(p_version text, p_total bigint, p_body bytea)",
        "void",
        """
    BEGIN
      INSERT INTO identity_namefrequencies (id, version, total, body, counted_at)
      VALUES (1, p_version, p_total, p_body, statement_timestamp())
      ON CONFLICT (id) DO UPDATE SET version = EXCLUDED.version, total = EXCLUDED.total, body = EXCLUDED.body,
        counted_at = EXCLUDED.counted_at;
    END
    """,
        language="plpgsql",
    )
)

ALL = (MAY_IMPORT, SEARCH, SEARCH_NUMBER, COUNT_ATTEMPT, CREATE, MATCH, SET_BLOCKS, STORE_FREQUENCIES)
