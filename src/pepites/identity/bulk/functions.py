"""SQL of the functions that match and create the lines of an import, 500 at a time (design, law 3).

Both ask what ``identity_may_import`` asks; neither gives a grant: the import opens the file to the network's coordination.
"""

from pepites.common import rls
from pepites.identity.functions import CANDIDATES, REFUSE

_GUARD = f"IF NOT identity_may_import() THEN {REFUSE} 'role_missing'; END IF;"

_WEAK = "({date} IS NOT NULL AND ({said} OR to_char({date}, 'MMDD') IN ('0101', '1231')))"
_OURS, _THEIRS = "p_dates[h.ref]", "p.birth_date"
_DIGITS, _OUR_DIGITS = f"to_char({_THEIRS}, 'DDMM')", f"to_char({_OURS}, 'DDMM')"
# Equal; same year with a weak date, the day or the month kept, both swapped, or two digits in the middle swapped; another
# year with the same day and month, or close when one date is interpreted. Mirrors similarity._date_points.
NEAR_DATES = f"""({_THEIRS} = {_OURS}
  OR (extract(year FROM {_THEIRS}) = extract(year FROM {_OURS}) AND (
    {_WEAK.format(date=_THEIRS, said="p.birth_date_interpreted")} OR {_WEAK.format(date=_OURS, said="p_interpreted[h.ref]")}
    OR left({_DIGITS}, 2) = left({_OUR_DIGITS}, 2) OR right({_DIGITS}, 2) = right({_OUR_DIGITS}, 2)
    OR {_DIGITS} = to_char({_OURS}, 'MMDD')
    OR (left({_DIGITS}, 1) = left({_OUR_DIGITS}, 1) AND right({_DIGITS}, 1) = right({_OUR_DIGITS}, 1))))
  OR {_DIGITS} = {_OUR_DIGITS}
  OR ((p.birth_date_interpreted OR p_interpreted[h.ref])
      AND abs(extract(year FROM {_THEIRS}) - extract(year FROM {_OURS})) <= 2))"""

# A pair whose dates cannot agree is never likely the same (similarity.worth_comparing): it is left out before sorting.
MATCH_MANY = rls.definer_function(
    "identity_match_many(p_refs integer[], p_keys bigint[], p_dates date[], p_interpreted boolean[])",
    "TABLE (ref integer, patient_id bigint, public_id uuid, birth_name text, given_names text, birth_date date,"
    " interpreted boolean, sex text, birth_place_cog text, used_name text, mother_name text, phone_keys text, status text,"
    " flags text, aliases jsonb)",
    f"""
    #variable_conflict use_column
    BEGIN
      {_GUARD}
      RETURN QUERY
      WITH hits AS (
        SELECT q.ref, b.patient_id, count(*) AS shared
        FROM unnest(p_refs, p_keys) AS q(ref, key) JOIN identity_identityblock b ON b.key = q.key GROUP BY 1, 2
      ), near AS (
        SELECT h.ref, h.patient_id,
               row_number() OVER (PARTITION BY h.ref ORDER BY h.shared DESC, h.patient_id) AS rank
        FROM hits h JOIN patients_patient p ON p.id = h.patient_id
        WHERE p.active AND p.survivor_id IS NULL AND p.identity_flags !~ 'FICT|CACH'
          AND ({NEAR_DATES}
               OR EXISTS (SELECT 1 FROM identity_alias a WHERE a.patient_id = p.id AND a.birth_date IS NOT NULL))
      )
      SELECT n.ref, s.id, s.public_id, i.birth_name::text, i.given_names::text, i.birth_date, i.birth_date_interpreted,
        i.sex::text, i.birth_place_cog::text, i.used_name::text, i.mother_name::text, s.phone_keys::text,
        s.identity_status::text, s.identity_flags::text,
        (SELECT jsonb_agg(jsonb_build_array(a.birth_name, a.given_names, a.birth_date)) FROM identity_alias a
         WHERE a.patient_id = s.id)
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
