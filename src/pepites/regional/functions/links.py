"""Joining and separating regional persons: one way to do it, for the machine and for the cell (STIC-5, STIC-9)."""

from pepites.common import rls
from pepites.regional.functions.base import (
    ABSENT,
    ACTOR_PRACTICE,
    CELL,
    CONFLICT,
    NOW,
    REFUSE,
    TRUSTED,
    XACT,
    internal_function,
)


def _members(person: str) -> str:
    return f"SELECT l.record_id FROM regional_link l WHERE l.person_id = {person} AND l.active"


# Members are gathered first: one join of links, twice over, was planned as thousands of scans on a base just filled.
_PERSON = "(SELECT q.person_id FROM regional_link q WHERE q.record_id = {} AND q.active)"

# A former matricule that the other still carries is no contradiction (INS-4, INS-9).
INS_AGAINST = """(a.ins_matricule <> '' AND b.ins_matricule <> '' AND a.status = 'QUAL' AND b.status = 'QUAL'
  AND (a.ins_oid, a.ins_matricule) <> (b.ins_oid, b.ins_matricule)
  AND NOT a.ins_history @> jsonb_build_array(jsonb_build_array(b.ins_oid, b.ins_matricule))
  AND NOT b.ins_history @> jsonb_build_array(jsonb_build_array(a.ins_oid, a.ins_matricule)))"""

MOVE = internal_function(
    "regional_move(p_records bigint[], p_person bigint, p_origin text, p_direct bigint, p_other bigint,"
    " p_score double precision, p_version text, p_terms jsonb, p_reason text)",
    "void",
    f"""
    DECLARE act uuid := gen_random_uuid();
    BEGIN
      UPDATE regional_link SET active = false, ended_at = {NOW}, ended_by_id = {ACTOR_PRACTICE}, ended_reason = p_reason
      WHERE record_id = ANY(p_records) AND active;
      INSERT INTO regional_link (public_id, record_id, person_id, origin, other_id, score, rule_version, terms, reason,
        author_id, batch, active, ended_reason)
      SELECT gen_random_uuid(), q.id, p_person, p_origin, CASE WHEN q.id = p_direct THEN p_other END, p_score, p_version,
        p_terms, p_reason, {ACTOR_PRACTICE}, act, true, '' FROM unnest(p_records) AS q(id);
    END
    """,
)

# The older regional identifier stays, unless the other part is the qualified one. No link over a « deux personnes ».
MERGE = internal_function(
    "regional_merge(p_record bigint, p_other bigint, p_origin text, p_score double precision, p_version text,"
    " p_terms jsonb, p_reason text)",
    "bigint",
    f"""
    DECLARE mine bigint; theirs bigint; keep bigint; gone bigint; moved bigint[]; former jsonb;
    BEGIN
      PERFORM 1 FROM regional_regionalperson p WHERE p.id IN (SELECT l.person_id FROM regional_link l
        WHERE l.record_id IN (p_record, p_other) AND l.active) ORDER BY p.id FOR UPDATE;
      SELECT l.person_id INTO mine FROM regional_link l WHERE l.record_id = p_record AND l.active;
      SELECT l.person_id INTO theirs FROM regional_link l WHERE l.record_id = p_other AND l.active;
      IF mine IS NULL OR theirs IS NULL THEN {ABSENT} 'record'; END IF;
      IF mine = theirs THEN RETURN mine; END IF;
      IF EXISTS (SELECT 1 FROM regional_nonlink n WHERE n.lifted_at IS NULL AND (
          (n.one_id IN ({_members("mine")}) AND n.two_id IN ({_members("theirs")}))
          OR (n.two_id IN ({_members("mine")}) AND n.one_id IN ({_members("theirs")})))) THEN
        {CONFLICT} 'non_link';
      END IF;
      SELECT p.id INTO keep FROM regional_regionalperson p WHERE p.id IN (mine, theirs)
      ORDER BY (p.status = 'QUAL') DESC, p.created_at, p.id LIMIT 1;
      gone := CASE WHEN keep = mine THEN theirs ELSE mine END;
      SELECT array_agg(l.record_id), jsonb_object_agg(l.record_id, p.irp) INTO moved, former
      FROM regional_link l JOIN regional_regionalperson p ON p.id = l.person_id WHERE l.person_id = gone AND l.active;
      PERFORM regional_move(moved, keep, p_origin, CASE WHEN keep = mine THEN p_other ELSE p_record END,
        CASE WHEN keep = mine THEN p_record ELSE p_other END, p_score, p_version, p_terms, p_reason);
      UPDATE regional_regionalperson SET active = false, merged_into_id = keep WHERE id = gone;
      PERFORM regional_refresh(ARRAY[keep]);
      PERFORM regional_close_cards(moved || ARRAY({_members("keep")}));
      PERFORM regional_notify(keep, 'lien', former);
      RETURN keep;
    END
    """,
)

# What the machine links by itself: a record fed in this very transaction, over no contradiction whatever (STIC-7).
JOIN = rls.definer_function(
    "regional_join(p_record bigint, p_other bigint, p_origin text, p_score double precision, p_version text,"
    " p_terms jsonb)",
    "text",
    f"""
    DECLARE kept bigint; mine bigint[]; theirs bigint[];
    BEGIN
      IF p_origin NOT IN ('auto', 'ins') OR NOT EXISTS (SELECT 1 FROM regional_regionalrecord r
          WHERE r.id = p_record AND r.active AND r.fed_in = {XACT}) THEN {REFUSE} 'state'; END IF;
      mine := ARRAY({_members(_PERSON.format("p_record"))});
      theirs := ARRAY({_members(_PERSON.format("p_other"))});
      IF EXISTS (SELECT 1 FROM regional_regionalrecord a, regional_regionalrecord b
          WHERE a.id = ANY(mine) AND b.id = ANY(theirs)
            AND (a.domain_id = b.domain_id OR {INS_AGAINST})) THEN {CONFLICT} 'contradiction'; END IF;
      IF EXISTS (SELECT 1 FROM regional_regionalrecord r WHERE r.id IN (p_record, p_other)
          AND (NOT r.active OR 'DOUT' = ANY(r.attributes) OR r.birth_date > {rls.TODAY} - 28)) THEN
        {CONFLICT} 'contradiction';
      END IF;
      kept := regional_merge(p_record, p_other, p_origin, p_score, p_version, p_terms, '');
      RETURN (SELECT p.irp FROM regional_regionalperson p WHERE p.id = kept);
    END
    """,
    language="plpgsql",
)

# Records that held together only through one that left: a reader looks at them again.
DOUBT = internal_function(
    "regional_doubt(p_records bigint[])",
    "void",
    f"""
    BEGIN
      WITH RECURSIVE edges AS (
        SELECT l.record_id AS a, l.other_id AS b FROM regional_link l
        WHERE l.record_id = ANY(p_records) AND l.other_id = ANY(p_records)
        UNION SELECT l.other_id, l.record_id FROM regional_link l
        WHERE l.record_id = ANY(p_records) AND l.other_id = ANY(p_records)
      ), seen(id) AS (
        SELECT p_records[1] UNION SELECT e.b FROM seen s JOIN edges e ON e.a = s.id
      )
      INSERT INTO regional_card (public_id, queue, one_id, two_id, score, match_class, shadow, twin_risk, vetoes, terms,
        rule_version, note, state, due_at, first_decision, first_reason, second_decision, second_reason)
      SELECT gen_random_uuid(), 'collisions', least(p_records[1], q.id), greatest(p_records[1], q.id), 0, 'B', false, false,
        '{{}}', '[]', '', 'Restées ensemble après une séparation, sans avoir été comparées', 'ouverte',
        {NOW} + (SELECT s.review_days FROM regional_ruleset s) * interval '1 day', '', '', '', ''
      FROM unnest(p_records) AS q(id) WHERE q.id NOT IN (SELECT s.id FROM seen s) LIMIT 10 ON CONFLICT DO NOTHING;
    END
    """,
)

# STIC-9: the qualified part keeps the identifier, else the larger, else the older; the other gets a new one.
SPLIT = internal_function(
    "regional_split(p_records bigint[], p_fresh text, p_reason text)",
    "bigint",
    f"""
    DECLARE whole bigint; part bigint[]; rest bigint[]; mover bigint[]; born bigint; former text;
    BEGIN
      SELECT l.person_id INTO whole FROM regional_link l WHERE l.record_id = p_records[1] AND l.active;
      PERFORM 1 FROM regional_regionalperson p WHERE p.id = whole FOR UPDATE;
      part := ARRAY({_members("whole")} AND l.record_id = ANY(p_records));
      rest := ARRAY({_members("whole")} AND l.record_id <> ALL(p_records));
      IF whole IS NULL OR cardinality(part) = 0 OR cardinality(rest) = 0 THEN {CONFLICT} 'alone'; END IF;
      SELECT CASE WHEN q.side = 'part' THEN rest ELSE part END INTO mover FROM (
        SELECT CASE WHEN r.id = ANY(part) THEN 'part' ELSE 'rest' END AS side, bool_or(r.status = 'QUAL') AS qualified,
          count(*) AS size, min(r.created_at) AS oldest, min(r.id) AS first
        FROM regional_regionalrecord r WHERE r.id = ANY(part || rest) GROUP BY 1) q
      ORDER BY q.qualified DESC, q.size DESC, q.oldest, q.first LIMIT 1;
      INSERT INTO regional_regionalperson (irp, status, active) VALUES (p_fresh, 'PROV', true) RETURNING id INTO born;
      SELECT p.irp INTO former FROM regional_regionalperson p WHERE p.id = whole;
      PERFORM regional_move(mover, born, 'seul', NULL, NULL, NULL, '', '[]', p_reason);
      INSERT INTO regional_nonlink (public_id, one_id, two_id, reason, author_id, lifted_reason)
      SELECT gen_random_uuid(), least(a.id, b.id), greatest(a.id, b.id), p_reason, {ACTOR_PRACTICE}, ''
      FROM unnest(part) AS a(id) CROSS JOIN unnest(rest) AS b(id) ON CONFLICT DO NOTHING;
      PERFORM regional_refresh(ARRAY[whole, born]);
      PERFORM regional_close_cards(part || rest);
      PERFORM regional_doubt(part);
      PERFORM regional_doubt(rest);
      PERFORM regional_notify(whole, 'separation', '{{}}');
      PERFORM regional_notify(born, 'separation', (SELECT jsonb_object_agg(q.id, former) FROM unnest(mover) AS q(id)));
      RETURN born;
    END
    """,
)

UNLINK = rls.definer_function(
    "regional_unlink(p_records uuid[], p_fresh text, p_reason text)",
    "TABLE (record_irp text, rest_irp text, since timestamptz, whole text)",
    f"""
    DECLARE ids bigint[]; person bigint; born bigint; begun timestamptz; who text; rest bigint[];
    BEGIN
      IF NOT ({TRUSTED} OR {CELL}) THEN {REFUSE} 'role_missing'; END IF;
      IF btrim(coalesce(p_reason, '')) = '' THEN {REFUSE} 'state'; END IF;
      ids := ARRAY(SELECT r.id FROM regional_regionalrecord r WHERE r.public_id = ANY(p_records) AND r.active);
      SELECT l.person_id, p.irp INTO person, who FROM regional_link l JOIN regional_regionalperson p ON p.id = l.person_id
      WHERE l.active AND l.record_id = ids[1];
      IF person IS NULL THEN {ABSENT} 'record'; END IF;
      SELECT min(l.created_at) INTO begun FROM regional_link l
      WHERE l.person_id = person AND l.active AND l.origin <> 'seul';
      rest := ARRAY({_members("person")} AND l.record_id <> ALL(ids));
      born := regional_split(ids, p_fresh, p_reason);
      RETURN QUERY SELECT a.irp::text, b.irp::text, begun, who
      FROM regional_link la JOIN regional_regionalperson a ON a.id = la.person_id,
           regional_link lb JOIN regional_regionalperson b ON b.id = lb.person_id
      WHERE la.active AND la.record_id = ids[1] AND lb.active AND lb.record_id = rest[1];
    END
    """,
    language="plpgsql",
)

LIFT = rls.definer_function(
    "regional_lift_non_link(p_public uuid, p_reason text)",
    "boolean",
    f"""
    BEGIN
      IF NOT ({TRUSTED} OR {CELL}) THEN {REFUSE} 'role_missing'; END IF;
      UPDATE regional_nonlink SET lifted_at = {NOW}, lifted_by_id = {ACTOR_PRACTICE}, lifted_reason = p_reason
      WHERE public_id = p_public AND lifted_at IS NULL;
      RETURN FOUND;
    END
    """,
    language="plpgsql",
)

INTERNAL = (MOVE, MERGE, DOUBT, SPLIT)
ALL = (JOIN, UNLINK, LIFT)
