"""SQL of the SECURITY DEFINER functions of ``access``: few, listed, narrow (design, law 3).

Each checks by itself that the actor may do it; ``TRUSTED`` lets the owner's own session (a command on the server)
through. They raise with SQLSTATE ``PE403`` and a reason word that ``access.services`` turns into a refusal.
"""

from pepites.access.merging import functions as merging
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, TRUSTED
from pepites.networks.sql import refuse_withheld

_REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = "


def _level(name: str, more: str = "") -> str:
    return rls.definer_function(
        f"{name}(p_patient bigint)",
        "integer",
        f"""
    SELECT greatest(
        coalesce((SELECT max(g.level) FROM access_accessgrant g
                  WHERE g.patient_id = p_patient AND g.practice_id = {ACTOR_PRACTICE} {more}
                    AND g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())), 0),
        CASE WHEN EXISTS (
            SELECT 1 FROM access_networkpatient np
            JOIN networks_networkmembership m ON m.network_id = np.network_id
            JOIN directory_practitionerrole pr ON pr.id = m.practice_id
            WHERE np.patient_id = p_patient AND m.practice_id = {ACTOR_PRACTICE} AND m.role = 'coordination'
              AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
              AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())
              AND (np.organization_id IS NULL OR np.organization_id = pr.organization_id)
        ) THEN 3 ELSE 0 END)
    """,
        volatile="STABLE",
    )


ACTOR_LEVEL = _level("access_actor_level")
# A bris de glace opens one file for four hours; it lets nobody change who reads it, or four hours would last for ever.
STANDING_LEVEL = _level("access_standing_level", "AND g.basis <> 'bris_de_glace'")

_IN_FORCE = "g.starts_at <= statement_timestamp() AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())"
_OWN = f"{_IN_FORCE} AND g.basis <> 'bris_de_glace'"

# What ``access.policies.decide_sharing`` decides on, for the actor's practice and one person, in one pass.
SHARING_FACTS = rls.definer_function(
    "access_sharing_facts(p_patient bigint)",
    "TABLE (level integer, coordination boolean, emergency boolean, member boolean, accepted boolean, ended boolean,"
    " same_team boolean, consent boolean, opposition boolean)",
    f"""
    DECLARE own bigint := (SELECT pr.organization_id FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE});
      person bigint[] := access_person_set(p_patient);
      wide boolean := EXISTS (
        SELECT 1 FROM access_networkpatient np JOIN networks_networkmembership m ON m.network_id = np.network_id
        WHERE np.patient_id = p_patient AND m.practice_id = {ACTOR_PRACTICE} AND m.role = 'coordination'
          AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
          AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp())
          AND (np.organization_id IS NULL OR np.organization_id = own));
    BEGIN
      RETURN QUERY
      SELECT greatest(coalesce(max(g.level) FILTER (WHERE {_IN_FORCE}), 0), CASE WHEN wide THEN 3 ELSE 0 END)::integer, wide,
        coalesce(bool_or({_IN_FORCE} AND g.basis = 'bris_de_glace'), false),
        coalesce(bool_or({_OWN}), false),
        coalesce(bool_or({_OWN} AND g.accepted_at IS NOT NULL), false),
        coalesce(bool_or(g.basis <> 'bris_de_glace' AND g.ends_at <= statement_timestamp()), false)
          AND NOT coalesce(bool_or({_OWN}), false),
        coalesce(bool_or({_OWN} AND g.accepted_at IS NOT NULL AND g.regime <> 'hors_equipe'), false),
        EXISTS (SELECT 1 FROM access_consentrecord c WHERE c.patient_id = ANY(person) AND c.withdrawn_at IS NULL
                AND (c.valid_until IS NULL OR c.valid_until > statement_timestamp())),
        EXISTS (SELECT 1 FROM access_opposition o LEFT JOIN directory_practitionerrole pr ON pr.id = o.recorded_by_id
                WHERE o.patient_id = ANY(person) AND o.lifted_at IS NULL AND (o.practice_id = {ACTOR_PRACTICE}
                  OR (o.practice_id IS NULL AND o.network_id IS NULL AND pr.organization_id IS DISTINCT FROM own)))
      FROM access_accessgrant g WHERE g.patient_id = p_patient AND g.practice_id = {ACTOR_PRACTICE};
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

PATIENT_ID = rls.definer_function(
    "access_patient_id(p_public uuid)",
    "bigint",
    "SELECT id FROM patients_patient WHERE public_id = p_public",
    volatile="STABLE",
)

# Not open to web nor worker: identity_create_patient calls it once the search before creation is proved (RNIV-9).
CREATE_PATIENT = rls.definer_function(
    "access_create_patient(p_public uuid, p_regional text, p_hours integer DEFAULT NULL)",
    "bigint",
    f"""
    DECLARE new_id bigint;
    BEGIN
      INSERT INTO patients_patient (public_id, regional_id, birth_name, first_given_name, used_name, used_given_name,
          birth_date_interpreted, sex, identity_status, identity_flags, sort_key, search_text, phone_keys, commune_cog,
          language, interpreter, protected_minor, protected_adult, active)
      VALUES (p_public, p_regional, '', '', '', '', false, 'I', 'PROV', '', '', '', '', '', '', false, false, false, true)
      RETURNING id INTO new_id;
      IF {ACTOR_PRACTICE} IS NOT NULL THEN
        INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, accepted_at, ends_at)
        VALUES (new_id, {ACTOR_PRACTICE}, 3, 3, 'creation', 'equipe', statement_timestamp(), statement_timestamp() + make_interval(hours => p_hours));
      ELSIF NOT {TRUSTED} THEN
        {_REFUSE} 'no_context';
      END IF;
      RETURN new_id;
    END
    """,
    language="plpgsql",
).replace("GRANT EXECUTE ON FUNCTION access_create_patient(uuid, text, integer) TO pepites_web, pepites_worker;", "")

# Consents and oppositions speak of the person: written in one of the files merged, they hold for all of them.
REFRESH = rls.definer_function(
    "access_refresh(p_patient bigint)",
    "void",
    """
    DECLARE person bigint[];
    BEGIN
      PERFORM access_lock(p_patient);
      person := access_person_set(p_patient);
    UPDATE access_accessgrant g SET level = CASE
        WHEN g.accepted_at IS NULL THEN 1
        WHEN g.regime = 'hors_equipe' AND NOT EXISTS (
            SELECT 1 FROM access_consentrecord c WHERE c.patient_id = ANY(person) AND c.withdrawn_at IS NULL
              AND (c.valid_until IS NULL OR c.valid_until > statement_timestamp())) THEN 1
        ELSE g.offered_level END
    WHERE g.patient_id = ANY(person) AND NOT g.merged AND g.basis = 'cercle' AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp());
    UPDATE access_accessgrant g SET ends_at = statement_timestamp()
    WHERE g.patient_id = ANY(person) AND NOT g.merged AND g.basis IN ('cercle', 'creation') AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp())
      AND EXISTS (SELECT 1 FROM access_opposition o JOIN directory_practitionerrole mine ON mine.id = g.practice_id
                  LEFT JOIN directory_practitionerrole pr ON pr.id = o.recorded_by_id
                  WHERE o.patient_id = ANY(person) AND o.lifted_at IS NULL AND (o.practice_id = g.practice_id
                    OR (o.practice_id IS NULL AND o.network_id IS NULL
                        AND pr.organization_id IS DISTINCT FROM mine.organization_id)));
    -- Opposed to a network, or to any sharing: only the structure that wrote it down still follows, as after an import.
    UPDATE access_networkpatient np SET organization_id = pr.organization_id
    FROM access_opposition o JOIN directory_practitionerrole pr ON pr.id = o.recorded_by_id
    WHERE np.patient_id = ANY(person) AND NOT np.merged AND np.organization_id IS NULL AND np.ends_at IS NULL
      AND o.patient_id = ANY(person) AND o.lifted_at IS NULL AND o.practice_id IS NULL
      AND (o.network_id IS NULL OR o.network_id = np.network_id);
    END
    """,
    language="plpgsql",
)

# The person changes their mind: the networks that the opposition had narrowed open again, unless another one stands.
LIFT_OPPOSITION = rls.definer_function(
    "access_lift_opposition(p_opposition uuid)",
    "boolean",
    f"""
    DECLARE o access_opposition;
    BEGIN
      {refuse_withheld("consent.record")}
      PERFORM access_lock((SELECT patient_id FROM access_opposition WHERE public_id = p_opposition));
      SELECT * INTO o FROM access_opposition WHERE public_id = p_opposition AND lifted_at IS NULL FOR UPDATE;
      IF o.id IS NULL THEN RETURN false; END IF;
      IF NOT {TRUSTED} AND access_standing_level(o.patient_id) < 3 THEN {_REFUSE} 'level_too_low'; END IF;
      UPDATE access_opposition SET lifted_at = statement_timestamp() WHERE id = o.id;
      UPDATE access_networkpatient np SET organization_id = NULL
      WHERE o.practice_id IS NULL AND np.patient_id = ANY(access_person_set(o.patient_id)) AND NOT np.merged
        AND np.ends_at IS NULL
        AND (o.network_id IS NULL OR o.network_id = np.network_id)
        AND np.organization_id = coalesce((SELECT pr.organization_id FROM directory_practitionerrole pr
                                           WHERE pr.id = o.recorded_by_id), np.organization_id);
      PERFORM access_refresh(o.patient_id);
      RETURN true;
    END
    """,
    language="plpgsql",
)

OFFER = rls.definer_function(
    "access_offer(p_patient bigint, p_practice bigint, p_level integer, p_regime text, p_ends timestamptz DEFAULT NULL)",
    "void",
    f"""
    BEGIN
      {refuse_withheld("circle.invite")}
      PERFORM access_lock(p_patient);
      IF NOT {TRUSTED} AND access_standing_level(p_patient) < 3 THEN {_REFUSE} 'level_too_low'; END IF;
      IF EXISTS (SELECT 1 FROM access_opposition o WHERE o.patient_id = ANY(access_person_set(p_patient))
                 AND o.lifted_at IS NULL AND (o.practice_id = p_practice OR (o.practice_id IS NULL AND o.network_id IS NULL)))
      THEN {_REFUSE} 'opposition'; END IF;
      IF EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_professional p ON p.id = pr.professional_id
                 WHERE pr.id = p_practice AND p.category = 'hors_r1110_2') THEN {_REFUSE} 'category_excluded'; END IF;
      INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, ends_at)
      VALUES (p_patient, p_practice, 1, p_level, 'cercle', p_regime, p_ends)
      ON CONFLICT (patient_id, practice_id, basis) WHERE ends_at IS NULL AND NOT merged
      DO UPDATE SET offered_level = EXCLUDED.offered_level, level = least(access_accessgrant.level, EXCLUDED.offered_level),
                    regime = EXCLUDED.regime;
      PERFORM access_refresh(p_patient);
    END
    """,
    language="plpgsql",
)

ACCEPT = rls.definer_function(
    "access_accept(p_patient bigint)",
    "integer",
    f"""
    BEGIN
      PERFORM access_lock(p_patient);
      UPDATE access_accessgrant SET accepted_at = statement_timestamp()
      WHERE patient_id = p_patient AND practice_id = {ACTOR_PRACTICE} AND basis = 'cercle' AND accepted_at IS NULL
        AND NOT merged AND (ends_at IS NULL OR ends_at > statement_timestamp());
      PERFORM access_refresh(p_patient);
      RETURN access_actor_level(p_patient);
    END
    """,
    language="plpgsql",
)

END = rls.definer_function(
    "access_end(p_patient bigint, p_practice bigint, p_basis text)",
    "integer",
    f"""
    DECLARE done integer;
    BEGIN
      PERFORM access_lock(p_patient);
      IF NOT {TRUSTED} AND p_practice IS DISTINCT FROM {ACTOR_PRACTICE} AND access_standing_level(p_patient) < 3 THEN
        {_REFUSE} 'level_too_low';
      END IF;
      UPDATE access_accessgrant SET ends_at = statement_timestamp()
      WHERE patient_id = p_patient AND practice_id = p_practice AND basis = p_basis
        AND NOT merged AND (ends_at IS NULL OR ends_at > statement_timestamp());
      GET DIAGNOSTICS done = ROW_COUNT;
      RETURN done;
    END
    """,
    language="plpgsql",
)

ENROL = rls.definer_function(
    "access_enrol(p_patient bigint, p_network bigint, p_organization bigint DEFAULT NULL)",
    "boolean",
    f"""
    DECLARE done boolean;
    BEGIN
      {refuse_withheld("pathway.open")}
      IF NOT {TRUSTED} AND NOT EXISTS (
          SELECT 1 FROM networks_networkmembership m WHERE m.network_id = p_network AND m.practice_id = {ACTOR_PRACTICE}
            AND m.role IN ('coordination', 'administration')
            AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())) THEN
        {_REFUSE} 'role_missing';
      END IF;
      PERFORM access_lock(p_patient);
      INSERT INTO access_networkpatient (patient_id, network_id, organization_id)
      VALUES (p_patient, p_network, p_organization)
      ON CONFLICT (patient_id, network_id) WHERE ends_at IS NULL AND NOT merged DO NOTHING;
      done := FOUND;
      PERFORM access_refresh(p_patient);
      RETURN done;
    END
    """,
    language="plpgsql",
)

LEAVE = rls.definer_function(
    "access_leave_network(p_patient bigint, p_network bigint)",
    "boolean",
    f"""
    BEGIN
      IF NOT {TRUSTED} AND access_standing_level(p_patient) < 3 THEN {_REFUSE} 'level_too_low'; END IF;
      PERFORM access_lock(p_patient);
      UPDATE access_networkpatient SET ends_at = statement_timestamp()
      WHERE patient_id = p_patient AND network_id = p_network AND ends_at IS NULL AND NOT merged;
      RETURN FOUND;
    END
    """,
    language="plpgsql",
)

BREAK_GLASS = rls.definer_function(
    "access_break_glass(p_patient bigint, p_public uuid, p_motive text, p_explanation text, p_hours integer)",
    "timestamptz",
    f"""
    DECLARE until timestamptz := statement_timestamp() + make_interval(hours => least(p_hours, 4));
    BEGIN
      {refuse_withheld("emergency.open")}
      IF NOT EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_professional p ON p.id = pr.professional_id
                     WHERE pr.id = {ACTOR_PRACTICE} AND p.category = 'sante') THEN {_REFUSE} 'category_excluded'; END IF;
      IF NOT EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = p_patient AND p.active
                     AND p.identity_flags !~ 'FICT|CACH') THEN {_REFUSE} 'state'; END IF;
      IF length(btrim(p_explanation)) < 15 THEN {_REFUSE} 'state'; END IF;
      IF p_motive <> 'vital' AND EXISTS (SELECT 1 FROM access_opposition o WHERE o.patient_id = ANY(access_person_set(p_patient))
          AND o.lifted_at IS NULL AND (o.practice_id = {ACTOR_PRACTICE} OR (o.practice_id IS NULL AND o.network_id IS NULL)))
      THEN {_REFUSE} 'opposition'; END IF;
      PERFORM access_lock(p_patient);
      INSERT INTO access_emergencyaccess (public_id, patient_id, practice_id, user_id, motive, explanation, ends_at,
          review_result, review_comment)
      VALUES (p_public, p_patient, {ACTOR_PRACTICE}, {ACTOR_USER}, p_motive, p_explanation, until, '', '');
      INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, accepted_at, ends_at)
      VALUES (p_patient, {ACTOR_PRACTICE}, 3, 3, 'bris_de_glace', 'echange', statement_timestamp(), until);
      RETURN until;
    END
    """,
    language="plpgsql",
)

TRACE = rls.definer_function(
    "access_trace(p_patient bigint, p_limit integer, p_offset integer)",
    "TABLE (id bigint, occurred_at timestamptz, user_id bigint, practice_id bigint, role text, code text, action text,"
    " basis text, purpose text, outcome smallint, reason text, justification text, actor_kind text,"
    " organization_id bigint)",
    """
    SELECT e.id, e.occurred_at, e.user_id, e.practice_id, e.role, e.code, e.action, e.basis, e.purpose, e.outcome,
           e.reason, e.justification, e.actor_kind, e.organization_id
    FROM audit_entry e
    WHERE e.subject_ids && access_person_set(p_patient) AND (access_actor_level(p_patient) >= 2)
    ORDER BY e.occurred_at DESC, e.id DESC LIMIT least(p_limit, 200) OFFSET p_offset
    """,
    volatile="STABLE",
)

ALL = (
    *merging.ALL, ACTOR_LEVEL, STANDING_LEVEL, SHARING_FACTS, PATIENT_ID, CREATE_PATIENT, REFRESH, LIFT_OPPOSITION, OFFER, ACCEPT, END,
    ENROL, LEAVE, BREAK_GLASS, TRACE,
)  # fmt: skip
