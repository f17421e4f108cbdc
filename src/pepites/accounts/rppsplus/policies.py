"""Who carries which structure through RPPS+: its own managers, and the platform's administrators; nobody else's."""

from pepites.accounts.policies import can_administer_platform
from pepites.accounts.rppsplus.models import StructureManager
from pepites.common.actor import Actor
from pepites.common.decision import Decision, Reason, allow, deny


def structures_managed(actor: Actor) -> frozenset[int]:
    """Structures the actor manages, by key."""
    if actor.user_id is None:
        return frozenset()
    rows = StructureManager.objects.filter(user_id=actor.user_id, ends_at__isnull=True)
    return frozenset(rows.values_list("organization_id", flat=True))


def can_follow_rpps(actor: Actor) -> Decision:
    """The board: whoever manages at least one structure."""
    if platform := can_administer_platform(actor):
        return platform
    if not actor.strong:
        return deny(Reason.WEAK_AUTHENTICATION)
    return allow("gestionnaire") if structures_managed(actor) else deny(Reason.ROLE_MISSING)


def can_manage_structure(actor: Actor, organization_id: int) -> Decision:
    """One structure's people (annuaire-et-authentification §6.3: a manager sees their own people only)."""
    if platform := can_administer_platform(actor):
        return platform
    if not actor.strong:
        return deny(Reason.WEAK_AUTHENTICATION)
    return allow("gestionnaire") if organization_id in structures_managed(actor) else deny(Reason.ROLE_MISSING)
