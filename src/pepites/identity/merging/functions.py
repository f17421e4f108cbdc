"""SQL of the functions that merge two files and separate them again (RNIV-13; ADR 0023).

``patient_id`` never changes: a merge points one person row to the other, an unmerge takes the pointer away. Rights follow
by ``access_mirror``. Reason words of PE409 are put into French by ``service``.
"""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED, internal_function
from pepites.identity.functions import CELL, CONFLICT, NOW, REFUSE

_RANK = "array_position(ARRAY['QUAL', 'VALI', 'RECUP', 'PROV'], {}.identity_status::text)"
_MAY = f"({TRUSTED} OR {CELL})"
_AUTHOR = f"(SELECT pr.professional_id FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE})"


def _oppositions(person: str) -> str:
    """Standing oppositions of a person's files: the practice or network refused, or the structure that recorded it."""
    return f"""(SELECT o.practice_id, o.network_id, pr.organization_id FROM access_opposition o
                  LEFT JOIN directory_practitionerrole pr ON pr.id = o.recorded_by_id AND o.practice_id IS NULL
                  WHERE o.patient_id = ANY({person}) AND o.lifted_at IS NULL)"""


# Why two files may not be merged; empty when they may. The same words for the preview and for the act.
OBSTACLE = internal_function(
    "identity_merge_obstacle(p_one bigint, p_two bigint)",
    "text",
    f"""
    DECLARE one bigint[] := access_person_set(p_one); two bigint[] := access_person_set(p_two);
    BEGIN
      IF one = two THEN RETURN 'merged'; END IF;
      IF EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = ANY(one || two) AND p.identity_flags ~ 'FICT|CACH')
        THEN RETURN 'fictitious'; END IF;
      IF EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = ANY(one || two) AND p.identity_flags ~ 'DOUT')
        THEN RETURN 'doubtful'; END IF;
      IF EXISTS (SELECT 1 FROM identity_ins a JOIN identity_ins b ON a.active AND b.active AND a.patient_id = ANY(one)
                   AND b.patient_id = ANY(two) AND a.fingerprint <> b.fingerprint) THEN RETURN 'ins'; END IF;
      IF EXISTS (SELECT 1 FROM identity_notsame n WHERE n.lifted_at IS NULL
                 AND ((n.patient_id = ANY(one) AND n.other_id = ANY(two))
                   OR (n.patient_id = ANY(two) AND n.other_id = ANY(one)))) THEN RETURN 'distinct'; END IF;
      -- An opposition holds for the person: known to one file only, it would close the other's accesses for good.
      IF EXISTS ({_oppositions("one")} EXCEPT {_oppositions("two")})
        OR EXISTS ({_oppositions("two")} EXCEPT {_oppositions("one")}) THEN RETURN 'opposition'; END IF;
      RETURN '';
    END
    """,
)

# Survivor: the higher status, then the oldest.
FACTS = rls.definer_function(
    "identity_merge_facts(p_one uuid, p_two uuid)",
    "TABLE (survivor bigint, absorbed bigint, four_eyes boolean, obstacle text)",
    f"""
    #variable_conflict use_column
    DECLARE kept patients_patient; gone patients_patient;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      SELECT p.* INTO kept FROM patients_patient q JOIN patients_patient p ON p.id = coalesce(q.survivor_id, q.id)
      WHERE q.public_id IN (p_one, p_two) ORDER BY {_RANK.format("p")}, p.created_at, p.id LIMIT 1;
      SELECT p.* INTO gone FROM patients_patient q JOIN patients_patient p ON p.id = coalesce(q.survivor_id, q.id)
      WHERE q.public_id IN (p_one, p_two) AND p.id <> kept.id;
      IF kept.id IS NULL THEN RETURN; END IF;
      RETURN QUERY SELECT kept.id, coalesce(gone.id, kept.id),
        kept.identity_status IN ('VALI', 'QUAL') OR coalesce(gone.identity_status IN ('VALI', 'QUAL'), false),
        CASE WHEN gone.id IS NULL THEN 'merged' ELSE identity_merge_obstacle(kept.id, gone.id) END;
    END
    """,
    language="plpgsql",
)

_TOUCH = f"""UPDATE identity_domainidentity i SET changed_by_id = {ACTOR_PRACTICE}, changed_at = {NOW},
        change_reason = {{reason}} WHERE i.patient_id {{whose}} AND i.active AND i.domain = 'PEPITES';"""

JOIN = internal_function(
    "identity_join(p_merge bigint, p_tables text[])",
    "void",
    f"""
    DECLARE m identity_merge; highest bigint; kept jsonb := '{{}}'; name text;
    BEGIN
      SELECT * INTO m FROM identity_merge WHERE id = p_merge;
      FOREACH name IN ARRAY p_tables LOOP
        EXECUTE format('SELECT coalesce(max(id), 0) FROM %I', name) INTO highest;
        kept := kept || jsonb_build_object(name, highest);
      END LOOP;
      UPDATE patients_patient SET survivor_id = m.survivor_id, active = false, updated_at = {NOW}
      WHERE id = m.patient_id OR survivor_id = m.patient_id;
      UPDATE identity_merge SET state = 'faite', decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW}, marks = kept
      WHERE id = m.id;
      {_TOUCH.format(reason="'Fusion de deux identités'", whose="= m.patient_id")}
      {_TOUCH.format(reason="'Fusion de deux identités'", whose="= m.survivor_id")}
      UPDATE identity_doublecandidate SET state = 'meme', decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW},
        decision_reason = m.reason
      WHERE state = 'ouvert' AND patient_id = least(m.patient_id, m.survivor_id)
        AND other_id = greatest(m.patient_id, m.survivor_id);
      PERFORM access_refresh(m.survivor_id);
      PERFORM access_mirror(m.survivor_id);
    END
    """,
)

# One merge at a time: two that cross would each hold what the other wants. The person rows are locked before any right,
# as ``access_lock`` does.
_ONE = "PERFORM pg_advisory_xact_lock(hashtextextended('identity_merge', 0));"
_LOCK = "PERFORM 1 FROM patients_patient p WHERE p.id = ANY(access_person_set({0}) || access_person_set({1})) ORDER BY p.id FOR UPDATE;"

ASK = rls.definer_function(
    "identity_ask_merge(p_public uuid, p_one uuid, p_two uuid, p_reason text, p_tables text[])",
    "TABLE (survivor bigint, absorbed bigint, state text)",
    f"""
    #variable_conflict use_column
    DECLARE f record; made bigint;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      {_ONE}
      SELECT * INTO f FROM identity_merge_facts(p_one, p_two);
      IF f.survivor IS NULL THEN {CONFLICT} 'absent'; END IF;
      {_LOCK.format("f.survivor", "f.absorbed")}
      SELECT * INTO f FROM identity_merge_facts(p_one, p_two);
      IF f.obstacle <> '' THEN {CONFLICT} f.obstacle; END IF;
      IF EXISTS (SELECT 1 FROM identity_merge m WHERE m.state = 'demandee' AND (m.patient_id IN (f.survivor, f.absorbed)
          OR m.survivor_id IN (f.survivor, f.absorbed))) THEN {CONFLICT} 'asked'; END IF;
      INSERT INTO identity_merge (public_id, patient_id, survivor_id, state, reason, asked_by_id, decision_reason, marks,
        undone_reason)
      VALUES (p_public, f.absorbed, f.survivor, 'demandee', p_reason, {ACTOR_PRACTICE}, '', '{{}}', '') RETURNING id INTO made;
      IF NOT f.four_eyes THEN PERFORM identity_join(made, p_tables); END IF;
      RETURN QUERY SELECT f.survivor, f.absorbed, m.state::text FROM identity_merge m WHERE m.id = made;
    END
    """,
    language="plpgsql",
)

# The second reader is another person, wherever the first one signs in.
DECIDE = rls.definer_function(
    "identity_decide_merge(p_public uuid, p_accept boolean, p_reason text, p_tables text[])",
    "TABLE (survivor bigint, absorbed bigint)",
    f"""
    DECLARE m identity_merge; f record;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      {_ONE}
      SELECT * INTO m FROM identity_merge g WHERE g.public_id = p_public FOR UPDATE;
      IF m.id IS NULL THEN {REFUSE} 'not_in_circle'; END IF;
      IF m.state <> 'demandee' THEN {CONFLICT} 'decided'; END IF;
      IF p_accept AND NOT {TRUSTED} AND (SELECT pr.professional_id FROM directory_practitionerrole pr WHERE pr.id = m.asked_by_id)
          IS NOT DISTINCT FROM {_AUTHOR} THEN {CONFLICT} 'same_reader'; END IF;
      IF NOT p_accept THEN
        UPDATE identity_merge SET state = 'refusee', decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW},
          decision_reason = p_reason WHERE id = m.id;
        RETURN QUERY SELECT m.survivor_id, m.patient_id; RETURN;
      END IF;
      {_LOCK.format("m.survivor_id", "m.patient_id")}
      SELECT * INTO f FROM identity_merge_facts((SELECT p.public_id FROM patients_patient p WHERE p.id = m.survivor_id),
        (SELECT p.public_id FROM patients_patient p WHERE p.id = m.patient_id));
      IF f.obstacle <> '' THEN {CONFLICT} f.obstacle; END IF;
      -- Statuses may have changed since the demand: the rule is read again, not the demand.
      UPDATE identity_merge SET patient_id = f.absorbed, survivor_id = f.survivor, decision_reason = p_reason WHERE id = m.id;
      PERFORM identity_join(m.id, p_tables);
      RETURN QUERY SELECT f.survivor, f.absorbed;
    END
    """,
    language="plpgsql",
)

# From both ends of the merge undone, through the others: since when each file was seen as the same person (``marks`` of
# every merge on the way, the latest of each table). Merges make a tree: the walk ends.
_WALK = """
      WITH RECURSIVE walk (patient_id, via, marks) AS (
        SELECT e.patient, m.id, ARRAY[m.marks] FROM identity_merge m
        CROSS JOIN LATERAL (VALUES (m.patient_id), (m.survivor_id)) AS e(patient) WHERE m.id = p_merge
        UNION ALL
        SELECT CASE WHEN n.patient_id = w.patient_id THEN n.survivor_id ELSE n.patient_id END, n.id, w.marks || n.marks
        FROM walk w JOIN identity_merge n ON n.state = 'faite' AND n.id <> w.via AND n.id <> p_merge
          AND w.patient_id IN (n.patient_id, n.survivor_id)
      )
"""
# Of a merge undone, what was written since; of two persons mixed in one file, every row.
LIST_ROWS = internal_function(
    "identity_list_rows(p_merge bigint, p_collision bigint, p_tables jsonb)",
    "integer",
    f"""
    DECLARE t record; total integer := 0; made integer;
    BEGIN
      FOR t IN SELECT * FROM jsonb_to_recordset(p_tables) AS x(name text, at text, author text) LOOP
        EXECUTE format($q$
      {_WALK.replace("p_merge", "$1")}
      INSERT INTO identity_rowtosort (public_id, merge_id, collision_id, patient_id, "table", row_id, written_at, author_id,
        decision)
      SELECT gen_random_uuid(), $1, $2, r.patient_id, %L, r.id, %s, %s, ''
      FROM (SELECT patient_id, marks FROM walk UNION ALL SELECT c.patient_id, ARRAY['{{}}'::jsonb] FROM identity_collision c
            WHERE c.id = $2) w JOIN %I r ON r.patient_id = w.patient_id
      WHERE r.id > (SELECT max(coalesce((k->>%L)::bigint, 0)) FROM unnest(w.marks) AS k)
        $q$, t.name, CASE WHEN t.at = '' THEN 'NULL' ELSE format('r.%I', t.at) END,
          CASE WHEN t.author = '' THEN 'NULL' ELSE format('r.%I', t.author) END, t.name, t.name) USING p_merge, p_collision;
        GET DIAGNOSTICS made = ROW_COUNT;
        total := total + made;
      END LOOP;
      RETURN total;
    END
    """,
)

UNDO = rls.definer_function(
    "identity_undo_merge(p_public uuid, p_reason text, p_tables jsonb)",
    "TABLE (survivor bigint, absorbed bigint, to_sort integer)",
    f"""
    DECLARE m identity_merge; family bigint[]; listed integer; root bigint;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      {_ONE}
      SELECT * INTO m FROM identity_merge g WHERE g.public_id = p_public FOR UPDATE;
      IF m.id IS NULL THEN {REFUSE} 'not_in_circle'; END IF;
      IF m.state <> 'faite' THEN {CONFLICT} 'not_done'; END IF;
      {_LOCK.format("m.survivor_id", "m.patient_id")}
      root := (SELECT coalesce(p.survivor_id, p.id) FROM patients_patient p WHERE p.id = m.survivor_id);
      listed := identity_list_rows(m.id, NULL, p_tables);
      WITH RECURSIVE under (id) AS (
        SELECT m.patient_id
        UNION ALL SELECT n.patient_id FROM under u JOIN identity_merge n ON n.survivor_id = u.id AND n.state = 'faite'
      ) SELECT array_agg(u.id) INTO family FROM under u;
      UPDATE identity_merge SET state = 'defaite', undone_by_id = {ACTOR_PRACTICE}, undone_at = {NOW},
        undone_reason = p_reason WHERE id = m.id;
      UPDATE patients_patient SET survivor_id = nullif(m.patient_id, id), active = (id = m.patient_id), updated_at = {NOW}
      WHERE id = ANY(family);
      INSERT INTO identity_notsame (patient_id, other_id, reason, decided_by_id)
      VALUES (least(m.patient_id, m.survivor_id), greatest(m.patient_id, m.survivor_id), p_reason, {ACTOR_PRACTICE})
      ON CONFLICT (patient_id, other_id) DO UPDATE SET lifted_at = NULL, reason = EXCLUDED.reason;
      UPDATE identity_doublecandidate SET state = 'distinct', decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW},
        decision_reason = p_reason
      WHERE state = 'meme' AND patient_id = least(m.patient_id, m.survivor_id)
        AND other_id = greatest(m.patient_id, m.survivor_id);
      {_TOUCH.format(reason="'Fusion défaite'", whose="= m.patient_id")}
      {_TOUCH.format(reason="'Fusion défaite'", whose="= root")}
      PERFORM identity_open_incident(gen_random_uuid(), 'fusion', m.survivor_id, {ACTOR_PRACTICE},
        {rls.day("m.decided_at")},
        'Deux dossiers fusionnés à tort, séparés depuis.', false);
      PERFORM access_refresh(m.patient_id); PERFORM access_mirror(m.patient_id);
      PERFORM access_refresh(root); PERFORM access_mirror(root);
      RETURN QUERY SELECT root, m.patient_id, listed;
    END
    """,
    language="plpgsql",
)

SORT = rls.definer_function(
    "identity_sort_row(p_row uuid, p_decision text)",
    "TABLE (patient_id bigint, other_id bigint, number text, other_number text, author_id bigint, table_name text,"
    " written_at timestamptz)",
    f"""
    #variable_conflict use_column
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      UPDATE identity_rowtosort r SET decision = p_decision, decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW}
      WHERE r.public_id = p_row AND r.decision = '';
      IF NOT FOUND THEN {CONFLICT} 'sorted'; END IF;
      RETURN QUERY SELECT p.id, o.id, p.regional_id::text, o.regional_id::text, r.author_id, r."table"::text, r.written_at
      FROM identity_rowtosort r JOIN patients_patient p ON p.id = r.patient_id
      LEFT JOIN identity_merge m ON m.id = r.merge_id LEFT JOIN identity_collision c ON c.id = r.collision_id
      JOIN patients_patient o ON o.id = CASE WHEN c.id IS NOT NULL THEN c.other_id
        WHEN access_person_set(r.patient_id) @> ARRAY[m.patient_id] THEN m.survivor_id ELSE m.patient_id END
      WHERE r.public_id = p_row;
    END
    """,
    language="plpgsql",
)

# Practices whose only right on one of the two files was the copy, and what they did there while it stood.
READERS = rls.definer_function(
    "identity_merge_readers(p_public uuid)",
    "TABLE (who text, organization text, last timestamptz)",
    f"""
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      RETURN QUERY
      SELECT btrim(concat_ws(' ', d.civility, d.given_name, d.family_name)), o.name::text, max(e.occurred_at)
      FROM identity_merge m CROSS JOIN LATERAL (VALUES (m.patient_id), (m.survivor_id)) AS f(patient_id)
      JOIN access_accessgrant g ON g.patient_id = f.patient_id AND g.merged AND g.starts_at >= m.decided_at
        AND g.starts_at <= m.undone_at
      JOIN audit_entry e ON e.practice_id = g.practice_id AND e.subject_ids @> ARRAY[f.patient_id]
        AND e.occurred_at BETWEEN m.decided_at AND m.undone_at AND e.outcome = 0
      JOIN directory_practitionerrole pr ON pr.id = g.practice_id
      JOIN directory_professional d ON d.id = pr.professional_id JOIN directory_organization o ON o.id = pr.organization_id
      WHERE m.public_id = p_public AND m.state = 'defaite' AND NOT EXISTS (SELECT 1 FROM access_accessgrant own
        WHERE own.patient_id = f.patient_id AND own.practice_id = g.practice_id AND NOT own.merged
          AND own.starts_at <= m.undone_at AND (own.ends_at IS NULL OR own.ends_at >= m.decided_at))
      GROUP BY 1, 2 ORDER BY 3 DESC LIMIT 100;
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

ALL = (OBSTACLE, FACTS, JOIN, ASK, DECIDE, LIST_ROWS, UNDO, SORT, READERS)

POLICIES = "\n".join(
    [
        rls.enable("identity_merge"),
        rls.composite_key("identity_merge"),
        rls.grant("identity_merge", "SELECT"),
        rls.policy("identity_merge", "cell_reads_merges", "SELECT", using=CELL),
        rls.enable("identity_rowtosort"),
        rls.composite_key("identity_rowtosort"),
        rls.grant("identity_rowtosort", "SELECT"),
        rls.policy("identity_rowtosort", "cell_reads_rows", "SELECT", using=CELL),
    ]
)
