"""Policies of the stays, and the one way to write them (design, law 3)."""

from pepites.access.sql import section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, WORKER
from pepites.regional.functions.base import AS_UUID, PEPITES, REFUSE, may_feed

STAY, FIL = "coordination_hospitalstay", "coordination_filentry"
_JOB = f"{ACTOR_PRACTICE} IS NULL"

TABLES = (
    section_table(STAY, read=3, privileges=("SELECT",)),
    section_table(f"{STAY}event", read=3, privileges=("SELECT",)).replace(rls.composite_key(f"{STAY}event"), ""),
    # The job coordination.tell_stay: it tells the circle, and marks what it told.
    f"GRANT UPDATE (admission_told_at, discharge_told_at) ON {STAY} TO {WORKER};",
    rls.policy(STAY, "job_tell_read", "SELECT", to=(WORKER,), using=_JOB),
    rls.policy(STAY, "job_tell_mark", "UPDATE", to=(WORKER,), using=_JOB, check=_JOB),
    rls.policy(
        FIL, "job_stay_tell", "INSERT", to=(WORKER,),
        check=f"{FIL}.kind = 'sejour' AND {FIL}.author_id IS NULL AND {_JOB}",
    ),
    *(
        rls.policy(table, "job_stay_propose", "INSERT", to=(WORKER,), check=f"{table}.kind = 'sejour' AND {_JOB}")
        for table in ("coordination_task", "coordination_taskevent")
    ),
)  # fmt: skip

# A movement told by a domain, for every file of Pépites that the region knows as the same person: by links that stand,
# never by a resemblance. ``known`` is false for a number that the domain never sent. The latest word of the sender
# holds, whatever the order of the messages; of two said at the same instant, the cancellation. Without a number of the
# stay (the guide NdE has none), an exit is that of the stay under way, an entry that of the exit that had none.
RECEIVE = rls.definer_function(
    "coordination_receive_movement(p_domain bigint, p_local text, p_event text, p_visit text, p_unit text,"
    " p_admitted timestamptz, p_discharged timestamptz, p_said timestamptz, p_message text)",
    "jsonb",
    f"""
    DECLARE rec bigint; who bigint; v text; s record; done jsonb := '[]';
    BEGIN
      IF NOT {may_feed("p_domain")} THEN {REFUSE} 'role_missing'; END IF;
      WITH RECURSIVE chain AS (
        SELECT r.id, r.replaced_by_id, r.active FROM regional_regionalrecord r
        WHERE r.domain_id = p_domain AND r.local_id = p_local
        UNION SELECT n.id, n.replaced_by_id, n.active FROM regional_regionalrecord n JOIN chain c ON n.id = c.replaced_by_id)
      SELECT c.id INTO rec FROM chain c WHERE c.active LIMIT 1;
      IF rec IS NULL THEN RETURN jsonb_build_object('known', false, 'stays', done); END IF;
      FOR who IN
        SELECT p.id FROM regional_link l JOIN regional_link h ON h.person_id = l.person_id AND h.active
        JOIN regional_regionalrecord r ON r.id = h.record_id AND r.active AND r.domain_id = {PEPITES}
        JOIN patients_patient p ON p.public_id = {AS_UUID} AND p.active
        WHERE l.record_id = rec AND l.active ORDER BY p.id
      LOOP
        v := p_visit;
        IF v = '' THEN
          SELECT t.visit INTO v FROM {STAY} t
          WHERE t.patient_id = who AND t.domain_id = p_domain AND NOT t.cancelled AND CASE WHEN p_event = 'A03'
            THEN t.discharge_said_at = p_said OR (t.discharged_at IS NULL AND t.admission_said_at <= p_said)
            ELSE t.admission_said_at = p_said OR (t.admission_said_at IS NULL AND t.discharge_said_at >= p_said) END
          ORDER BY p_said = (CASE WHEN p_event = 'A03' THEN t.discharge_said_at ELSE t.admission_said_at END) IS TRUE DESC,
            t.admission_said_at DESC NULLS LAST, t.discharge_said_at LIMIT 1;
          v := coalesce(v, p_event || to_char(p_said AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'));
        END IF;
        INSERT INTO {STAY} (public_id, patient_id, domain_id, visit, unit, cancelled, source_message)
        VALUES (gen_random_uuid(), who, p_domain, v, '', false, p_message) ON CONFLICT DO NOTHING;
        SELECT * INTO s FROM {STAY} t WHERE t.patient_id = who AND t.domain_id = p_domain AND t.visit = v FOR UPDATE;
        IF p_event IN ('A01', 'A11') AND (s.admission_said_at IS NULL OR p_said > s.admission_said_at
            OR (p_said = s.admission_said_at AND (p_event = 'A11' OR NOT s.cancelled))) THEN
          s.admission_said_at := p_said;
          s.cancelled := p_event = 'A11';
          s.admitted_at := CASE WHEN p_event = 'A01' THEN coalesce(p_admitted, p_said) ELSE s.admitted_at END;
        END IF;
        IF p_event IN ('A03', 'A13') AND (s.discharge_said_at IS NULL OR p_said > s.discharge_said_at
            OR (p_said = s.discharge_said_at AND (p_event = 'A13' OR s.discharged_at IS NOT NULL))) THEN
          s.discharge_said_at := p_said;
          s.discharged_at := CASE WHEN p_event = 'A03' THEN coalesce(p_discharged, p_said) END;
        END IF;
        IF p_event IN ('A01', 'A02') AND p_unit <> '' AND (s.unit_said_at IS NULL OR p_said > s.unit_said_at
            OR (p_said = s.unit_said_at AND p_event = 'A02')) THEN
          s.unit_said_at := p_said;
          s.unit := p_unit;
        END IF;
        UPDATE {STAY} t SET admission_said_at = s.admission_said_at, cancelled = s.cancelled, unit = s.unit,
          admitted_at = coalesce(s.admitted_at, p_admitted), discharge_said_at = s.discharge_said_at,
          discharged_at = s.discharged_at, unit_said_at = s.unit_said_at, source_message = p_message
        WHERE t.id = s.id;
        done := done || jsonb_build_array(jsonb_build_array(s.id, who));
      END LOOP;
      RETURN jsonb_build_object('known', true, 'stays', done);
    END
    """,
    language="plpgsql",
)

ALL = (*TABLES, RECEIVE)
