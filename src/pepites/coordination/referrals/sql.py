"""Policies of the demandes: read by who asked and by who is asked; changed by who is asked."""

from pepites.access.sql import COORDINATED, OWN_ORGANIZATION, reaches
from pepites.common import rls
from pepites.common.rls import ACTOR_PRACTICE

TABLE = "coordination_referral"
CHANGED = (
    "patient_id, state, level, urgency, note, reason, answer, means, qualified_at, qualified_by_id, decided_at,"
    " decided_by_id, closed_at"
)


def _asked(table: str) -> str:
    """Who is asked, as long as the person, once known, is open to them: an opposition closes the demande too."""
    column = f"{table}.patient_id"
    return (
        f"(({table}.network_id = ANY({COORDINATED}) OR {table}.organization_id = {OWN_ORGANIZATION})"
        f" AND ({column} IS NULL OR {reaches(column, 1)}))"
    )


def _mine(table: str) -> str:
    return f"{table}.requester_practice_id = {ACTOR_PRACTICE}"


# The form of the public: nobody is signed in. It only adds, and only where the network's settings open it.
RECEIVE = rls.definer_function(
    "coordination_receive_referral(p_network bigint, p_public uuid, p_values jsonb)",
    "boolean",
    """
    DECLARE held record;
    BEGIN
      SELECT k.id, k.sections #>> '{demandes,public}' AS open INTO held FROM networks_networkpack k
      JOIN networks_network n ON n.id = k.network_id AND n.active
      WHERE k.network_id = p_network AND k.state = 'publie' ORDER BY k.number DESC LIMIT 1;
      IF held.open IS DISTINCT FROM 'true' THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      INSERT INTO coordination_referral (public_id, network_id, pack_id, requester_kind, requester_name,
        requester_contact, about_person, family_name, given_name, birth_date, commune_cog, phone, motive, urgency,
        informed, questions, score, state, level, note, reason, answer, means)
      SELECT p_public, p_network, held.id, v.requester_kind, v.requester_name, v.requester_contact, v.about_person,
        v.family_name, v.given_name, v.birth_date, v.commune_cog, v.phone, v.motive, v.urgency, v.informed,
        p_values -> 'questions', v.score, 'recue', '', '', '', '', ''
      FROM jsonb_to_record(p_values) AS v(requester_kind text, requester_name text, requester_contact text,
        about_person boolean, family_name text, given_name text, birth_date date, commune_cog text, phone text,
        motive text, urgency text, informed boolean, score integer)
      ON CONFLICT (public_id) DO NOTHING;
      IF NOT FOUND THEN RETURN false; END IF;
      INSERT INTO coordination_referralfile (public_id, referral_id, rank, name, content_type, size, sha256, blob)
      SELECT gen_random_uuid(), r.id, f.rank, f.name, f.content_type, f.size, f.sha256, f.blob
      FROM coordination_referral r, jsonb_to_recordset(coalesce(p_values -> 'files', '[]')) AS f(rank integer,
        name text, content_type text, size integer, sha256 text, blob text) WHERE r.public_id = p_public;
      RETURN true;
    END
    """,
    language="plpgsql",
)

_HANDED = (
    "requester_practice_id, requester_kind, requester_name, requester_contact, about_person, family_name, given_name,"
    " birth_date, commune_cog, phone, motive, urgency, informed, questions, score"
)
_FILED = "rank, name, content_type, size, sha256, blob"
# A demande sent elsewhere, with its files in quarantine again, keeps its requester, in whose name a policy lets nobody else write.
HAND_OVER = rls.definer_function(
    "coordination_hand_referral(p_referral bigint, p_public uuid, p_network bigint, p_organization bigint)",
    "void",
    f"""
    BEGIN
      INSERT INTO coordination_referral (public_id, network_id, organization_id, pack_id, previous_id, received_at,
        state, level, note, reason, answer, means, {_HANDED})
      SELECT p_public, p_network, p_organization, (SELECT k.id FROM networks_networkpack k
          WHERE k.network_id = p_network AND k.state = 'publie' ORDER BY k.number DESC LIMIT 1),
        r.id, clock_timestamp(), 'recue', '', '', '', '', '', {_HANDED}
      FROM coordination_referral r
      WHERE r.id = p_referral AND r.state = 'reorientee' AND r.decided_by_id = {ACTOR_PRACTICE} AND {_asked("r")};
      IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE403', MESSAGE = 'role_missing';
      END IF;
      INSERT INTO coordination_referralfile (public_id, referral_id, {_FILED})
      SELECT gen_random_uuid(), n.id, {_FILED} FROM coordination_referralfile f JOIN coordination_referral n
        ON n.public_id = p_public WHERE f.referral_id = p_referral;
    END
    """,
    language="plpgsql",
)


def _table(table: str, *, history: bool) -> str:
    read = f"{_asked(table)} OR {_mine(table)}"
    column = f"{table}.patient_id"
    sent = f"{_mine(table)} AND ({column} IS NULL OR {reaches(column, 2)})"
    parts = [
        rls.enable(table),
        rls.grant(table, "SELECT", "INSERT"),
        rls.policy(table, f"{table}_read", "SELECT", using=read),
    ]
    if history:
        parts.append(rls.policy(table, f"{table}_add", "INSERT", check=f"{_asked(table)} OR {sent}"))
    else:
        parts += [
            rls.policy(table, f"{table}_add", "INSERT", check=f"{table}.state = 'recue' AND {sent}"),
            f"GRANT UPDATE ({CHANGED}) ON {table} TO pepites_web, pepites_worker;",
            rls.policy(table, f"{table}_change", "UPDATE", using=_asked(table), check=_asked(table)),
            rls.composite_key(table),
        ]
    return "\n".join(parts)


ALL = "\n".join([_table(TABLE, history=False), _table(f"{TABLE}event", history=True), RECEIVE, HAND_OVER])

FILE = "coordination_referralfile"


def _files() -> str:
    """Read and let out by who is asked; added by who sends, who reads nothing back."""
    of = f"EXISTS (SELECT 1 FROM {TABLE} r WHERE r.id = {FILE}.referral_id AND "
    asked = f"{of}{_asked('r')})"
    sent = f"{of}{_mine('r')} AND r.state = 'recue')"
    return "\n".join(
        [
            rls.enable(FILE),
            rls.composite_key(FILE),
            rls.grant(FILE, "SELECT", "INSERT"),
            f"GRANT UPDATE (patient_id, released_at, released_by_id) ON {FILE} TO {rls.WEB}, {rls.WORKER};",
            rls.policy(FILE, "file_read", "SELECT", using=asked),
            rls.policy(FILE, "file_send", "INSERT", check=f"{FILE}.released_at IS NULL AND {sent}"),
            rls.policy(FILE, "file_release", "UPDATE", using=asked, check=asked),
            # The job documents.remove_orphans must know every name in use, or it would remove a file somebody needs.
            rls.policy(FILE, "job_orphans_read", "SELECT", to=(rls.WORKER,), using=f"{ACTOR_PRACTICE} IS NULL"),
        ]
    )


FILES = (_files(), RECEIVE, HAND_OVER)
"""What migration 0028 adds, and the two functions that it makes again."""
