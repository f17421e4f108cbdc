"""SQL of the functions of the bris de glace screens: identity shown before opening, queue and review (rgpd §3.6).

Reviewers may not see the file: they get who, when, why, and the person's public identifier, nothing of the file.
"""

from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER

_REFUSE = "RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = "

# As in the search before creation: strict traits and status only, never a fictive nor a protected identity (law 11).
IDENTITY = rls.definer_function(
    "access_emergency_identity(p_public uuid)",
    "TABLE (patient_id bigint, birth_name text, first_given_name text, birth_date date, sex text, identity_status text,"
    " opposed boolean)",
    f"""
    SELECT p.id, p.birth_name::text, p.first_given_name::text, p.birth_date, p.sex::text, p.identity_status::text,
           EXISTS (SELECT 1 FROM access_opposition o WHERE o.patient_id = p.id AND o.lifted_at IS NULL
                   AND (o.practice_id = {ACTOR_PRACTICE} OR (o.practice_id IS NULL AND o.network_id IS NULL)))
    FROM patients_patient p
    WHERE p.public_id = p_public AND p.active AND p.identity_flags !~ 'FICT|CACH'
      AND EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_professional d ON d.id = pr.professional_id
                  WHERE pr.id = {ACTOR_PRACTICE} AND d.category = 'sante')
    """,
    volatile="STABLE",
)

MAY_REVIEW = rls.definer_function(
    "access_may_review(p_patient bigint)",
    "boolean",
    f"""
    SELECT EXISTS (SELECT 1 FROM accounts_user u WHERE u.id = {ACTOR_USER} AND u.platform_admin AND u.is_active)
        OR EXISTS (SELECT 1 FROM directory_practitionerrole pr WHERE pr.id = {ACTOR_PRACTICE} AND pr.role_code = 'dpo'
                   AND pr.starts_at <= statement_timestamp() AND (pr.ends_at IS NULL OR pr.ends_at > statement_timestamp()))
        OR EXISTS (SELECT 1 FROM access_networkpatient np
                   JOIN networks_networkmembership m ON m.network_id = np.network_id
                   WHERE np.patient_id = p_patient AND m.practice_id = {ACTOR_PRACTICE} AND m.role = 'administration'
                     AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
                     AND np.starts_at <= statement_timestamp() AND (np.ends_at IS NULL OR np.ends_at > statement_timestamp()))
    """,
    volatile="STABLE",
)

QUEUE = rls.definer_function(
    "access_emergency_queue(p_public uuid, p_reviewed boolean)",
    "TABLE (public_id uuid, patient_public uuid, patient_id bigint, professional text, role text, organization text,"
    " starts_at timestamptz, ends_at timestamptz, motive text, explanation text, reviewed_at timestamptz,"
    " review_result text, review_comment text, own boolean)",
    f"""
    SELECT e.public_id, p.public_id, e.patient_id, btrim(d.civility || ' ' || d.given_name || ' ' || d.family_name),
           pr.role_label::text, o.name::text, e.starts_at, e.ends_at, e.motive::text, e.explanation, e.reviewed_at,
           e.review_result::text, e.review_comment, coalesce(e.user_id = {ACTOR_USER}, false)
    FROM access_emergencyaccess e
    JOIN patients_patient p ON p.id = e.patient_id
    JOIN directory_practitionerrole pr ON pr.id = e.practice_id
    JOIN directory_professional d ON d.id = pr.professional_id
    JOIN directory_organization o ON o.id = pr.organization_id
    WHERE (p_public IS NULL OR e.public_id = p_public)
      AND (p_reviewed IS NULL OR (e.reviewed_at IS NOT NULL) = p_reviewed) AND access_may_review(e.patient_id)
    ORDER BY e.starts_at DESC LIMIT 200
    """,
    volatile="STABLE",
)

REVIEW = rls.definer_function(
    "access_review_emergency(p_public uuid, p_result text, p_comment text)",
    "bigint",
    f"""
    DECLARE found access_emergencyaccess;
    BEGIN
      SELECT * INTO found FROM access_emergencyaccess e WHERE e.public_id = p_public FOR UPDATE;
      IF found.id IS NULL OR NOT access_may_review(found.patient_id) THEN {_REFUSE} 'role_missing'; END IF;
      IF found.user_id IS NOT DISTINCT FROM {ACTOR_USER} THEN {_REFUSE} 'role_missing'; END IF;
      IF found.reviewed_at IS NOT NULL OR p_result NOT IN ('legitime', 'illegitime', 'formation') THEN
        {_REFUSE} 'state';
      END IF;
      UPDATE access_emergencyaccess SET reviewed_at = statement_timestamp(), reviewed_by_id = {ACTOR_PRACTICE},
          review_result = p_result, review_comment = p_comment
      WHERE id = found.id;
      RETURN found.patient_id;
    END
    """,
    language="plpgsql",
)

ALL = (IDENTITY, MAY_REVIEW, QUEUE, REVIEW)
