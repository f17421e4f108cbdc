"""What the notices must know of a person's team, and what is late: for those who follow the person, and for the jobs."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, WORKER

_SET = "ANY(access_person_set(p_patient))"
_JOB = f"({ACTOR_PRACTICE} IS NULL AND pg_has_role(session_user, '{WORKER}', 'MEMBER'))"


def _open(alias: str) -> str:
    return f"{alias}.starts_at <= statement_timestamp() AND ({alias}.ends_at IS NULL OR {alias}.ends_at > statement_timestamp())"


# Practices of the circle and of the coordination with their roles; rules of the packs that the open pathways
# follow, their discharge protocols neither under way nor proposed already; the address of the file. Nothing for whoever does not follow the person.
TEAM = rls.definer_function(
    "coordination_team(p_patient bigint)",
    "jsonb",
    f"""
    SELECT jsonb_build_object(
      'file', (SELECT p.public_id FROM patients_patient p WHERE p.id = p_patient),
      'people', coalesce((SELECT jsonb_agg(DISTINCT jsonb_build_array(s.practice_id, s.role)) FROM (
        SELECT m.practice_id, m.role::text FROM coordination_careteammember m
        WHERE m.patient_id = {_SET} AND m.status = 'actif'
        UNION SELECT m.practice_id, 'coordination' FROM access_networkpatient np
        JOIN networks_networkmembership m ON m.network_id = np.network_id AND m.role = 'coordination' AND {_open("m")}
        JOIN directory_practitionerrole pr ON pr.id = m.practice_id
        WHERE np.patient_id = {_SET} AND {_open("np")}
          AND (np.organization_id IS NULL OR np.organization_id = pr.organization_id)) s), '[]'),
      'rules', coalesce((SELECT jsonb_agg(r) FROM coordination_pathway w JOIN networks_networkpack k ON k.id = w.pack_id
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(k.sections #> '{{alertes,rules}}', '[]')) r
        WHERE w.patient_id = {_SET} AND w.status <> 'clos'), '[]'),
      'discharge', coalesce((SELECT jsonb_agg(DISTINCT q ->> 'title') FROM coordination_pathway w
        JOIN networks_networkpack k ON k.id = w.pack_id
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(k.sections #> '{{protocoles,protocols}}', '[]')) q
        WHERE w.patient_id = {_SET} AND w.status <> 'clos' AND q ->> 'anchor' = 'sortie'
          AND NOT EXISTS (SELECT 1 FROM coordination_protocolrun u WHERE u.pathway_id = w.id AND u.ended_at IS NULL
            AND u.code = q ->> 'code')
          AND NOT EXISTS (SELECT 1 FROM coordination_task t WHERE t.patient_id = {_SET} AND t.kind = 'sejour'
            AND t.state IN ('a_faire', 'en_cours') AND strpos(t.title, q ->> 'title') > 0)), '[]'))
    WHERE {_JOB} OR access_actor_level(p_patient) >= 2
    """,
    volatile="STABLE",
)

# What became late in the last seven days: a night without the job is made up for the next one.
LATE = rls.worker_only(
    rls.definer_function(
        "coordination_became_late(p_day date)",
        "TABLE (step boolean, key text, patient_id bigint, practice_id bigint, role text)",
        """
    SELECT s.id IS NOT NULL, t.public_id || ':' || coalesce(s.late_after, t.due_on), t.patient_id, t.owner_practice_id,
      t.owner_role::text
    FROM coordination_task t LEFT JOIN coordination_protocolstep s ON s.task_id = t.id
    WHERE t.state IN ('a_faire', 'en_cours') AND coalesce(s.late_after, t.due_on) >= p_day - 7
      AND coalesce(s.late_after, t.due_on) < p_day
    ORDER BY t.patient_id, t.id
    """,
        volatile="STABLE",
    )
)

ALL = (TEAM, LATE)
