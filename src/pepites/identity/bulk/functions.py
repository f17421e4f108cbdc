"""SQL of the functions that match and create the lines of an import, 500 at a time (design, law 3).

Both ask what ``identity_may_import`` asks; neither gives a grant: the import opens the file to the network's coordination.
"""

from pepites.common import rls
from pepites.identity.functions import CANDIDATES, LARGEST, MATCHED, READ, REFUSE, near
from pepites.identity.matching.blocking import LARGEST_BLOCK

_GUARD = f"IF NOT identity_may_import() THEN {REFUSE} 'role_missing'; END IF;"

# A pair whose dates cannot agree is never likely the same: it is left out before sorting.
MATCH_MANY = rls.definer_function(
    "identity_match_many(p_refs integer[], p_keys bigint[], p_dates date[], p_interpreted boolean[])",
    f"TABLE (ref integer, {MATCHED}",
    f"""
    #variable_conflict use_column
    BEGIN
      {_GUARD}
      RETURN QUERY
      WITH held AS MATERIALIZED (
        SELECT w.key, held.ids FROM (SELECT DISTINCT key FROM unnest(p_keys) AS u(key)) w(key)
        CROSS JOIN LATERAL (SELECT w.key) AS q(key) {LARGEST} WHERE cardinality(held.ids) <= {LARGEST_BLOCK}
      ), hits AS (
        SELECT q.ref, b.patient_id, count(*) AS shared
        FROM unnest(p_refs, p_keys) AS q(ref, key) JOIN held ON held.key = q.key
        CROSS JOIN LATERAL unnest(held.ids) AS b(patient_id) GROUP BY 1, 2
      ), near AS (
        SELECT h.ref, coalesce(p.survivor_id, p.id) AS patient_id,
               row_number() OVER (PARTITION BY h.ref ORDER BY max(h.shared) DESC, coalesce(p.survivor_id, p.id)) AS rank
        FROM hits h JOIN patients_patient p ON p.id = h.patient_id
        WHERE (p.active OR p.survivor_id IS NOT NULL) AND p.identity_flags !~ 'FICT|CACH'
          AND {near("p_dates[h.ref]", "p_interpreted[h.ref]")}
        GROUP BY h.ref, coalesce(p.survivor_id, p.id)
      )
      SELECT n.ref, {READ}
      FROM near n JOIN patients_patient s ON s.id = n.patient_id
      JOIN identity_domainidentity i ON i.patient_id = s.id AND i.active AND i.domain = 'PEPITES'
      WHERE n.rank <= {CANDIDATES};
    END
    """,
    language="plpgsql",
)

# Phones first: the identity's own trigger then copies everything to the person row in one go.
IMPORT_PERSONS = rls.definer_function(
    "identity_import_persons(p_rows jsonb)",
    "TABLE (public_id uuid, patient_id bigint)",
    f"""
    #variable_conflict use_column
    DECLARE made jsonb;
    BEGIN
      {_GUARD}
      WITH new AS (
        INSERT INTO patients_patient (public_id, regional_id, birth_name, first_given_name, used_name, used_given_name,
          birth_date_interpreted, sex, identity_status, identity_flags, sort_key, search_text, phone_keys, commune_cog,
          language, interpreter, protected_minor, protected_adult, active)
        SELECT r.public_id, r.regional_id, '', '', '', '', false, 'I', 'PROV', '', '', '', '', '', '', false, false, false,
          true
        FROM jsonb_to_recordset(p_rows) AS r(public_id uuid, regional_id text)
        RETURNING patients_patient.public_id, id
      ) SELECT coalesce(jsonb_object_agg(new.public_id, new.id), '{{}}') INTO made FROM new;
      INSERT INTO identity_phone (public_id, patient_id, number, key, kind, active)
      SELECT r.phone_id, (made->>r.public_id::text)::bigint, r.phone, r.phone_key, 'personnel', true
      FROM jsonb_to_recordset(p_rows) AS r(public_id uuid, phone_id uuid, phone text, phone_key text) WHERE r.phone <> '';
      INSERT INTO identity_domainidentity (public_id, patient_id, patient_public_id, domain, version, active, birth_name,
        birth_name_typed, first_given_name, given_names, given_names_typed, birth_date, birth_date_precision,
        birth_date_interpreted, sex, birth_place_cog, birth_place_label, used_name, used_given_name, mother_name,
        multiple_birth, address, commune_cog, status, homonym, doubtful, fictitious, hidden, change_reason, changed_by_id)
      SELECT r.identity_id, (made->>r.public_id::text)::bigint, r.public_id, 'PEPITES', 1, true, r.birth_name,
        r.birth_name_typed, r.first_given_name, r.given_names, r.given_names_typed, r.birth_date, r.birth_date_precision,
        r.birth_date_interpreted, r.sex, r.birth_place_cog, r.birth_place_label, r.used_name, '', r.mother_name,
        false, '', r.commune_cog, 'PROV', '', false, false, false, '', {rls.ACTOR_PRACTICE}
      FROM jsonb_to_recordset(p_rows) AS r(public_id uuid, identity_id uuid, birth_name text, birth_name_typed text,
        first_given_name text, given_names text, given_names_typed text, birth_date date, birth_date_precision text,
        birth_date_interpreted boolean, sex text, birth_place_cog text, birth_place_label text, used_name text,
        mother_name text, commune_cog text);
      INSERT INTO identity_identityblock (key, patient_id)
      SELECT k.key::bigint, (made->>r.public_id::text)::bigint
      FROM jsonb_to_recordset(p_rows) AS r(public_id uuid, keys jsonb), jsonb_array_elements_text(r.keys) AS k(key);
      RETURN QUERY SELECT e.key::uuid, e.value::bigint FROM jsonb_each_text(made) e;
    END
    """,
    language="plpgsql",
)

ALL = (MATCH_MANY, IMPORT_PERSONS)
