"""The server is temporary: once closed, nothing is linked, fed nor decided any more; what was linked stays readable."""

from typing import Final

from pepites.common.rls import trigger_function
from pepites.regional.functions.base import CLOSED, CONFLICT

_DECIDED = ("regional_regionalrecord", "regional_link", "regional_card", "regional_nonlink")
REFUSE_CLOSED = trigger_function(
    "regional_refuse_closed", f"BEGIN IF {CLOSED} THEN {CONFLICT} 'server_closed'; END IF; RETURN NULL; END"
)
TRIGGERS = "\n".join(
    f"CREATE TRIGGER regional_closed BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT"
    " EXECUTE FUNCTION regional_refuse_closed();"
    for table in _DECIDED
)
LOCK_ALL = f"LOCK TABLE {', '.join(_DECIDED)} IN EXCLUSIVE MODE"

# What an export holds: identifiers and decisions, no trait.
_SYSTEM = "coalesce(nullif({0}.oid, ''), {0}.uri)"
EXPORTED: Final[tuple[tuple[str, tuple[str, ...], str], ...]] = (
    (
        "domaines.csv",
        ("code", "systeme", "nom", "actif", "referent", "charte_signee_le"),
        (
            f"SELECT d.code, {_SYSTEM.format('d')}, d.name, d.active, d.referent, d.charter_signed_on"
            " FROM regional_domain d ORDER BY d.code"
        ),
    ),
    (
        "liens.csv",
        (
            "identifiant_regional", "domaine", "systeme", "identifiant_local", "statut", "identite_active", "lien_actif",
            "origine", "score", "regles", "motif", "depuis", "jusqu_a", "motif_de_fin",
        ),
        (
            f"SELECT p.irp, d.code, {_SYSTEM.format('d')}, r.local_id, r.status, r.active, l.active, l.origin, l.score,"
            " l.rule_version, l.reason, l.created_at, l.ended_at, l.ended_reason FROM regional_link l"
            " JOIN regional_regionalperson p ON p.id = l.person_id JOIN regional_regionalrecord r ON r.id = l.record_id"
            " JOIN regional_domain d ON d.id = r.domain_id ORDER BY l.id"
        ),
    ),
    (
        "non-liens.csv",
        ("domaine_1", "identifiant_1", "domaine_2", "identifiant_2", "motif", "depuis", "leve_le"),
        (
            "SELECT a.code, x.local_id, b.code, y.local_id, n.reason, n.created_at, n.lifted_at FROM regional_nonlink n"
            " JOIN regional_regionalrecord x ON x.id = n.one_id JOIN regional_domain a ON a.id = x.domain_id"
            " JOIN regional_regionalrecord y ON y.id = n.two_id JOIN regional_domain b ON b.id = y.domain_id ORDER BY n.id"
        ),
    ),
    (
        "identifiants-remplaces.csv",
        ("identifiant_regional", "remplace_par", "depuis_la_creation"),
        (
            "SELECT p.irp, q.irp, p.created_at FROM regional_regionalperson p"
            " JOIN regional_regionalperson q ON q.id = p.merged_into_id ORDER BY p.id"
        ),
    ),
)  # fmt: skip
