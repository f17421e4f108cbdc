"""SQL of the two functions of a takeover (design, law 3; ADR 0032).

They pass over the policies because an administrator takes over without reading the files; both ask for the network's
coordination or administration themselves, and know no person but those that the network follows.
"""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED
from pepites.networks.sql import refuse_withheld

_GUARD = f"""
      {refuse_withheld("note.write")}
      IF NOT {TRUSTED} AND NOT EXISTS (
          SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network AND m.practice_id = {ACTOR_PRACTICE}
            AND m.role IN ('coordination', 'administration') AND m.starts_at <= statement_timestamp()
            AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
"""
_ASKED = (
    "jsonb_to_recordset(p_rows) AS r(ref integer, kind text, external_id text, number text, ins text, birth_name text,"
    " given_names text, birth_date date, sex text)"
)
# A person of the network, under the file that shows them once merged.
_FOLLOWED = (
    "access_networkpatient np JOIN patients_patient p ON p.id = np.patient_id AND np.network_id = p_network"
    " AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())"
)
_ONE = "array_agg(DISTINCT coalesce(p.survivor_id, p.id))"
_OPPOSED = (
    "EXISTS (SELECT 1 FROM access_opposition o WHERE o.patient_id = ANY(access_person_set({0})) AND o.lifted_at IS NULL"
    " AND (o.network_id = p_network OR (o.network_id IS NULL AND o.practice_id IS NULL)))"
)

# Whom each line names, by number, INS and strict traits apart: one that contradicts another is seen. ``stored``: the
# person of that very line when an earlier passage took it over; ``opposed``: those whose opposition forbids it.
MATCH = rls.definer_function(
    "coordination_history_match(p_network bigint, p_tool text, p_rows jsonb)",
    "TABLE (ref integer, by_number bigint[], by_ins bigint[], by_traits bigint[], stored bigint, opposed bigint[])",
    f"""
    #variable_conflict use_column
    BEGIN
      {_GUARD}
      RETURN QUERY WITH named AS (
      SELECT r.ref,
        (SELECT {_ONE} FROM {_FOLLOWED} JOIN coordination_localidentifier l ON l.patient_id = p.id
         WHERE r.number <> '' AND l.network_id = p_network AND l.value = r.number) AS by_number,
        (SELECT {_ONE} FROM {_FOLLOWED} JOIN identity_ins i ON i.patient_id = p.id
         WHERE r.ins <> '' AND i.active AND i.matricule = r.ins) AS by_ins,
        (SELECT {_ONE} FROM {_FOLLOWED} JOIN identity_domainidentity d ON d.patient_id = p.id
         WHERE r.birth_name <> '' AND d.active AND d.domain = 'PEPITES' AND d.birth_name = r.birth_name
           AND r.given_names IN (d.given_names, d.first_given_name) AND d.birth_date = r.birth_date
           AND NOT d.birth_date_interpreted AND (r.sex = 'I' OR d.sex = r.sex)) AS by_traits,
        CASE r.kind WHEN 'conversation' THEN
          (SELECT coalesce(p.survivor_id, p.id) FROM coordination_historythread t JOIN patients_patient p ON p.id = t.patient_id
           WHERE t.network_id = p_network AND t.tool = p_tool AND t.external_id = r.external_id)
        ELSE
          (SELECT coalesce(p.survivor_id, p.id) FROM coordination_historyentry e JOIN patients_patient p ON p.id = e.patient_id
           WHERE e.network_id = p_network AND e.tool = p_tool AND e.kind = r.kind AND e.external_id = r.external_id)
        END AS stored
      FROM {_ASKED})
      SELECT n.ref, n.by_number, n.by_ins, n.by_traits, n.stored, ARRAY(
        SELECT u.id FROM unnest(n.by_number || n.by_ins || n.by_traits) AS u(id) WHERE {_OPPOSED.format("u.id")})
      FROM named n;
    END
    """,
    language="plpgsql",
)

_THREADS = (
    "jsonb_to_recordset(p_threads) AS r(public_id uuid, patient_id bigint, external_id text, title text,"
    " participants text, readers bigint[])"
)
_ENTRIES = (
    "jsonb_to_recordset(p_entries) AS r(public_id uuid, patient_id bigint, kind text, external_id text, thread text,"
    " parent_kind text, parent text, level integer, author_id bigint, author_text text, written_at timestamptz,"
    " text text, file jsonb)"
)

WRITE = rls.definer_function(
    "coordination_history_write(p_network bigint, p_tool text, p_threads jsonb, p_entries jsonb)",
    "text[]",
    f"""
    DECLARE persons bigint[]; made text[];
    BEGIN
      {_GUARD}
      persons := ARRAY(SELECT r.patient_id FROM {_THREADS} UNION SELECT r.patient_id FROM {_ENTRIES});
      IF EXISTS (SELECT 1 FROM unnest(persons) AS u(id) WHERE {_OPPOSED.format("u.id")} OR NOT EXISTS (
          SELECT 1 FROM {_FOLLOWED} WHERE coalesce(p.survivor_id, p.id) = u.id)) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'opposition';
      END IF;
      WITH done AS (
        INSERT INTO coordination_historythread (public_id, patient_id, network_id, tool, external_id, title, participants)
        SELECT r.public_id, r.patient_id, p_network, p_tool, r.external_id, r.title, r.participants FROM {_THREADS}
        ON CONFLICT (network_id, tool, external_id) DO NOTHING RETURNING external_id
      ) SELECT coalesce(array_agg(done.external_id), '{{}}') INTO made FROM done;
      -- Somebody whose account came after a first passage reads, from the next one, what they took part in.
      INSERT INTO coordination_historyreader (patient_id, thread_id, professional_id)
      SELECT t.patient_id, t.id, who.id FROM {_THREADS}
      JOIN coordination_historythread t ON t.network_id = p_network AND t.tool = p_tool AND t.external_id = r.external_id
      CROSS JOIN LATERAL unnest(r.readers) AS who(id)
      ON CONFLICT (thread_id, professional_id) DO NOTHING;

      WITH done AS (
        INSERT INTO coordination_historyentry (public_id, patient_id, network_id, tool, kind, external_id, thread_id,
          parent_id, level, author_id, author_text, written_at, text)
        SELECT r.public_id, r.patient_id, p_network, p_tool, r.kind, r.external_id, t.id, up.id, r.level, r.author_id,
          r.author_text, r.written_at, r.text
        FROM {_ENTRIES}
        LEFT JOIN coordination_historythread t ON t.network_id = p_network AND t.tool = p_tool AND t.external_id = r.thread
        LEFT JOIN coordination_historyentry up ON up.network_id = p_network AND up.tool = p_tool AND up.kind = r.parent_kind
          AND up.external_id = r.parent
        WHERE r.thread = '' OR t.id IS NOT NULL
        ON CONFLICT (network_id, tool, kind, external_id) DO NOTHING RETURNING external_id
      ) SELECT made || coalesce(array_agg(done.external_id), '{{}}') INTO made FROM done;
      INSERT INTO coordination_historyfile (patient_id, entry_id, name, content_type, size, sha256, blob, thumbnail)
      SELECT e.patient_id, e.id, r.file->>'name', r.file->>'content_type', (r.file->>'size')::integer,
        r.file->>'sha256', r.file->>'blob', r.file->>'thumbnail'
      FROM {_ENTRIES} JOIN coordination_historyentry e ON e.public_id = r.public_id WHERE r.kind = 'document';
      RETURN made;
    END
    """,
    language="plpgsql",
)

ALL = (MATCH, WRITE)
