"""Colleagues of a copy, making it new again, and the walls around it: what the database refuses by itself.

A person of a copy is read by its trainer, its trainees and its invented colleagues, and by nobody else; an invented
colleague reads nobody else; nobody real enters a copy's network; no demande goes in or out.
"""

from pepites.common import rls
from pepites.training.sql import CLOSE, COLLEAGUE, COPY, END_PERSONS, ENROL, TRAINEE

_REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE"
_OF_PERSON = (
    f"(SELECT c.id FROM access_networkpatient np JOIN {COPY} c ON c.network_id = np.network_id"
    " WHERE np.patient_id = {person} LIMIT 1)"
)


def _takes_part(copy: str, practice: str) -> str:
    return (
        f"(EXISTS (SELECT 1 FROM {COPY} c JOIN networks_networkmembership m ON m.network_id = c.network_id"
        f" WHERE c.id = {copy} AND m.practice_id = {practice})"
        f" OR EXISTS (SELECT 1 FROM {TRAINEE} t WHERE t.copy_id = {copy} AND t.practice_id = {practice})"
        f" OR EXISTS (SELECT 1 FROM {COLLEAGUE} k WHERE k.copy_id = {copy} AND k.practice_id = {practice}))"
    )


# Never a place of practice behind which there is an account: the job that tells the stories acts as the colleague.
STAFF = rls.definer_function(
    "training_staff(p_copy bigint, p_practice bigint, p_role text)",
    "void",
    f"""
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM {COPY} c WHERE c.id = p_copy AND c.closed_at IS NULL
                     AND networks_may_administer(c.network_id))
         OR EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN accounts_user u
                    ON u.professional_id = pr.professional_id WHERE pr.id = p_practice)
         OR EXISTS (SELECT 1 FROM networks_networkmembership m WHERE m.practice_id = p_practice)
         OR EXISTS (SELECT 1 FROM access_accessgrant g WHERE g.practice_id = p_practice) THEN
        {_REFUSE} = 'role_missing';
      END IF;
      INSERT INTO {COLLEAGUE} (copy_id, practice_id, role) VALUES (p_copy, p_practice, p_role);
    END
    """,
    language="plpgsql",
)

# The persons go, with what was done about them; trainees, sessions and who came stay.
RENEW = rls.definer_function(
    "training_renew(p_copy bigint)",
    "void",
    f"""
    DECLARE held {COPY}%ROWTYPE;
    BEGIN
      SELECT * INTO held FROM {COPY} c WHERE c.id = p_copy AND c.closed_at IS NULL FOR UPDATE;
      IF held.id IS NULL OR NOT networks_may_administer(held.network_id) THEN {_REFUSE} = 'role_missing'; END IF;
      {END_PERSONS}
      UPDATE {COPY} SET made = 0, told = 0 WHERE id = held.id;
    END
    """,
    language="plpgsql",
)

GRANT_WALL = rls.trigger_function(
    "training_wall_of_grants",
    f"""
    DECLARE held bigint := {_OF_PERSON.format(person="NEW.patient_id")};
    BEGIN
      IF held IS NULL AND EXISTS (SELECT 1 FROM {COLLEAGUE} k WHERE k.practice_id = NEW.practice_id)
         OR held IS NOT NULL AND NOT {_takes_part("held", "NEW.practice_id")} THEN
        {_REFUSE} = 'training_only';
      END IF;
      RETURN NEW;
    END
    """,
)

NETWORK_WALL = rls.trigger_function(
    "training_wall_of_networks",
    f"""
    BEGIN
      IF (CASE WHEN EXISTS (SELECT 1 FROM {COPY} c WHERE c.network_id = NEW.network_id)
           THEN NOT EXISTS (SELECT 1 FROM patients_patient p WHERE p.id = NEW.patient_id AND p.identity_flags ~ 'FICT')
             OR EXISTS (SELECT 1 FROM access_networkpatient np WHERE np.patient_id = NEW.patient_id
                        AND np.network_id <> NEW.network_id)
           ELSE {_OF_PERSON.format(person="NEW.patient_id")} IS NOT NULL END) THEN
        {_REFUSE} = 'training_only';
      END IF;
      RETURN NEW;
    END
    """,
)

# To whom it is sent, then about whom: both in the copy of who asks, or both out of any.
REFERRAL_WALL = rls.trigger_function(
    "training_wall_of_referrals",
    f"""
    DECLARE target bigint; about bigint := {_OF_PERSON.format(person="NEW.patient_id")};
    BEGIN
      SELECT c.id INTO target FROM {COPY} c
      WHERE c.network_id = NEW.network_id OR EXISTS (SELECT 1 FROM {COLLEAGUE} k
        JOIN directory_practitionerrole pr ON pr.id = k.practice_id
        WHERE k.copy_id = c.id AND pr.organization_id = NEW.organization_id) LIMIT 1;
      IF about IS NOT NULL AND about IS DISTINCT FROM target
         OR target IS NOT NULL AND (NEW.patient_id IS NOT NULL AND about IS NULL
           OR NEW.requester_practice_id IS NULL OR NOT {_takes_part("target", "NEW.requester_practice_id")}) THEN
        {_REFUSE} = 'training_only';
      END IF;
      RETURN NEW;
    END
    """,
)


def _before(name: str, table: str, moment: str = "INSERT") -> str:
    return f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}();"


ALL = (
    rls.enable(COLLEAGUE),
    rls.grant(COLLEAGUE, "SELECT"),
    rls.policy(
        COLLEAGUE, "colleague_read", "SELECT",
        using=f"EXISTS (SELECT 1 FROM {COPY} c WHERE c.id = {COLLEAGUE}.copy_id"
        " AND networks_may_administer(c.network_id))",
    ),
    rls.grant(COPY, "UPDATE (told)"),
    f"UPDATE {COPY} SET told = made;",
    ENROL,
    CLOSE,
    STAFF,
    RENEW,
    GRANT_WALL,
    NETWORK_WALL,
    REFERRAL_WALL,
    _before("training_wall_of_grants", "access_accessgrant"),
    _before("training_wall_of_networks", "access_networkpatient"),
    _before("training_wall_of_referrals", "coordination_referral", "INSERT OR UPDATE OF patient_id"),
)  # fmt: skip
