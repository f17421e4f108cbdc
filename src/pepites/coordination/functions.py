"""SQL of the functions of ``coordination`` that pass over row-level security: few, narrow, each checks the actor."""

from pepites.access.sql import COORDINATED, OWN_ORGANIZATION
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED
from pepites.networks.sql import refuse_withheld

OPEN_PATHWAY = rls.definer_function(
    "coordination_open_pathway(p_patient bigint, p_network bigint, p_organization bigint, p_opened date, p_public uuid)",
    "bigint",
    f"""
    DECLARE found_id bigint;
    BEGIN
      {refuse_withheld("pathway.open")}
      IF NOT {TRUSTED} AND NOT EXISTS (
          SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network AND m.practice_id = {ACTOR_PRACTICE}
            AND m.role IN ('coordination', 'administration')
            AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      INSERT INTO coordination_pathway (public_id, patient_id, network_id, organization_id, status, opened_on,
          opened_by_id, closing_reason, comment, sort_key, commune_cog, search_text)
      VALUES (p_public, p_patient, p_network, coalesce(p_organization, (
            SELECT np.organization_id FROM access_networkpatient np
            WHERE np.patient_id = p_patient AND np.network_id = p_network AND np.ends_at IS NULL
            ORDER BY np.merged LIMIT 1)), 'actif', p_opened, {ACTOR_PRACTICE}, '', '', '', '', '')
      ON CONFLICT (patient_id, network_id) WHERE NOT (status = 'clos') DO NOTHING
      RETURNING id INTO found_id;
      IF found_id IS NOT NULL THEN
        INSERT INTO coordination_filentry (patient_id, kind, level, author_id, object_id, title, html, urgent)
        SELECT p_patient, 'parcours', 2, {ACTOR_PRACTICE}, p_public, 'Parcours ouvert : ' || n.name, '', false
        FROM networks_network n WHERE n.id = p_network;
      ELSE
        SELECT id INTO found_id FROM coordination_pathway
        WHERE patient_id = p_patient AND network_id = p_network AND status <> 'clos';
      END IF;
      RETURN found_id;
    END
    """,
    language="plpgsql",
)

# Run after the opposition is written, which may have closed the file to whoever wrote it.
TOUCH = rls.definer_function(
    "coordination_touch(p_patient bigint, p_label text)",
    "void",
    f"""
    INSERT INTO coordination_patientactivity (patient_id, last_contact_at, last_contact_label)
    SELECT p_patient, now(), left(p_label, 40)
    WHERE {TRUSTED} OR access_actor_level(p_patient) >= 2
    ON CONFLICT (patient_id) DO UPDATE SET last_contact_at = now(), last_contact_label = EXCLUDED.last_contact_label
    """,
)

# The columns of a pathway that a list reads follow the person row, whoever writes it (bulk and raw writes included).
FOLLOW = """
CREATE OR REPLACE FUNCTION coordination_copy_person() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  SELECT s.id, s.sort_key, s.birth_date, s.commune_cog, s.search_text || ' ' || s.phone_keys
    INTO NEW.person_id, NEW.sort_key, NEW.birth_date, NEW.commune_cog, NEW.search_text
  FROM patients_patient p JOIN patients_patient s ON s.id = coalesce(p.survivor_id, p.id) WHERE p.id = NEW.patient_id;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER coordination_pathway_copy BEFORE INSERT ON coordination_pathway
  FOR EACH ROW EXECUTE FUNCTION coordination_copy_person();
CREATE OR REPLACE FUNCTION coordination_follow_person() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE coordination_pathway SET sort_key = NEW.sort_key, birth_date = NEW.birth_date,
    commune_cog = NEW.commune_cog, search_text = NEW.search_text || ' ' || NEW.phone_keys
  WHERE person_id = NEW.id;
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION coordination_follow_person() FROM PUBLIC;
CREATE OR REPLACE TRIGGER coordination_patient_follow
  AFTER UPDATE OF sort_key, birth_date, commune_cog, search_text, phone_keys ON patients_patient
  FOR EACH ROW WHEN ((OLD.sort_key, OLD.birth_date, OLD.commune_cog, OLD.search_text, OLD.phone_keys)
    IS DISTINCT FROM (NEW.sort_key, NEW.birth_date, NEW.commune_cog, NEW.search_text, NEW.phone_keys))
  EXECUTE FUNCTION coordination_follow_person();
"""

# A file merged into another is shown under it; separated, under itself again. The copies are those of ``copy_person``.
FOLLOW_MERGE = (
    rls.definer_function(
        "coordination_follow_merge()",
        "trigger",
        """
    BEGIN
      UPDATE coordination_pathway w SET person_id = s.id, sort_key = s.sort_key, birth_date = s.birth_date,
        commune_cog = s.commune_cog, search_text = s.search_text || ' ' || s.phone_keys
      FROM patients_patient s WHERE s.id = coalesce(NEW.survivor_id, NEW.id) AND w.patient_id = NEW.id;
      RETURN NULL;
    END
    """,
        language="plpgsql",
    )
    + """
CREATE TRIGGER coordination_merge_follow AFTER UPDATE OF survivor_id ON patients_patient FOR EACH ROW
  WHEN (OLD.survivor_id IS DISTINCT FROM NEW.survivor_id) EXECUTE FUNCTION coordination_follow_merge();
"""
)

# The restriction of an enrolment after an opposition; lists read it on the pathway.
FOLLOW_ENROLMENT = (
    rls.definer_function(
        "coordination_follow_enrolment()",
        "trigger",
        """
    BEGIN
      UPDATE coordination_pathway SET organization_id = NEW.organization_id
      WHERE patient_id = NEW.patient_id AND network_id = NEW.network_id;
      RETURN NULL;
    END
    """,
        language="plpgsql",
    )
    + """
CREATE TRIGGER coordination_enrolment_follow AFTER UPDATE OF organization_id ON access_networkpatient FOR EACH ROW
  WHEN (OLD.organization_id IS DISTINCT FROM NEW.organization_id) EXECUTE FUNCTION coordination_follow_enrolment();
"""
)

# A list under the policies pays for planning them (a dozen sub-plans) and cannot use the trigram index: LIKE is not
# LEAKPROOF (pile-technique, trap 5). These three read the same rows as the policies, with the same conditions written
# once inside; PL/pgSQL keeps the plan of the last one.
_SEARCH_ARGUMENTS = (
    "p_networks bigint[], p_statuses text[], p_fragments text[], p_commune text, p_ids bigint[], p_from date, p_to date"
)
_SEARCH_HEAD = f"""
    DECLARE fragment text; clauses text := ''; nets bigint[];
    BEGIN
      SELECT coalesce(array_agg(n), '{{}}') INTO nets FROM unnest({COORDINATED}) n WHERE n = ANY(p_networks);
      FOREACH fragment IN ARRAY p_fragments LOOP
        clauses := clauses || format(' AND w.search_text LIKE %L',
          '%' || regexp_replace(fragment, '[^A-Z0-9]', '', 'g') || '%');
      END LOOP;
      IF p_commune <> '' THEN clauses := clauses || format(' AND w.commune_cog = %L', p_commune); END IF;
      IF p_from IS NOT NULL THEN clauses := clauses || format(' AND w.birth_date BETWEEN %L AND %L', p_from, p_to); END IF;
      IF p_ids IS NOT NULL THEN clauses := clauses || ' AND w.person_id = ANY($4)'; END IF;
"""
_OPEN_ROWS = (
    " FROM coordination_pathway w WHERE w.network_id {} AND w.status {}"
    " AND (w.organization_id IS NULL OR w.organization_id = $5)%s"
)

SEARCH = rls.definer_function(
    f"coordination_search({_SEARCH_ARGUMENTS}, p_column text, p_descending boolean, p_limit integer)",
    "TABLE (patient_id bigint, sort_key varchar, birth_date date)",
    f"""
    {_SEARCH_HEAD}
      RETURN QUERY EXECUTE format(
        'SELECT x.patient_id, x.sort_key, x.birth_date FROM unnest($1) n CROSS JOIN unnest($2) s CROSS JOIN LATERAL ('
        'SELECT w.person_id AS patient_id, w.sort_key, w.birth_date {_OPEN_ROWS.format("= n", "= s")} ORDER BY w.%I %s, w.person_id LIMIT $3) x',
        clauses, CASE p_column WHEN 'birth_date' THEN 'birth_date' ELSE 'sort_key' END,
        CASE WHEN p_descending THEN 'DESC' ELSE 'ASC' END)
      USING nets, p_statuses, p_limit, p_ids, {OWN_ORGANIZATION};
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# Rows are distinct by construction in one network of open statuses, but for the few persons whose files were merged: those
# are counted again. Else the same person may come twice.
COUNT = rls.definer_function(
    f"coordination_count({_SEARCH_ARGUMENTS}, p_limit integer)",
    "bigint",
    f"""
    DECLARE total bigint; again bigint := 0; several boolean;
    {_SEARCH_HEAD.replace("DECLARE", "", 1)}
      several := cardinality(nets) > 1 OR 'clos' = ANY(p_statuses);
      EXECUTE format('SELECT count(*) FROM (SELECT %s w.person_id {_OPEN_ROWS.format("= ANY($1)", "= ANY($2)")} LIMIT $3) c',
        CASE WHEN several THEN 'DISTINCT' ELSE '' END, clauses)
      INTO total USING nets, p_statuses, p_limit, p_ids, {OWN_ORGANIZATION};
      IF NOT several AND total < p_limit THEN
        EXECUTE format('SELECT coalesce(sum(m.n - 1), 0) FROM (SELECT count(*) AS n {_OPEN_ROWS.format("= ANY($1)", "= ANY($2)")}'
          ' AND w.person_id IN (SELECT p.survivor_id FROM patients_patient p WHERE p.survivor_id IS NOT NULL)'
          ' GROUP BY w.person_id) m', clauses)
        INTO again USING nets, p_statuses, p_limit, p_ids, {OWN_ORGANIZATION};
      END IF;
      RETURN total - again;
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

ROWS = rls.definer_function(
    "coordination_rows(p_ids bigint[], p_today date)",
    "TABLE (id bigint, public_id uuid, birth_name varchar, first_given_name varchar, used_name varchar,"
    " used_given_name varchar, birth_date date, birth_date_interpreted boolean, sex varchar, identity_status varchar,"
    " identity_flags varchar, commune_cog varchar, last_contact_at timestamptz, last_contact_label varchar,"
    " next_appointment_at timestamptz, late bigint, pathways text[], last_message_at timestamptz)",
    f"""
    #variable_conflict use_column
    DECLARE nets bigint[] := {COORDINATED}; organization bigint := {OWN_ORGANIZATION}; practice bigint := {ACTOR_PRACTICE};
    BEGIN
      RETURN QUERY
      SELECT p.id, p.public_id, p.birth_name, p.first_given_name, p.used_name, p.used_given_name, p.birth_date,
             p.birth_date_interpreted, p.sex, p.identity_status, p.identity_flags, p.commune_cog, a.last_contact_at,
             a.last_contact_label,
             -- OFFSET 0: else the planner walks everybody's appointments in order until one is of this person.
             (SELECT min(o.starts_at) FROM (SELECT x.starts_at FROM agenda_appointment x WHERE x.patient_id = ANY(f.ids)
                AND x.level <= 2 AND x.state IN ('prevu', 'attente') AND x.starts_at > statement_timestamp() OFFSET 0) o),
             (SELECT count(*) FROM coordination_task t WHERE t.patient_id = ANY(f.ids) AND t.state IN ('a_faire', 'en_cours')
                AND t.due_on < p_today),
             (SELECT array_agg(w.network_id || ':' || w.status ORDER BY w.network_id) FROM coordination_pathway w
              WHERE w.person_id = p.id),
             -- A subquery of its own: joined, the reader's whole list of discussions would be read for each person.
             (SELECT max(c.last_message_at) FROM messaging_conversation c WHERE c.patient_id = ANY(f.ids) AND
              (SELECT true FROM messaging_conversationparticipant cp WHERE cp.conversation_id = c.id
               AND cp.practice_id = practice AND cp.left_at IS NULL LIMIT 1))
      FROM patients_patient p
      CROSS JOIN LATERAL (SELECT p.id || ARRAY(SELECT z.id FROM patients_patient z WHERE z.survivor_id = p.id) AS ids) f
      LEFT JOIN LATERAL (SELECT x.* FROM coordination_patientactivity x WHERE x.patient_id = ANY(f.ids)
        ORDER BY x.last_contact_at DESC NULLS LAST LIMIT 1) a ON true
      WHERE p.id = ANY(p_ids) AND (
        EXISTS (SELECT 1 FROM access_networkpatient np WHERE np.patient_id = p.id AND np.network_id = ANY(nets)
                AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())
                AND (np.organization_id IS NULL OR np.organization_id = organization))
        OR EXISTS (SELECT 1 FROM access_accessgrant g WHERE g.patient_id = p.id AND g.practice_id = practice
                   AND g.level >= 2 AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())));
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

ALL = (OPEN_PATHWAY, TOUCH, FOLLOW, FOLLOW_ENROLMENT, SEARCH, COUNT, ROWS)
MERGED = (OPEN_PATHWAY, FOLLOW, SEARCH, COUNT, ROWS)
"""What migration 0004 makes again."""
