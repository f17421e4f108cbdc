"""SQL of the functions of collisions and incidents (RNIV-14): told by whoever writes in the file, decided by the cell."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, TRUSTED, internal_function, trigger_function
from pepites.identity.functions import CELL, CONFLICT, NOW, REFUSE

_MAY = f"({TRUSTED} OR {CELL})"
_PROFESSIONAL = "(SELECT pr.professional_id FROM directory_practitionerrole pr WHERE pr.id = {})"
_DOUBT = f"""UPDATE identity_domainidentity i SET doubtful = {{doubt}}, status = CASE WHEN {{doubt}} THEN 'PROV' ELSE i.status END,
        changed_by_id = {ACTOR_PRACTICE}, changed_at = {NOW}, change_reason = {{reason}}
      WHERE i.patient_id {{whose}} AND i.active AND i.domain = 'PEPITES' AND NOT i.fictitious AND i.doubtful <> {{doubt}};"""

DECLARE = rls.definer_function(
    "identity_declare_collision(p_public uuid, p_patient bigint, p_description text)",
    "boolean",
    f"""
    BEGIN
      IF NOT ({_MAY} OR access_standing_level(p_patient) >= 2) THEN {REFUSE} 'level_too_low'; END IF;
      PERFORM 1 FROM patients_patient p WHERE p.id = p_patient FOR UPDATE;
      IF EXISTS (SELECT 1 FROM identity_collision c WHERE c.patient_id = p_patient AND c.state IN ('signalee', 'averee'))
        THEN RETURN false; END IF;
      INSERT INTO identity_collision (public_id, patient_id, state, description, declared_by_id, decision_reason)
      VALUES (p_public, p_patient, 'signalee', p_description, {ACTOR_PRACTICE}, '');
      {_DOUBT.format(doubt="true", reason="'Deux personnes dans ce dossier : signalé'", whose="= p_patient")}
      RETURN true;
    END
    """,
    language="plpgsql",
)

# Four eyes: whoever told it does not decide it.
DECIDE = rls.definer_function(
    "identity_decide_collision(p_public uuid, p_proven boolean, p_reason text)",
    "bigint",
    f"""
    DECLARE c identity_collision;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      SELECT * INTO c FROM identity_collision x WHERE x.public_id = p_public FOR UPDATE;
      IF c.id IS NULL THEN {REFUSE} 'not_in_circle'; END IF;
      IF c.state <> 'signalee' THEN {CONFLICT} 'decided'; END IF;
      IF NOT {TRUSTED} AND {_PROFESSIONAL.format("c.declared_by_id")} IS NOT DISTINCT FROM {_PROFESSIONAL.format(ACTOR_PRACTICE)}
        THEN {CONFLICT} 'same_reader'; END IF;
      UPDATE identity_collision SET state = CASE WHEN p_proven THEN 'averee' ELSE 'ecartee' END,
        decided_by_id = {ACTOR_PRACTICE}, decided_at = {NOW}, decision_reason = p_reason WHERE id = c.id;
      IF p_proven THEN
        -- What was told may name somebody: the incident says the fact alone.
        PERFORM identity_open_incident(gen_random_uuid(), 'collision', c.patient_id, c.declared_by_id,
          {rls.day("c.declared_at")},
          'Deux personnes mêlées dans un même dossier.', false);
      ELSE
        {_DOUBT.format(doubt="false", reason="'Deux personnes dans ce dossier : écarté'", whose="= c.patient_id")}
      END IF;
      RETURN c.patient_id;
    END
    """,
    language="plpgsql",
)

# The file of the second person, found or created the usual way; then every row of the mixed file waits to be sorted.
GIVE_OTHER = rls.definer_function(
    "identity_collision_other(p_public uuid, p_number text, p_tables jsonb)",
    "TABLE (patient bigint, other bigint, to_sort integer)",
    f"""
    DECLARE c identity_collision; second patients_patient; listed integer;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      SELECT * INTO c FROM identity_collision x WHERE x.public_id = p_public FOR UPDATE;
      IF c.id IS NULL THEN {REFUSE} 'not_in_circle'; END IF;
      IF c.state <> 'averee' OR c.other_id IS NOT NULL THEN {CONFLICT} 'decided'; END IF;
      SELECT * INTO second FROM patients_patient p WHERE p.regional_id = p_number AND p.active AND p.survivor_id IS NULL;
      IF second.id IS NULL OR second.id = ANY(access_person_set(c.patient_id)) THEN {CONFLICT} 'absent'; END IF;
      UPDATE identity_collision SET other_id = second.id WHERE id = c.id;
      {_DOUBT.format(doubt="true", reason="'Séparée d''un dossier où deux personnes étaient mêlées'", whose="= second.id")}
      INSERT INTO identity_notsame (patient_id, other_id, reason, decided_by_id)
      VALUES (least(c.patient_id, second.id), greatest(c.patient_id, second.id), left(c.description, 300), {ACTOR_PRACTICE})
      ON CONFLICT (patient_id, other_id) DO UPDATE SET lifted_at = NULL, reason = EXCLUDED.reason;
      listed := identity_list_rows(NULL, c.id, p_tables);
      RETURN QUERY SELECT c.patient_id, second.id, listed;
    END
    """,
    language="plpgsql",
)

SETTLE = rls.definer_function(
    "identity_settle_collision(p_public uuid)",
    "TABLE (patient bigint, other bigint)",
    f"""
    DECLARE c identity_collision;
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      SELECT * INTO c FROM identity_collision x WHERE x.public_id = p_public FOR UPDATE;
      IF c.id IS NULL THEN {REFUSE} 'not_in_circle'; END IF;
      IF c.state <> 'averee' OR c.other_id IS NULL THEN {CONFLICT} 'decided'; END IF;
      IF EXISTS (SELECT 1 FROM identity_rowtosort r WHERE r.collision_id = c.id AND r.decision = '') THEN
        {CONFLICT} 'unsorted'; END IF;
      UPDATE identity_collision SET state = 'reglee', settled_by_id = {ACTOR_PRACTICE}, settled_at = {NOW} WHERE id = c.id;
      {_DOUBT.format(doubt="false", reason="'Deux personnes dans un dossier : réglé'", whose="IN (c.patient_id, c.other_id)")}
      RETURN QUERY SELECT c.patient_id, c.other_id;
    END
    """,
    language="plpgsql",
)

# Why nothing new enters a file: told to whoever may read the file, so that a page says it before the act.
STATE = rls.definer_function(
    "identity_collision_state(p_patient bigint)",
    "text",
    f"""
    DECLARE found text;
    BEGIN
      IF NOT ({_MAY} OR access_actor_level(p_patient) >= 1) THEN RETURN ''; END IF;
      SELECT c.state INTO found FROM identity_collision c
      WHERE c.patient_id = ANY(access_person_set(p_patient)) AND c.state IN ('signalee', 'averee')
      ORDER BY c.state LIMIT 1;
      RETURN coalesce(found, '');
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# Those of a batch that an import must leave as they are.
AMONG = rls.definer_function(
    "identity_frozen_among(p_patients bigint[])",
    "bigint[]",
    """
    SELECT coalesce(array_agg(p.id), '{}') FROM patients_patient p
    WHERE identity_may_import() AND p.id = ANY(p_patients) AND EXISTS (
      SELECT 1 FROM identity_collision c JOIN patients_patient x ON x.id = c.patient_id
      WHERE c.state = 'averee' AND coalesce(x.survivor_id, x.id) = coalesce(p.survivor_id, p.id))
    """,
    volatile="STABLE",
)

# A frozen file takes nothing new, whatever the service believes. Corrections and withdrawals stay open: sorting needs them.
FROZEN = trigger_function(
    "identity_refuse_frozen",
    f"""
    BEGIN
      IF NOT {TRUSTED} AND EXISTS (SELECT 1 FROM identity_collision c WHERE c.patient_id = NEW.patient_id AND c.state = 'averee')
        THEN {REFUSE} 'state'; END IF;
      RETURN NEW;
    END
    """,
)
TRIGGER = "CREATE TRIGGER identity_frozen BEFORE INSERT ON {0} FOR EACH ROW EXECUTE FUNCTION identity_refuse_frozen();"

OPEN_INCIDENT = internal_function(
    "identity_open_incident(p_public uuid, p_kind text, p_patient bigint, p_practice bigint, p_happened date,"
    " p_description text, p_harm boolean)",
    "void",
    """
    BEGIN
      INSERT INTO identity_incident (public_id, kind, patient_id, organization_id, happened_on, description, harm,
        declared_by_id, measures)
      SELECT p_public, p_kind, p_patient, pr.organization_id, p_happened, p_description, p_harm, p_practice, ''
      FROM (SELECT 1) one LEFT JOIN directory_practitionerrole pr ON pr.id = p_practice;
    END
    """,
)

TELL_INCIDENT = rls.definer_function(
    "identity_tell_incident(p_public uuid, p_kind text, p_happened date, p_description text, p_harm boolean)",
    "void",
    f"""
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      PERFORM identity_open_incident(p_public, p_kind, NULL, {ACTOR_PRACTICE}, p_happened, p_description, p_harm);
    END
    """,
    language="plpgsql",
)

CLOSE_INCIDENT = rls.definer_function(
    "identity_close_incident(p_public uuid, p_measures text)",
    "boolean",
    f"""
    BEGIN
      IF NOT {_MAY} THEN {REFUSE} 'role_missing'; END IF;
      UPDATE identity_incident SET measures = p_measures, closed_by_id = {ACTOR_PRACTICE}, closed_at = {NOW}
      WHERE public_id = p_public AND closed_at IS NULL;
      RETURN FOUND;
    END
    """,
    language="plpgsql",
)

ALL = (DECLARE, DECIDE, GIVE_OTHER, SETTLE, STATE, AMONG, FROZEN, OPEN_INCIDENT, TELL_INCIDENT, CLOSE_INCIDENT)

POLICIES = "\n".join(
    f"{rls.enable(table)}\n{rls.composite_key(table)}\n{rls.grant(table, 'SELECT')}\n"
    + rls.policy(table, f"{table}_cell", "SELECT", using=CELL)
    for table in ("identity_collision", "identity_incident")
)
