"""Readings that pass over the policies: candidates of what was just fed, cross-references, demographic queries (STIC-10)."""

from pepites.common import rls
from pepites.identity.matching.blocking import LARGEST_BLOCK
from pepites.identity.matching.dates import SqlDate, near_sql
from pepites.identity.packed import PREFIX
from pepites.regional.functions.base import AS_UUID, CELL, CLIENT, KEY_DATE, PEPITES, REFUSE, TRUSTED, XACT

CANDIDATES = 15
FOUND = 20
_CLOSED = "closed bigint[] := ARRAY(SELECT d.id FROM regional_domain d WHERE NOT d.active)"
_KEYED = SqlDate("z.year", "(z.day / 100)", "(z.day % 100)", "z.weak")
_REF = SqlDate("f.year", "(f.day / 100)", "(f.day % 100)", "f.weak")


def _hits(asked: str, date: SqlDate) -> str:
    """Records under that key, born near ``date``; a key that too many share says nothing: left out."""
    return f"""CROSS JOIN LATERAL (SELECT k.record_id, k.domain_id, k.year, k.day, k.weak, count(*) OVER () AS size FROM (
          SELECT q.record_id, q.domain_id, q.year, q.day, q.weak FROM regional_recordkey q WHERE q.key = {asked}
          LIMIT {LARGEST_BLOCK + 1}) k) z
        WHERE z.size <= {LARGEST_BLOCK} AND z.domain_id <> ALL(closed) AND {near_sql(_KEYED, date)}"""


DATA = """jsonb_build_object('public_id', r.public_id, 'local_id', r.local_id, 'birth_name', r.birth_name,
  'first_given_name', r.first_given_name, 'given_names', r.given_names, 'birth_date', r.birth_date,
  'birth_date_precision', r.birth_date_precision, 'birth_date_interpreted', r.birth_date_interpreted, 'sex', r.sex,
  'birth_place_cog', r.birth_place_cog, 'used_name', r.used_name, 'used_given_name', r.used_given_name,
  'mother_name', r.mother_name, 'multiple_birth', r.multiple_birth, 'birth_rank', r.birth_rank,
  'commune_cog', r.commune_cog, 'phones', r.phones, 'aliases', r.aliases, 'status', r.status, 'attributes', r.attributes,
  'ins_oid', r.ins_oid, 'ins_matricule', r.ins_matricule, 'ins_history', r.ins_history)"""

FORM = f"CASE WHEN starts_with(r.form, '{PREFIX}') THEN r.form ELSE '' END"
# What the judge reads of a record: nothing more than its status and date when its form was computed and it has neither
# INS nor mark, as most; else what qualifies it; its traits too when it has no form.
_JUDGED = f"""r.status::text, r.birth_date, CASE WHEN NOT starts_with(r.form, '{PREFIX}') THEN {DATA}
  WHEN r.ins_matricule = '' AND r.attributes = '{{}}' AND r.birth_rank IS NULL AND NOT r.multiple_birth AND r.ins_history = '[]'
  THEN NULL ELSE jsonb_build_object('attributes', r.attributes, 'birth_rank', r.birth_rank, 'ins_oid', r.ins_oid,
  'ins_matricule', r.ins_matricule, 'ins_history', r.ins_history, 'multiple_birth', r.multiple_birth) END"""
_READ = "form text, status text, born date, data jsonb)"

# Only what was fed in this very transaction may be matched by whoever fed it; the cell may look again at any time.
# « self » the record, « own » the rest of its person, « hit » found by a key (or by its names when fuzzy), « kin » the
# rest of a hit's person. Identities of Pépites are not compared with one another here: identity has its own worklist.
CANDIDATES_SQL = rls.definer_function(
    "regional_candidates(p_records bigint[], p_fuzzy boolean)",
    "TABLE (ref bigint, role text, record_id bigint, person_id bigint, domain_id bigint, blocked boolean, origin text,"
    f" {_READ}",
    f"""
    #variable_conflict use_column
    DECLARE {_CLOSED};
    BEGIN
      PERFORM set_config('pg_trgm.similarity_threshold', '0.5', true);
      RETURN QUERY
      WITH refs AS MATERIALIZED (
        SELECT r.id, r.domain_id, r.name_text, r.birth_date, r.ins_oid, r.ins_matricule, l.person_id, {KEY_DATE}
        FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
        WHERE r.id = ANY(p_records) AND r.active AND ({TRUSTED} OR {CELL} OR r.fed_in = {XACT})
      ), hits AS (
        SELECT f.id AS ref, z.record_id, count(*) AS shared
        FROM refs f JOIN regional_recordkey o ON o.record_id = f.id {_hits("o.key", _REF)}
          AND z.record_id <> f.id AND (z.domain_id <> f.domain_id OR z.domain_id <> {PEPITES}) AND NOT p_fuzzy GROUP BY 1, 2
        UNION ALL
        SELECT f.id, i.id, 100 FROM refs f JOIN regional_regionalrecord i
          ON i.ins_matricule = f.ins_matricule AND i.ins_oid = f.ins_oid AND i.id <> f.id
          AND (i.domain_id <> f.domain_id OR i.domain_id <> {PEPITES})
        WHERE f.ins_matricule <> '' AND NOT p_fuzzy
        UNION ALL
        SELECT f.id, x.id, 1 FROM refs f
        JOIN regional_domain d ON d.active AND (d.id <> f.domain_id OR d.code <> 'PEPITES')
        CROSS JOIN LATERAL (
          SELECT r.id FROM regional_regionalrecord r
          WHERE r.domain_id = d.id AND r.name_text % f.name_text AND r.active AND r.id <> f.id
            AND r.birth_date BETWEEN f.birth_date - 1100 AND f.birth_date + 1100
          ORDER BY similarity(r.name_text, f.name_text) DESC LIMIT 20) x
        WHERE p_fuzzy
      ), ranked AS (
        SELECT h.ref, h.record_id, l.person_id, f.person_id AS own,
          row_number() OVER (PARTITION BY h.ref ORDER BY h.shared DESC, h.record_id) AS rank
        FROM (SELECT g.ref, g.record_id, sum(g.shared) AS shared FROM hits g GROUP BY 1, 2) h JOIN refs f ON f.id = h.ref
        JOIN regional_regionalrecord r ON r.id = h.record_id AND r.active
        JOIN regional_link l ON l.record_id = h.record_id AND l.active WHERE l.person_id <> f.person_id
      ), kept AS (SELECT * FROM ranked WHERE rank <= {CANDIDATES}
      ), parts AS (
        SELECT f.id AS ref, CASE WHEN l.record_id = f.id THEN 'self' ELSE 'own' END AS role, l.record_id, l.person_id, l.origin
        FROM refs f JOIN regional_link l ON l.person_id = f.person_id AND l.active
        UNION ALL
        SELECT s.ref, CASE WHEN bool_or(k.record_id = l.record_id) THEN 'hit' ELSE 'kin' END, l.record_id, l.person_id,
          l.origin
        FROM (SELECT DISTINCT k.ref, k.person_id FROM kept k) s
        JOIN regional_link l ON l.person_id = s.person_id AND l.active
        LEFT JOIN kept k ON k.ref = s.ref AND k.record_id = l.record_id GROUP BY s.ref, l.record_id, l.person_id, l.origin
      )
      SELECT p.ref, coalesce(p.role, 'kin'), p.record_id, p.person_id, r.domain_id,
        EXISTS (SELECT 1 FROM regional_nonlink n WHERE n.lifted_at IS NULL
          AND n.one_id = least(p.ref, p.record_id) AND n.two_id = greatest(p.ref, p.record_id)),
        p.origin::text, {FORM}, {_JUDGED}
      FROM parts p JOIN regional_regionalrecord r ON r.id = p.record_id
      ORDER BY p.ref, p.record_id;
    END
    """,
    language="plpgsql",
    planned_once=True,
)

_FRESH = f"({TRUSTED} OR {CELL} OR r.fed_in = {XACT})"

IDENTIFIERS = rls.definer_function(
    "regional_identifiers(p_records bigint[])",
    "TABLE (record_id bigint, irp text)",
    f"""
    SELECT r.id, p.irp::text FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
    JOIN regional_regionalperson p ON p.id = l.person_id WHERE r.id = ANY(p_records) AND {_FRESH}
    """,
    volatile="STABLE",
)

# Persons of Pépites among these records, for the journal of who read or changed what concerns them.
SUBJECTS = rls.definer_function(
    "regional_subjects(p_records bigint[])",
    "bigint[]",
    f"""
    SELECT coalesce(array_agg(p.id ORDER BY p.id), ARRAY[]::bigint[]) FROM regional_regionalrecord r
    JOIN regional_domain d ON d.id = r.domain_id AND d.code = 'PEPITES'
    JOIN patients_patient p ON p.public_id = {AS_UUID}
    WHERE r.id = ANY(p_records[1:200]) AND {_FRESH}
    """,
    volatile="STABLE",
)

KNOWN = rls.definer_function(
    "regional_known(p_record bigint)",
    "TABLE (public_id uuid, irp text)",
    f"""
    SELECT r.public_id, p.irp::text FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
    JOIN regional_regionalperson p ON p.id = l.person_id
    WHERE r.id = p_record AND ({_FRESH} OR r.domain_id = {CLIENT})
    """,
    volatile="STABLE",
)

# A record that was qualified and is no more, linked to others that still are: somebody must look (STIC-8).
LOST_INS = rls.definer_function(
    "regional_lost_ins(p_record bigint)",
    "SETOF bigint",
    f"""
    SELECT o.id FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
    JOIN regional_link m ON m.person_id = l.person_id AND m.active AND m.record_id <> r.id
    JOIN regional_regionalrecord o ON o.id = m.record_id AND o.status = 'QUAL'
    WHERE r.id = p_record AND r.status <> 'QUAL' AND {_FRESH} ORDER BY o.id LIMIT 5
    """,
    volatile="STABLE",
)

_READER = f"({TRUSTED} OR {CELL} OR {CLIENT} <> 0)"

# A domain asks by its own numbers only (STIC-10). One row without a domain: the number is unknown.
CROSS_REFERENCES = rls.definer_function(
    "regional_cross_references(p_source bigint, p_local text, p_targets bigint[])",
    "TABLE (domain_id bigint, local_id text, irp text)",
    f"""
    #variable_conflict use_column
    DECLARE person bigint;
    BEGIN
      IF NOT ({TRUSTED} OR {CELL} OR p_source = {CLIENT}) THEN {REFUSE} 'role_missing'; END IF;
      SELECT l.person_id INTO person FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
      WHERE r.domain_id = p_source AND r.local_id = p_local AND r.active;
      IF person IS NULL THEN RETURN QUERY SELECT NULL::bigint, NULL::text, NULL::text; RETURN; END IF;
      RETURN QUERY SELECT r.domain_id, r.local_id::text, p.irp::text
      FROM regional_link l JOIN regional_regionalrecord r ON r.id = l.record_id
      JOIN regional_regionalperson p ON p.id = l.person_id
      WHERE l.person_id = person AND l.active AND (cardinality(p_targets) = 0 OR r.domain_id = ANY(p_targets))
        AND NOT (r.domain_id = p_source AND r.local_id = p_local)
      ORDER BY r.domain_id, r.local_id;
    END
    """,
    language="plpgsql",
)

# The client's own number is picked among the person's records, never by the domain: that index reads the whole domain.
_BEST = f"""
      SELECT DISTINCT ON (p.irp) p.irp::text, d.name::text, coalesce((SELECT min(o.local_id)
          FILTER (WHERE o.domain_id = (SELECT {CLIENT})) FROM regional_link q
          JOIN regional_regionalrecord o ON o.id = q.record_id WHERE q.person_id = p.id AND q.active), '')::text, {DATA}
      FROM persons s JOIN regional_regionalperson p ON p.id = s.person_id
      JOIN regional_link l ON l.person_id = p.id AND l.active JOIN regional_regionalrecord r ON r.id = l.record_id
      JOIN regional_domain d ON d.id = r.domain_id
      WHERE NOT 'DOUT' = ANY(r.attributes)
      ORDER BY p.irp, array_position(ARRAY['QUAL', 'VALI', 'RECUP', 'PROV'], r.status::text), r.received_at DESC, r.id DESC
"""
_FOUND = "TABLE (irp text, source text, local_id text, data jsonb)"

# STIC-10: a whole date, a whole name and a whole given name, or the domain's own number; STIC-3: best traits, with source.
FIND = rls.definer_function(
    "regional_find(p_domain bigint, p_local text, p_date date, p_name text, p_given text, p_sex text, p_offset integer)",
    _FOUND,
    f"""
    #variable_conflict use_column
    BEGIN
      IF NOT {_READER} OR (p_local <> '' AND NOT ({TRUSTED} OR {CELL} OR coalesce(p_domain, -1) = {CLIENT})) THEN
        {REFUSE} 'role_missing';
      END IF;
      IF p_local = '' AND (p_date IS NULL OR length(p_name) < 2 OR length(p_given) < 2) THEN {REFUSE} 'state'; END IF;
      RETURN QUERY WITH persons AS (
        SELECT DISTINCT l.person_id FROM regional_regionalrecord r JOIN regional_link l ON l.record_id = r.id AND l.active
        WHERE r.active AND ((p_local <> '' AND r.domain_id = p_domain AND r.local_id = p_local)
          OR (p_local = '' AND r.birth_date = p_date AND p_name IN (r.birth_name, r.used_name)
            AND (p_given IN (r.first_given_name, r.given_names, r.used_given_name)
              OR ' ' || r.given_names || ' ' LIKE '% ' || p_given || ' %') AND p_sex IN ('', r.sex)))
        ORDER BY 1 OFFSET p_offset LIMIT {FOUND} + 1
      ) {_BEST};
    END
    """,
    language="plpgsql",
)

# ``$match``: candidates for traits that nobody stored. Complete criteria are checked by the service, and again here.
MATCH = rls.definer_function(
    "regional_match(p_keys bigint[], p_year smallint, p_day smallint, p_weak boolean, p_name text, p_given text)",
    f"TABLE (record_id bigint, person_id bigint, domain_id bigint, irp text, {_READ}",
    f"""
    #variable_conflict use_column
    DECLARE {_CLOSED};
    BEGIN
      IF NOT {_READER} THEN {REFUSE} 'role_missing'; END IF;
      IF p_day IS NULL OR length(p_name) < 2 OR length(p_given) < 2 THEN {REFUSE} 'state'; END IF;
      RETURN QUERY
      SELECT r.id, l.person_id, r.domain_id, p.irp::text, {FORM}, {_JUDGED}
      FROM (SELECT z.record_id, count(*) AS shared FROM unnest(p_keys) AS o(key)
            {_hits("o.key", SqlDate("p_year", "(p_day / 100)", "(p_day % 100)", "p_weak"))}
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {CANDIDATES}) h
      JOIN regional_regionalrecord r ON r.id = h.record_id AND r.active AND NOT 'DOUT' = ANY(r.attributes)
      JOIN regional_link l ON l.record_id = r.id AND l.active JOIN regional_regionalperson p ON p.id = l.person_id;
    END
    """,
    language="plpgsql",
    planned_once=True,
)

PERSONS = rls.definer_function(
    "regional_persons(p_irps text[])",
    _FOUND,
    f"""
    #variable_conflict use_column
    BEGIN
      IF NOT {_READER} THEN {REFUSE} 'role_missing'; END IF;
      RETURN QUERY WITH persons AS (
        SELECT p.id AS person_id FROM regional_regionalperson p WHERE p.irp = ANY(p_irps[1:{FOUND}])
      ) {_BEST};
    END
    """,
    language="plpgsql",
    planned_once=True,
)

# STIC-9: who read through the wrong link, for the cell that undid it.
ACCESSES = rls.definer_function(
    "regional_accesses(p_irps text[], p_since timestamptz)",
    "TABLE (at timestamptz, who text, organization text, code text, irp text)",
    f"""
    BEGIN
      IF NOT ({TRUSTED} OR {CELL}) THEN {REFUSE} 'role_missing'; END IF;
      RETURN QUERY SELECT e.occurred_at, coalesce(d.given_name || ' ' || d.family_name, e.role)::text,
        coalesce(o.name, '')::text, e.code::text, e.object_id::text
      FROM audit_entry e LEFT JOIN directory_practitionerrole pr ON pr.id = e.practice_id
      LEFT JOIN directory_professional d ON d.id = pr.professional_id
      LEFT JOIN directory_organization o ON o.id = coalesce(e.organization_id, pr.organization_id)
      WHERE e.occurred_at >= p_since AND e.object_type = 'regional_person' AND e.object_id = ANY(p_irps) AND e.outcome = 0
      ORDER BY e.occurred_at DESC LIMIT 200;
    END
    """,
    language="plpgsql",
)

# Names of the whole region, for the count that the worker makes at night: nobody else reads them so.
NAMES = rls.worker_only(
    rls.definer_function(
        "regional_names(p_after bigint, p_limit integer)",
        "TABLE (id bigint, birth_name text, first_given_name text, birth_date date)",
        """
    SELECT r.id, r.birth_name::text, r.first_given_name::text, r.birth_date FROM regional_regionalrecord r
    WHERE r.active AND r.id > p_after ORDER BY r.id LIMIT least(p_limit, 50000)
    """,
        volatile="STABLE",
    )
)

# Pépites' own records are copied in the database, which knows no phonetics: the worker computes their forms at night.
UNFORMED = rls.worker_only(
    rls.definer_function(
        "regional_unformed(p_limit integer)",
        "TABLE (id bigint, data jsonb)",
        f"""
    #variable_conflict use_column
    BEGIN
      RETURN QUERY SELECT r.id, {DATA} FROM regional_regionalrecord r
      WHERE r.active AND NOT starts_with(r.form, '{PREFIX}') ORDER BY r.id LIMIT least(p_limit, 5000);
    END
    """,
        language="plpgsql",
        volatile="STABLE",
    )
)

KEEP_FORMS = rls.worker_only(
    rls.definer_function(
        "regional_keep_forms(p_ids bigint[], p_forms text[])",
        "void",
        """
    BEGIN
      UPDATE regional_regionalrecord r SET form = f.form FROM unnest(p_ids, p_forms) AS f(id, form) WHERE r.id = f.id;
    END
    """,
        language="plpgsql",
    )
)

ALL = (
    CANDIDATES_SQL,
    IDENTIFIERS,
    SUBJECTS,
    KNOWN,
    LOST_INS,
    CROSS_REFERENCES,
    FIND,
    MATCH,
    PERSONS,
    ACCESSES,
    NAMES,
    UNFORMED,
    KEEP_FORMS,
)
