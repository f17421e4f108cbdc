"""SQL of the function that opens a network's files from the lines of an import, 500 at a time (design, law 3).

It passes over the policies because an administrator includes persons without reading their files; it asks for the
network's coordination or administration itself.
"""

from pepites.access.sql import OWN_ORGANIZATION
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED
from pepites.networks.sql import refuse_withheld

_ROWS = (
    "jsonb_to_recordset(p_rows) AS r(patient_id bigint, consent text, proof text, comment text, note text, html text,"
    " level integer, local_id text, ids jsonb)"
)
_OPPOSED = (
    "EXISTS (SELECT 1 FROM access_opposition o WHERE o.patient_id = r.patient_id AND o.lifted_at IS NULL"
    " AND (o.network_id = p_network OR (o.network_id IS NULL AND o.practice_id IS NULL)))"
)
_CONSENTED = (
    "EXISTS (SELECT 1 FROM access_consentrecord c WHERE c.patient_id = r.patient_id AND c.withdrawn_at IS NULL"
    " AND (c.network_id = p_network OR c.network_id IS NULL)"
    " AND (c.valid_until IS NULL OR c.valid_until > statement_timestamp()))"
)
_GONE = (
    "EXISTS (SELECT 1 FROM coordination_pathway w WHERE w.patient_id = r.patient_id AND w.network_id = p_network"
    " AND w.status = 'clos' AND w.closing_reason IN ('refus', 'deces'))"
    " AND NOT EXISTS (SELECT 1 FROM coordination_pathway w WHERE w.patient_id = r.patient_id"
    " AND w.network_id = p_network AND w.status <> 'clos')"
)

IMPORT_LINES = rls.definer_function(
    "coordination_import_lines(p_network bigint, p_organization bigint, p_opened date, p_rows jsonb)",
    "TABLE (patient_id bigint, enrolled boolean, opened boolean, opposed boolean, gone boolean)",
    f"""
    #variable_conflict use_column
    DECLARE newly bigint[]; enrolled bigint[]; opened bigint[]; gone bigint[];
            org bigint := CASE WHEN {ACTOR_PRACTICE} IS NULL THEN p_organization ELSE {OWN_ORGANIZATION} END;
    BEGIN
      {refuse_withheld("pathway.open")}
      IF EXISTS (SELECT 1 FROM {_ROWS} WHERE r.consent <> 'unknown') THEN {refuse_withheld("consent.record")} END IF;
      IF EXISTS (SELECT 1 FROM {_ROWS} WHERE r.html <> '') THEN {refuse_withheld("note.write")} END IF;
      IF NOT {TRUSTED} AND NOT EXISTS (
          SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network AND m.practice_id = {ACTOR_PRACTICE}
            AND m.role IN ('coordination', 'administration') AND m.starts_at <= statement_timestamp()
            AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      SELECT coalesce(array_agg(r.patient_id), '{{}}') INTO gone FROM {_ROWS} WHERE {_GONE};

      WITH done AS (
        INSERT INTO access_opposition (public_id, patient_id, network_id, proof, recorded_by_id)
        SELECT (r.ids->>0)::uuid, r.patient_id, p_network, r.proof, {ACTOR_PRACTICE}
        FROM {_ROWS} WHERE r.consent = 'no' AND NOT {_OPPOSED} RETURNING patient_id
      ) SELECT coalesce(array_agg(done.patient_id), '{{}}') INTO newly FROM done;

      WITH done AS (
        INSERT INTO access_consentrecord (public_id, patient_id, regime, network_id, scope, text_version, given_by, mode,
          proof, collected_by_id, withdrawn_reason)
        SELECT (r.ids->>1)::uuid, r.patient_id, 'hors_equipe', p_network, '[]', '', 'personne', 'oral', r.proof,
          {ACTOR_PRACTICE}, ''
        FROM {_ROWS} WHERE r.consent = 'yes' AND NOT {_OPPOSED} AND NOT {_CONSENTED} RETURNING patient_id, public_id
      ) INSERT INTO coordination_filentry (patient_id, kind, level, author_id, object_id, title, html, urgent)
        SELECT done.patient_id, 'accord', 2, {ACTOR_PRACTICE}, done.public_id, 'Consentement recueilli (oral)', '', false
        FROM done;

      WITH done AS (
        INSERT INTO access_networkpatient (patient_id, network_id, organization_id)
        SELECT r.patient_id, p_network, CASE WHEN {_OPPOSED} THEN org END FROM {_ROWS}
        WHERE NOT r.patient_id = ANY(gone)
        ON CONFLICT (patient_id, network_id) WHERE ends_at IS NULL AND NOT merged DO NOTHING RETURNING patient_id
      ) SELECT coalesce(array_agg(done.patient_id), '{{}}') INTO enrolled FROM done;
      UPDATE access_networkpatient n SET organization_id = org
      WHERE n.network_id = p_network AND n.patient_id = ANY(newly) AND NOT n.merged
        AND n.ends_at IS NULL AND n.organization_id IS NULL;

      WITH done AS (
        INSERT INTO coordination_pathway (public_id, patient_id, network_id, organization_id, status, opened_on,
          opened_by_id, closing_reason, comment, sort_key, commune_cog, search_text)
        SELECT (r.ids->>2)::uuid, r.patient_id, p_network, CASE WHEN {_OPPOSED} THEN org END, 'actif', p_opened,
          {ACTOR_PRACTICE}, '', r.comment, '', '', ''
        FROM {_ROWS} WHERE NOT r.patient_id = ANY(gone)
        ON CONFLICT (patient_id, network_id) WHERE NOT (status = 'clos') DO NOTHING RETURNING patient_id
      ) SELECT coalesce(array_agg(done.patient_id), '{{}}') INTO opened FROM done;
      UPDATE coordination_pathway w SET organization_id = org
      WHERE w.network_id = p_network AND w.patient_id = ANY(newly) AND w.status <> 'clos' AND w.organization_id IS NULL;

      INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, recurrence, owner_role,
        created_by_id, reason)
      SELECT (r.ids->>3)::uuid, r.patient_id, 'Consentement à recueillir', '', 'consentement', 'a_faire', '',
        'coordination', {ACTOR_PRACTICE}, ''
      FROM {_ROWS} WHERE r.consent = 'unknown' AND NOT r.patient_id = ANY(gone) AND NOT {_OPPOSED} AND NOT {_CONSENTED}
        AND NOT EXISTS (SELECT 1 FROM coordination_task t WHERE t.patient_id = r.patient_id AND t.kind = 'consentement'
                        AND t.state IN ('a_faire', 'en_cours'));
      UPDATE coordination_task t SET state = 'faite', ended_at = statement_timestamp(), ended_by_id = {ACTOR_PRACTICE}
      FROM {_ROWS} WHERE t.patient_id = r.patient_id AND r.consent <> 'unknown' AND t.kind = 'consentement'
        AND t.state IN ('a_faire', 'en_cours');

      IF {ACTOR_PRACTICE} IS NOT NULL THEN
        INSERT INTO coordination_liaisonnote (public_id, patient_id, type, emergency, text, html, level, author_id,
          version, status, retired_reason)
        SELECT (r.ids->>4)::uuid, r.patient_id, 'GEN', false, r.note, r.html, r.level, {ACTOR_PRACTICE}, 1, 'active', ''
        FROM {_ROWS} WHERE r.html <> '' AND r.patient_id = ANY(opened);
        INSERT INTO coordination_filentry (patient_id, kind, level, author_id, object_id, title, html, urgent)
        SELECT r.patient_id, 'note', r.level, {ACTOR_PRACTICE}, (r.ids->>4)::uuid, 'Note générale', r.html, false
        FROM {_ROWS} WHERE r.html <> '' AND r.patient_id = ANY(opened);
      END IF;

      INSERT INTO coordination_localidentifier (patient_id, network_id, value)
      SELECT r.patient_id, p_network, r.local_id FROM {_ROWS} WHERE r.local_id <> ''
      ON CONFLICT (patient_id, network_id, value) DO NOTHING;

      RETURN QUERY SELECT r.patient_id, r.patient_id = ANY(enrolled), r.patient_id = ANY(opened), {_OPPOSED},
        r.patient_id = ANY(gone) FROM {_ROWS};
    END
    """,
    language="plpgsql",
)

# The structure an import without account speaks for: of the network's first coordination practice, else its own.
IMPORT_ORGANIZATION = rls.definer_function(
    "coordination_import_organization(p_network bigint)",
    "bigint",
    f"""
    DECLARE found_id bigint; label text;
    BEGIN
      IF NOT {TRUSTED} THEN RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing'; END IF;
      SELECT pr.organization_id INTO found_id FROM networks_networkmembership m
      JOIN directory_practitionerrole pr ON pr.id = m.practice_id
      WHERE m.network_id = p_network AND m.role = 'coordination' AND m.starts_at <= statement_timestamp()
        AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp()) ORDER BY m.starts_at, m.id LIMIT 1;
      IF found_id IS NOT NULL THEN RETURN found_id; END IF;
      SELECT 'Structure porteuse du réseau ' || n.short_name INTO label FROM networks_network n WHERE n.id = p_network;
      SELECT o.id INTO found_id FROM directory_organization o WHERE o.name = label AND o.kind = 'coordination';
      IF found_id IS NULL THEN
        INSERT INTO directory_organization (public_id, name, sort_key, kind, commune_cog, active)
        VALUES (gen_random_uuid(), label, lower(label), 'coordination', '', true) RETURNING id INTO found_id;
      END IF;
      RETURN found_id;
    END
    """,
    language="plpgsql",
)

ALL = (IMPORT_LINES, IMPORT_ORGANIZATION)
