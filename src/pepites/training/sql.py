"""Rights of the training's tables, and the two functions that open and close a copy (design, law 3)."""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE
from pepites.networks.enums import TRAINING_PREFIX

COPY, TRAINEE = "training_trainingcopy", "training_trainee"
SESSION, ATTENDANCE = "training_session", "training_attendance"
COLLEAGUE = "training_colleague"
_REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE"

# The network, its settings and its matrix in force, and its trainer as administrator, which they are elsewhere already.
# No coordination role: that one opens pages of the real work. A copy of a copy would be no network's.
OPEN = rls.definer_function(
    "training_open(p_source bigint, p_public uuid, p_wanted integer, p_expires date)",
    "bigint",
    f"""
    DECLARE base networks_network%ROWTYPE; number integer; made bigint; opened bigint;
    BEGIN
      SELECT * INTO base FROM networks_network n WHERE n.id = p_source AND n.active FOR UPDATE;
      IF base.id IS NULL OR {ACTOR_PRACTICE} IS NULL OR NOT networks_may_administer(p_source)
         OR EXISTS (SELECT 1 FROM {COPY} c WHERE c.network_id = p_source) THEN
        {_REFUSE} = 'role_missing';
      END IF;
      SELECT count(*) + 1 INTO number FROM {COPY} c WHERE c.source_id = p_source;
      INSERT INTO networks_network (public_id, slug, name, short_name, colour, person_word, settings, active)
      VALUES (gen_random_uuid(), left('{TRAINING_PREFIX}' || base.slug, 46) || '-' || number,
        left('Entraînement ' || number || ', ' || base.name, 120), left('Entr. ' || number || ' ' || base.short_name, 40),
        base.colour, base.person_word, base.settings, true) RETURNING id INTO made;
      INSERT INTO networks_networkpack (public_id, network_id, number, state, sections, note, revision, edited_at,
        published_at)
      SELECT gen_random_uuid(), made, 1, k.state, k.sections, 'Copie d''entraînement', 1, now(), now()
      FROM networks_networkpack k WHERE k.network_id = p_source AND k.state = 'publie' ORDER BY k.number DESC LIMIT 1;
      INSERT INTO networks_networkmembership (network_id, practice_id, role, starts_at)
      VALUES (made, {ACTOR_PRACTICE}, 'administration', statement_timestamp());
      INSERT INTO networks_habilitationversion (network_id, number, withheld, note, published_at)
      SELECT made, 1, v.withheld, 'Copie d''entraînement', now() FROM networks_habilitationversion v
      WHERE v.network_id = p_source ORDER BY v.number DESC LIMIT 1;
      INSERT INTO {COPY} (public_id, source_id, network_id, trainer_id, wanted, expires_on)
      VALUES (p_public, p_source, made, {ACTOR_PRACTICE}, p_wanted, p_expires) RETURNING id INTO opened;
      RETURN opened;
    END
    """,
    language="plpgsql",
)

# The files of the copy's fictional persons, as a member of their circles reads them; nothing of anybody real.
ENROL = rls.definer_function(
    "training_enrol(p_copy bigint, p_practice bigint)",
    "void",
    f"""
    DECLARE held {COPY}%ROWTYPE;
    BEGIN
      SELECT * INTO held FROM {COPY} c WHERE c.id = p_copy AND c.closed_at IS NULL;
      IF held.id IS NULL OR NOT networks_may_administer(held.network_id) THEN {_REFUSE} = 'role_missing'; END IF;
      INSERT INTO {TRAINEE} (copy_id, practice_id) VALUES (p_copy, p_practice) ON CONFLICT DO NOTHING;
      INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, starts_at, accepted_at)
      SELECT np.patient_id, p_practice, 3, 3, 'cercle', 'equipe', statement_timestamp(), statement_timestamp()
      FROM access_networkpatient np JOIN patients_patient p ON p.id = np.patient_id
      WHERE np.network_id = held.network_id AND np.ends_at IS NULL AND p.identity_flags ~ 'FICT'
        AND NOT EXISTS (SELECT 1 FROM access_accessgrant g WHERE g.patient_id = p.id AND g.practice_id = p_practice
                        AND g.ends_at IS NULL);
      PERFORM messaging_enter(c.id, c.patient_id, p_practice, c.created_at)
      FROM access_networkpatient np JOIN messaging_conversation c ON c.patient_id = np.patient_id AND c.kind = 'circle'
      WHERE np.network_id = held.network_id AND np.ends_at IS NULL AND messaging_reaches(c.patient_id, p_practice);
    END
    """,
    language="plpgsql",
)

# Ends every right on the fictional persons of ``held``, a copy, and the discussions about them.
END_PERSONS = """
      UPDATE access_accessgrant g SET ends_at = statement_timestamp()
      FROM access_networkpatient np JOIN patients_patient p ON p.id = np.patient_id
      WHERE np.network_id = held.network_id AND p.identity_flags ~ 'FICT' AND g.patient_id = p.id
        AND (g.ends_at IS NULL OR g.ends_at > statement_timestamp());
      UPDATE access_networkpatient SET ends_at = statement_timestamp()
      WHERE network_id = held.network_id AND ends_at IS NULL;
      PERFORM messaging_rights_changed(np.patient_id) FROM access_networkpatient np WHERE np.network_id = held.network_id;
"""

# Nobody keeps a way in: roles, files and the network itself end. Past its day, the nightly job closes it.
CLOSE = rls.definer_function(
    "training_close(p_copy bigint)",
    "boolean",
    f"""
    DECLARE held {COPY}%ROWTYPE;
    BEGIN
      SELECT * INTO held FROM {COPY} c WHERE c.id = p_copy FOR UPDATE;
      IF held.id IS NULL OR NOT (networks_may_administer(held.network_id) OR held.expires_on < {rls.TODAY}) THEN
        {_REFUSE} = 'role_missing';
      END IF;
      IF held.closed_at IS NOT NULL THEN RETURN false; END IF;
      UPDATE {COPY} SET closed_at = statement_timestamp() WHERE id = held.id;
      UPDATE networks_network SET active = false WHERE id = held.network_id;
      {END_PERSONS}
      UPDATE directory_practitionerrole SET ends_at = statement_timestamp()
      WHERE id IN (SELECT practice_id FROM {COLLEAGUE} WHERE copy_id = held.id) AND ends_at IS NULL;
      UPDATE networks_networkmembership SET ends_at = statement_timestamp()
      WHERE network_id = held.network_id AND ends_at IS NULL;
      RETURN true;
    END
    """,
    language="plpgsql",
)

_RUNS = "EXISTS (SELECT 1 FROM {copy} c WHERE c.id = {column} AND networks_may_administer(c.network_id))"
_SESSION_RUN = _RUNS.format(copy=COPY, column=f"{SESSION}.copy_id")
_ATTENDANCE_RUN = (
    f"EXISTS (SELECT 1 FROM {SESSION} s JOIN {COPY} c ON c.id = s.copy_id WHERE s.id = {ATTENDANCE}.session_id"
    " AND networks_may_administer(c.network_id))"
)
ALL = (
    rls.grant(COPY, "SELECT", "UPDATE (made)"),
    OPEN,
    ENROL,
    CLOSE,
    rls.enable(TRAINEE),
    rls.grant(TRAINEE, "SELECT"),
    rls.policy(
        TRAINEE, "trainee_read", "SELECT",
        using=f"practice_id = {ACTOR_PRACTICE} OR {_RUNS.format(copy=COPY, column=f'{TRAINEE}.copy_id')}",
    ),
    rls.enable(SESSION),
    rls.grant(SESSION, "SELECT", "INSERT"),
    rls.policy(SESSION, "session_read", "SELECT", using="true"),
    rls.policy(SESSION, "session_plan", "INSERT", check=_SESSION_RUN),
    rls.enable(ATTENDANCE),
    rls.grant(ATTENDANCE, "SELECT", "INSERT", "UPDATE"),
    rls.policy(ATTENDANCE, "attendance_read", "SELECT", using=f"practice_id = {ACTOR_PRACTICE} OR {_ATTENDANCE_RUN}"),
    rls.policy(ATTENDANCE, "attendance_add", "INSERT", check=_ATTENDANCE_RUN),
    rls.policy(ATTENDANCE, "attendance_change", "UPDATE", using=_ATTENDANCE_RUN, check=_ATTENDANCE_RUN),
)  # fmt: skip
