"""SQL of the machine clients, shared by the migrations and read by the policies of the reconciliation server."""

from pepites.common import rls
from pepites.common.rls import ACTOR_CLIENT, ACTOR_USER, TRUSTED

ACTIVE_CLIENT = (
    f"SELECT 1 FROM accounts_serviceclient c WHERE c.id = {ACTOR_CLIENT} AND c.is_active"
    " AND c.expires_at > statement_timestamp()"
)

# NULL for nobody, a person, a revoked or expired client: a policy that compares with it then shows nothing.
CLIENT_DOMAIN = rls.definer_function(
    "accounts_client_domain()",
    "text",
    f"""
      SELECT c.domain_system::text FROM accounts_serviceclient c
      WHERE c.id = {ACTOR_CLIENT} AND c.is_active AND c.expires_at > statement_timestamp()
    """,
    volatile="STABLE",
)

# A national identifier is given once, to an account that had none. Only one that opens nothing may lose it, as it
# closes; a professional is given to such an account only when its identifier is that professional's RPPS number.
NUMBER_ONCE = rls.trigger_function(
    "accounts_number_once",
    """
    BEGIN
      IF NEW.national_id IS DISTINCT FROM OLD.national_id AND OLD.national_id IS NOT NULL
         AND NOT (NEW.national_id IS NULL AND OLD.professional_id IS NULL AND NOT OLD.platform_admin
                  AND NOT NEW.is_active) THEN
        RAISE EXCEPTION 'a national identifier is given once' USING ERRCODE = 'insufficient_privilege';
      END IF;
      IF NEW.professional_id IS DISTINCT FROM OLD.professional_id AND NOT (
           OLD.professional_id IS NULL AND NEW.is_active AND NOT OLD.platform_admin
           AND EXISTS (SELECT 1 FROM directory_professional p
                       WHERE p.id = NEW.professional_id AND '8' || p.rpps = NEW.national_id)) THEN
        RAISE EXCEPTION 'only the professional of that number' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END
    """,
)

# A professional without a number gets the one its own account has just proved, and no other.
RPPS_PROVED = rls.trigger_function(
    "accounts_rpps_proved",
    """
    BEGIN
      IF NEW.rpps IS DISTINCT FROM OLD.rpps AND NOT (
           OLD.rpps IS NULL AND EXISTS (SELECT 1 FROM accounts_user u
                                        WHERE u.professional_id = OLD.id AND u.national_id = '8' || NEW.rpps)) THEN
        RAISE EXCEPTION 'only the number that the account proved' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN NEW;
    END
    """,
)

# Who looks after the people of a structure: its own managers, the platform's administrators, the server itself.
MANAGES = rls.definer_function(
    "accounts_manages(p_organization bigint)",
    "boolean",
    f"""
    BEGIN
      RETURN {TRUSTED}
        OR EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)
        OR EXISTS (SELECT 1 FROM accounts_structuremanager m JOIN accounts_user u ON u.id = m.user_id AND u.is_active
                   WHERE m.organization_id = p_organization AND m.user_id = {ACTOR_USER} AND m.ends_at IS NULL);
    END
    """,
    language="plpgsql",
    volatile="STABLE",
)

# A local account was opened for somebody who waits for a number: their line, or the one that waits for them already.
# Who approved may follow another structure than theirs, and reads nothing of its list.
RPPS_FROM_ENROLMENT = rls.definer_function(
    "accounts_rpps_from_enrolment(p_enrolment bigint, p_public uuid, p_role text, p_day date)",
    "boolean",
    f"""
    DECLARE e accounts_localenrolment; place bigint; kept bigint;
    BEGIN
      SELECT * INTO e FROM accounts_localenrolment WHERE id = p_enrolment AND approved_by_id = {ACTOR_USER};
      IF e.id IS NULL THEN RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing'; END IF;
      PERFORM pg_advisory_xact_lock(hashtextextended('rpps ' || e.organization_id, 0));
      IF EXISTS (SELECT 1 FROM accounts_rppsregistration r WHERE r.enrolment_id = e.id) THEN RETURN false; END IF;
      SELECT pr.id INTO place FROM directory_practitionerrole pr JOIN accounts_user u ON u.professional_id = pr.professional_id
      WHERE u.id = e.user_id AND pr.organization_id = e.organization_id AND pr.ends_at IS NULL ORDER BY pr.id LIMIT 1;
      SELECT r.id INTO kept FROM accounts_rppsregistration r
      WHERE r.organization_id = e.organization_id AND r.step NOT IN ('clos', 'a_clore') AND r.enrolment_id IS NULL
        AND (r.practice_id IS NULL OR r.practice_id = place)
        AND lower(btrim(r.family_name)) = lower(btrim(e.family_name))
        AND lower(btrim(r.given_name)) = lower(btrim(e.given_name)) ORDER BY r.id LIMIT 1;
      IF kept IS NOT NULL THEN
        UPDATE accounts_rppsregistration SET enrolment_id = e.id, practice_id = place WHERE id = kept;
        RETURN false;
      END IF;
      INSERT INTO accounts_rppsregistration (public_id, organization_id, practice_id, family_name, given_name, email,
          phone, role_code, step, step_on, rpps, check_result, created_by_id, enrolment_id)
      VALUES (p_public, e.organization_id, place, e.family_name, e.given_name, e.email, '', p_role, 'a_enregistrer', p_day,
          '', '', {ACTOR_USER}, e.id);
      RETURN true;
    END
    """,
    language="plpgsql",
)

# A departure: the place of practice and its roles in networks close together, by who manages the structure.
END_PRACTICE = rls.definer_function(
    "accounts_end_practice(p_practice bigint)",
    "void",
    """
    DECLARE structure bigint := (SELECT pr.organization_id FROM directory_practitionerrole pr WHERE pr.id = p_practice);
    BEGIN
      IF NOT coalesce(accounts_manages(structure), false) THEN
        RAISE EXCEPTION 'not the manager of that structure' USING ERRCODE = 'insufficient_privilege';
      END IF;
      UPDATE networks_networkmembership SET ends_at = clock_timestamp() WHERE practice_id = p_practice
        AND (ends_at IS NULL OR ends_at > clock_timestamp());
      UPDATE directory_practitionerrole SET ends_at = clock_timestamp() WHERE id = p_practice
        AND (ends_at IS NULL OR ends_at > clock_timestamp());
    END
    """,
    language="plpgsql",
)
