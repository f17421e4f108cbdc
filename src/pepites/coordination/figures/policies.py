"""Who reads the figures of a network (coordination P12)."""

from pepites.common.actor import Actor
from pepites.common.decision import Decision, Reason, allow, deny


def can_read_figures(actor: Actor, network_id: int) -> Decision:
    """Its coordination, and who administers it: figures alone, never a name."""
    if network_id in actor.coordinated:
        return allow("coordination")
    return allow("administration") if network_id in actor.administered else deny(Reason.ROLE_MISSING)


def can_narrow(actor: Actor, network_id: int) -> Decision:
    """Filters and free dates cross counts until one person stands out: for who reads the files anyway."""
    return allow("coordination") if network_id in actor.coordinated else deny(Reason.ROLE_MISSING)


def can_compare(actor: Actor) -> Decision:
    """Every network side by side: the region's cell."""
    return allow("cellule") if actor.identity_cell else deny(Reason.ROLE_MISSING)
