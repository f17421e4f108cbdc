"""What a domain says of its identities, stored; and Pépites' own identities, copied from ``identity`` in the database."""

from pepites.common import rls
from pepites.identity.functions import also_written
from pepites.regional.functions.base import (
    CELL,
    CLOSED,
    CONFLICT,
    FEED_LOCK,
    KEY_DATE,
    NOW,
    PEPITES,
    REFUSE,
    TRUSTED,
    XACT,
    internal_function,
    may_feed,
)

LOCKED_ONE_BY_ONE = 20
"""Persons whose keys are locked each; beyond, thousands of keys are more than the lock table keeps."""

COLUMNS = {
    "birth_name": "text", "first_given_name": "text", "given_names": "text", "birth_date": "date",
    "birth_date_precision": "text", "birth_date_interpreted": "boolean", "sex": "text", "birth_place_cog": "text",
    "used_name": "text", "used_given_name": "text", "mother_name": "text", "multiple_birth": "boolean",
    "birth_rank": "smallint", "commune_cog": "text", "phones": "varchar[]", "aliases": "jsonb", "status": "text",
    "attributes": "varchar[]", "ins_oid": "text", "ins_matricule": "text", "ins_history": "jsonb",
}  # fmt: skip
NAMES = tuple(COLUMNS)
_ROW = (
    "public_id uuid, irp text, local_id text, occurred_at timestamptz, keys jsonb, name_text text, form text, unfed boolean, "
    + ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
)
_ROWS = f"jsonb_to_recordset(p_rows) AS r({_ROW})"
_OLD, _NEW = ", ".join(f"x.{name}" for name in NAMES), ", ".join(f"t.{name}" for name in NAMES)
_CHANGED = f"({', '.join(f'x.{name}' for name in NAMES)}) IS DISTINCT FROM ({', '.join(f't.{name}' for name in NAMES)})"
_RETURNS = "TABLE (record_id bigint, public_id uuid, local_id text, created boolean, former_status text, irp text)"

# A message older than what is known changes nothing; an identity withdrawn comes back under a new regional identifier.
PUT = internal_function(
    "regional_put(p_domain bigint, p_rows jsonb)",
    _RETURNS,
    f"""
    #variable_conflict use_column
    DECLARE fed bigint := {XACT}; former jsonb; taken text;
    BEGIN
      SELECT s.local_id INTO taken FROM {_ROWS}
      JOIN regional_regionalrecord x ON x.domain_id = p_domain AND x.local_id = r.local_id AND x.replaced_by_id IS NOT NULL
      JOIN regional_regionalrecord s ON s.id = x.replaced_by_id
      WHERE NOT EXISTS (SELECT 1 FROM regional_regionalrecord a
                        WHERE a.domain_id = p_domain AND a.local_id = r.local_id AND a.active) LIMIT 1;
      IF taken IS NOT NULL THEN {CONFLICT} 'merged:' || taken; END IF;
      SELECT coalesce(jsonb_object_agg(x.id, x.status), '{{}}') INTO former FROM {_ROWS}
      JOIN regional_regionalrecord x ON x.domain_id = p_domain AND x.local_id = r.local_id AND x.replaced_by_id IS NULL;
      UPDATE regional_regionalrecord x SET ({", ".join(NAMES)}) = ROW({_NEW}), name_text = t.name_text,
        form = coalesce(t.form, ''), active = true,
        version = x.version + CASE WHEN {_CHANGED} THEN 1 ELSE 0 END, fed_in = CASE WHEN t.unfed THEN -fed ELSE fed END, received_at = clock_timestamp(),
        occurred_at = coalesce(t.occurred_at, x.occurred_at)
      FROM (SELECT DISTINCT ON (r.local_id) y.id, r.* FROM {_ROWS}
            JOIN regional_regionalrecord y ON y.domain_id = p_domain AND y.local_id = r.local_id
              AND y.replaced_by_id IS NULL ORDER BY r.local_id, y.active DESC, y.id DESC) t
      WHERE x.id = t.id AND (t.occurred_at IS NULL OR x.occurred_at IS NULL OR t.occurred_at >= x.occurred_at);
      INSERT INTO regional_regionalrecord (public_id, domain_id, local_id, version, active, name_text, form, occurred_at, fed_in,
        {", ".join(NAMES)})
      SELECT r.public_id, p_domain, r.local_id, 1, true, r.name_text, coalesce(r.form, ''), r.occurred_at,
        CASE WHEN r.unfed THEN -fed ELSE fed END,
        {", ".join(f"r.{name}" for name in NAMES)} FROM {_ROWS}
      WHERE NOT EXISTS (SELECT 1 FROM regional_regionalrecord y WHERE y.domain_id = p_domain AND y.local_id = r.local_id
                        AND y.replaced_by_id IS NULL);
      DELETE FROM regional_recordkey k USING regional_regionalrecord x
      WHERE k.record_id = x.id AND abs(x.fed_in) = fed AND x.domain_id = p_domain AND former ? x.id::text
        AND x.local_id IN (SELECT r.local_id FROM {_ROWS});
      INSERT INTO regional_recordkey (key, domain_id, record_id, year, day, weak)
      SELECT DISTINCT k.key::bigint, p_domain, r.id, {KEY_DATE}
      FROM (SELECT r.local_id, r.keys FROM {_ROWS}) s
      JOIN regional_regionalrecord r ON r.domain_id = p_domain AND r.local_id = s.local_id AND r.active AND abs(r.fed_in) = fed
      CROSS JOIN LATERAL jsonb_array_elements_text(s.keys) AS k(key) ON CONFLICT DO NOTHING;
      WITH alone AS (
        SELECT x.id, r.irp, r.status FROM {_ROWS} JOIN regional_regionalrecord x
          ON x.domain_id = p_domain AND x.local_id = r.local_id AND x.active
        WHERE NOT EXISTS (SELECT 1 FROM regional_link l WHERE l.record_id = x.id AND l.active)
      ), born AS (
        INSERT INTO regional_regionalperson (irp, status, active) SELECT a.irp, a.status, true FROM alone a RETURNING id, irp
      )
      INSERT INTO regional_link (public_id, record_id, person_id, origin, rule_version, terms, reason, author_id, batch,
        active, ended_reason)
      SELECT gen_random_uuid(), a.id, b.id, 'seul', '', '[]', '', {rls.ACTOR_PRACTICE}, gen_random_uuid(), true, ''
      FROM alone a JOIN born b ON b.irp = a.irp;
      PERFORM regional_refresh(ARRAY(SELECT DISTINCT l.person_id FROM regional_link l JOIN regional_regionalrecord x
        ON x.id = l.record_id WHERE l.active AND former ? x.id::text AND x.domain_id = p_domain
        AND x.local_id IN (SELECT r.local_id FROM {_ROWS})));
      RETURN QUERY SELECT x.id, x.public_id, x.local_id::text, NOT former ? x.id::text, coalesce(former->>x.id::text, ''),
        p.irp::text
      FROM {_ROWS} JOIN regional_regionalrecord x ON x.domain_id = p_domain AND x.local_id = r.local_id AND x.active
      JOIN regional_link l ON l.record_id = x.id AND l.active JOIN regional_regionalperson p ON p.id = l.person_id;
    END
    """,
)

STORE = rls.definer_function(
    "regional_store(p_domain bigint, p_rows jsonb)",
    _RETURNS,
    f"""
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      RETURN QUERY SELECT * FROM regional_put(p_domain, p_rows);
    END
    """,
    language="plpgsql",
    planned_once=True,
)

_FLAGS = "array_remove(ARRAY[nullif(i.homonym, ''), CASE WHEN i.doubtful THEN 'DOUT' END], NULL)"
# Whoever calls it makes the copy faithful, and can make it nothing else. A person whom the caller does not reach is copied
# (« homonyme » set on a double), and not matched by them: ``unfed``.
# An identity that became fictitious or hidden, or was absorbed, leaves the server (STIC-7, §2.2).
# The numbers of qualified identities, when the base keeps them (table ``identity_ins`` of identity): patient → active, former.
_NUMBERS = """
      IF to_regclass('public.identity_ins') IS NOT NULL THEN
        EXECUTE 'SELECT coalesce(jsonb_object_agg(s.patient_id, s.said), ''{}'') FROM (
            SELECT n.patient_id, jsonb_build_object(''oid'', max(n.oid) FILTER (WHERE n.active),
              ''matricule'', max(n.matricule) FILTER (WHERE n.active), ''former'', coalesce(
                jsonb_agg(jsonb_build_array(n.oid, n.matricule)) FILTER (WHERE NOT n.active), ''[]'')) AS said
            FROM identity_ins n JOIN identity_domainidentity i ON i.id = n.identity_id AND i.active AND i.status = ''QUAL''
            WHERE n.patient_id = ANY($1) GROUP BY n.patient_id HAVING bool_or(n.active)) s'
        INTO numbers USING p_patients;
      END IF;
"""

FEED_PEPITES = rls.definer_function(
    "regional_feed_pepites(p_patients bigint[], p_fresh text[])",
    _RETURNS,
    f"""
    #variable_conflict use_column
    DECLARE home bigint := {PEPITES}; gone text[]; wide boolean := {TRUSTED} OR {CELL} OR identity_may_import();
      numbers jsonb := '{{}}';
    BEGIN
      IF {CLOSED} THEN RETURN; END IF;  -- a server that was closed stops no admission
      {_NUMBERS}
      IF cardinality(p_patients) > {LOCKED_ONE_BY_ONE} THEN
        PERFORM pg_advisory_xact_lock({FEED_LOCK});
      ELSE
        PERFORM pg_advisory_xact_lock_shared({FEED_LOCK});
        PERFORM pg_advisory_xact_lock(k.key) FROM (SELECT DISTINCT b.key FROM identity_identityblock b
          WHERE b.patient_id = ANY(p_patients) ORDER BY 1) k;
      END IF;
      SELECT array_agg(p.public_id::text) INTO gone FROM patients_patient p
      WHERE p.id = ANY(p_patients) AND (NOT p.active OR p.survivor_id IS NOT NULL OR p.identity_flags ~ 'FICT|CACH');
      PERFORM regional_drop(x.id) FROM regional_regionalrecord x
      WHERE x.domain_id = home AND x.active AND x.local_id = ANY(gone);
      RETURN QUERY SELECT * FROM regional_put(home, (
        SELECT coalesce(jsonb_agg(to_jsonb(s)), '[]') FROM (
          SELECT gen_random_uuid() AS public_id, p.public_id::text AS local_id, NULL::timestamptz AS occurred_at,
            CASE WHEN EXISTS (SELECT 1 FROM regional_regionalperson q WHERE q.irp = p.regional_id)
              THEN q.fresh ELSE p.regional_id END AS irp,
            left(p.search_text, 420) AS name_text, NOT (wide OR access_actor_level(p.id) >= 1) AS unfed,
            (SELECT coalesce(jsonb_agg(b.key), '[]') FROM identity_identityblock b WHERE b.patient_id = p.id) AS keys,
            i.birth_name, i.first_given_name, i.given_names, i.birth_date, i.birth_date_precision,
            i.birth_date_interpreted, i.sex, i.birth_place_cog, i.used_name, i.used_given_name, i.mother_name,
            i.multiple_birth, NULL::smallint AS birth_rank, i.commune_cog,
            ARRAY(SELECT t.number FROM identity_phone t WHERE t.patient_id = p.id AND t.active ORDER BY t.id) AS phones,
            coalesce({also_written("p.id")}, '[]') AS aliases,
            CASE WHEN i.status = 'QUAL' AND NOT numbers ? p.id::text THEN 'VALI' ELSE i.status END AS status,
            {_FLAGS} AS attributes, coalesce(numbers->p.id::text->>'oid', '') AS ins_oid,
            coalesce(numbers->p.id::text->>'matricule', '') AS ins_matricule,
            coalesce(numbers->p.id::text->'former', '[]') AS ins_history
          FROM unnest(p_patients, p_fresh) AS q(id, fresh) JOIN patients_patient p ON p.id = q.id
          JOIN identity_domainidentity i ON i.patient_id = p.id AND i.active AND i.domain = 'PEPITES'
          WHERE p.active AND p.survivor_id IS NULL AND p.identity_flags !~ 'FICT|CACH'
        ) s));
    END
    """,
    language="plpgsql",
)

NOTE_ERROR = rls.definer_function(
    "regional_note_error(p_domain bigint, p_error text)",
    "void",
    f"""
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      UPDATE regional_domain SET errors = errors + 1, last_error = left(p_error, 200), last_error_at = {NOW}
      WHERE id = p_domain;
    END
    """,
    language="plpgsql",
)

SET_DOMAIN = rls.definer_function(
    "regional_set_domain(p_code text, p_values jsonb)",
    "bigint",
    f"""
    DECLARE made bigint;
    BEGIN
      IF NOT ({TRUSTED} OR {CELL}) THEN {REFUSE} 'role_missing'; END IF;
      INSERT INTO regional_domain (public_id, code, oid, uri, name, organization_id, active, referent, cell_contact,
        charter_signed_on, errors, last_error)
      SELECT gen_random_uuid(), p_code, v.oid, v.uri, v.name, v.organization_id, v.active, v.referent, v.cell_contact,
        v.charter_signed_on, 0, ''
      FROM jsonb_to_record(p_values) AS v(oid text, uri text, name text, organization_id bigint, active boolean,
        referent text, cell_contact text, charter_signed_on date)
      ON CONFLICT (code) DO UPDATE SET oid = EXCLUDED.oid, uri = EXCLUDED.uri, name = EXCLUDED.name,
        organization_id = EXCLUDED.organization_id, active = EXCLUDED.active, referent = EXCLUDED.referent,
        cell_contact = EXCLUDED.cell_contact, charter_signed_on = EXCLUDED.charter_signed_on
      RETURNING id INTO made;
      RETURN made;
    END
    """,
    language="plpgsql",
)

ALL = (PUT, STORE, FEED_PEPITES, NOTE_ERROR, SET_DOMAIN)
