"""SQL of the INS: the numbers' table is written by one function, emptied by a trigger, read for QUAL identities only."""

from pepites.access.sql import reaches, section_table
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE, ACTOR_USER, TRUSTED, WEB, WORKER, trigger_function
from pepites.identity.functions import CELL, REFUSE
from pepites.identity.sql import cell_branch

IDENTITY, EVENT, INS, CALL = (
    "identity_domainidentity",
    "identity_domainidentityevent",
    "identity_ins",
    "identity_insicall",
)
NOBODY = f"{ACTOR_PRACTICE} IS NULL AND {ACTOR_USER} IS NULL"

# INS-5: a purely social body is outside the « cercle de confiance » until the DPO says otherwise.
_SOCIAL_BODY = (
    "EXISTS (SELECT 1 FROM directory_practitionerrole pr JOIN directory_organization o ON o.id = pr.organization_id"
    " JOIN directory_professional d ON d.id = pr.professional_id"
    f" WHERE pr.id = {ACTOR_PRACTICE} AND o.kind = 'social' AND d.category <> 'sante')"
)

# §2.1: matricule and OID leave the active slot with the status, whoever lowers it.
EMPTY_SLOT = trigger_function(
    "identity_empty_ins",
    """
    BEGIN
      IF NEW.status NOT IN ('RECUP', 'QUAL') OR NEW.doubtful OR NEW.fictitious OR NOT NEW.active THEN
        DELETE FROM identity_ins n WHERE n.identity_id = NEW.id AND n.active AND EXISTS (SELECT 1 FROM identity_ins f
          WHERE f.identity_id = n.identity_id AND NOT f.active AND f.oid = n.oid AND f.matricule = n.matricule);
        UPDATE identity_ins SET active = false, former_since = statement_timestamp()
        WHERE identity_id = NEW.id AND active;
      END IF;
      RETURN NULL;
    END
    """,
)

# §2.1: an active number stands only under RECUP or QUAL; the same number on two persons is a double to examine.
INS_GUARD = trigger_function(
    "identity_ins_guard",
    f"""
    BEGIN
      IF NEW.active AND NOT EXISTS (SELECT 1 FROM identity_domainidentity i WHERE i.id = NEW.identity_id
          AND i.patient_id = NEW.patient_id AND i.active AND i.status IN ('RECUP', 'QUAL')) THEN {REFUSE} 'state';
      END IF;
      IF NEW.active THEN
        INSERT INTO identity_doublecandidate (public_id, patient_id, other_id, fingerprint, source, line_traits, score,
          reasons, comment, state, decision_reason)
        SELECT gen_random_uuid(), least(n.patient_id, NEW.patient_id), greatest(n.patient_id, NEW.patient_id), '',
          'INS', '{{}}', 99, ARRAY['même INS'], '', 'ouvert', ''
        FROM identity_ins n WHERE n.fingerprint = NEW.fingerprint AND n.active AND n.patient_id <> NEW.patient_id
        ON CONFLICT DO NOTHING;
      END IF;
      INSERT INTO identity_identityblock (key, patient_id)
      VALUES (('x' || left(NEW.fingerprint, 16))::bit(64)::bigint, NEW.patient_id) ON CONFLICT DO NOTHING;
      RETURN NEW;
    END
    """,
)

# INSI-4: only an answer that proposes may be accepted, once; the base dates the decision.
CALL_GUARD = trigger_function(
    "identity_insicall_guard",
    f"""
    BEGIN
      IF NEW.state = OLD.state THEN RETURN NEW; END IF;
      IF NEW.state IN ('acceptee', 'refusee') AND OLD.state <> 'proposee' THEN {REFUSE} 'state'; END IF;
      IF NEW.state = 'proposee' THEN {REFUSE} 'state'; END IF;
      NEW.decided_at := statement_timestamp();
      RETURN NEW;
    END
    """,
)

TRIGGERS = f"""
CREATE TRIGGER identity_empty_ins AFTER UPDATE ON {IDENTITY} FOR EACH ROW
  WHEN (NEW.status IS DISTINCT FROM OLD.status OR NEW.active IS DISTINCT FROM OLD.active)
  EXECUTE FUNCTION identity_empty_ins();
CREATE TRIGGER identity_ins_guard BEFORE INSERT ON {INS} FOR EACH ROW EXECUTE FUNCTION identity_ins_guard();
CREATE TRIGGER identity_insicall_guard BEFORE UPDATE ON {CALL} FOR EACH ROW EXECUTE FUNCTION identity_insicall_guard();
"""

_ACCEPTED = (
    "EXISTS (SELECT 1 FROM identity_insicall c WHERE c.identity_id = p_identity AND c.state = 'acceptee'"
    " AND c.decided_at >= transaction_timestamp())"
)
_BY_APP = (
    "EXISTS (SELECT 1 FROM identity_documentcheck c WHERE c.identity_id = p_identity AND c.device_id = 'AV'"
    " AND c.accepted AND c.revoked_at IS NULL AND c.recorded_at >= transaction_timestamp() - interval '1 minute')"
)

STORE = rls.definer_function(
    "identity_store_ins(p_identity bigint, p_source text, p_environment text, p_active jsonb, p_former jsonb)",
    "void",
    f"""
    DECLARE person bigint;
    BEGIN
      SELECT i.patient_id INTO person FROM identity_domainidentity i WHERE i.id = p_identity AND i.active FOR UPDATE;
      IF person IS NULL OR NOT ({TRUSTED} OR access_actor_level(person) >= 2 OR {CELL}) THEN
        {REFUSE} 'level_too_low';
      END IF;
      IF NOT ((p_source = 'insi' AND {_ACCEPTED}) OR (p_source = 'appcv' AND {_BY_APP})) THEN {REFUSE} 'state'; END IF;
      INSERT INTO identity_ins (public_id, patient_id, identity_id, oid, matricule, fingerprint, active, source,
        environment, starts_on, ends_on, former_since)
      SELECT gen_random_uuid(), person, p_identity, f.oid, f.matricule, f.fingerprint, false, p_source, p_environment,
        f.starts_on, f.ends_on, statement_timestamp()
      FROM jsonb_to_recordset(p_former) AS f(oid text, matricule text, fingerprint text, starts_on date, ends_on date)
      ON CONFLICT DO NOTHING;
      IF EXISTS (SELECT 1 FROM identity_ins n WHERE n.identity_id = p_identity AND n.active
          AND n.oid = p_active ->> 'oid' AND n.matricule = p_active ->> 'matricule') THEN RETURN; END IF;
      DELETE FROM identity_ins n WHERE n.identity_id = p_identity AND n.active AND EXISTS (SELECT 1 FROM identity_ins f
        WHERE f.identity_id = p_identity AND NOT f.active AND f.oid = n.oid AND f.matricule = n.matricule);
      UPDATE identity_ins SET active = false, former_since = statement_timestamp()
      WHERE identity_id = p_identity AND active;
      INSERT INTO identity_ins (public_id, patient_id, identity_id, oid, matricule, fingerprint, active, source,
        environment)
      VALUES (gen_random_uuid(), person, p_identity, p_active ->> 'oid', p_active ->> 'matricule',
        p_active ->> 'fingerprint', true, p_source, p_environment);
    END
    """,
    language="plpgsql",
)

TO_VERIFY = rls.definer_function(
    "identity_ins_to_verify(p_identity bigint)",
    "TABLE (oid text, matricule text)",
    f"""
    SELECT n.oid::text, n.matricule::text FROM identity_ins n JOIN identity_domainidentity i ON i.id = n.identity_id
    WHERE n.identity_id = p_identity AND n.active AND i.active AND i.status IN ('RECUP', 'QUAL')
      AND ({TRUSTED} OR access_actor_level(n.patient_id) >= 2 OR {CELL})
    """,
    volatile="STABLE",
)

FUNCTIONS = (EMPTY_SLOT, INS_GUARD, CALL_GUARD, STORE, TO_VERIFY)


def _read_ins() -> str:
    qualified = f"EXISTS (SELECT 1 FROM {IDENTITY} i WHERE i.id = {INS}.identity_id AND i.active AND i.status = 'QUAL')"
    return f"{qualified} AND NOT {_SOCIAL_BODY} AND ({reaches(f'{INS}.patient_id', 1)} OR {CELL})"


def _job_policies() -> list[str]:
    """The nightly verification: identities that INSi once answered for, and what it writes (§2.8)."""
    known = f"({NOBODY}) AND {IDENTITY}.insi_called_at IS NOT NULL"
    job = (WORKER,)
    return [
        rls.policy(IDENTITY, "job_verify_read", "SELECT", using=known, to=job),
        rls.policy(IDENTITY, "job_verify_mark", "UPDATE", using=known, check=known, to=job),
        rls.policy(EVENT, "job_verify_note", "INSERT", check=NOBODY, to=job),
        rls.policy(INS, "job_verify_number", "SELECT", using=f"({NOBODY}) AND active", to=job),
        rls.policy(CALL, "job_verify_calls", "SELECT", using=NOBODY, to=job),
        rls.policy(CALL, "job_verify_call", "INSERT", check=NOBODY, to=job),
    ]


POLICIES = "\n".join(
    [
        rls.enable(INS),
        rls.composite_key(INS),
        rls.grant(INS, "SELECT"),
        rls.policy(INS, "ins_of_qualified", "SELECT", using=_read_ins()),
        section_table(CALL, read=2, write=2),
        cell_branch(CALL, "SELECT", "INSERT", "UPDATE"),
        f"REVOKE UPDATE ON {CALL} FROM {WEB}, {WORKER};",
        f"GRANT UPDATE (state, decided_by_id, decided_at, decision_reason, issue, issue_closed_at) ON {CALL} TO {WEB}, {WORKER};",
        section_table("identity_filiation", read=2, write=2),
        cell_branch("identity_filiation", "SELECT", "INSERT", "UPDATE"),
        *_job_policies(),
    ]
)
