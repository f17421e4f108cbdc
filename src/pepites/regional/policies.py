"""Who may do what on the regional server: its cell, and the domains for their own identities."""

from pepites.common.actor import Actor, ActorKind
from pepites.common.decision import Decision, Reason, allow, deny


def is_cell(actor: Actor) -> Decision:
    """The region's identity cell: it alone reads the traits of other domains and decides (STIC-8, STIC-10)."""
    return allow("cellule") if actor.identity_cell else deny(Reason.ROLE_MISSING)


def may_set_domain(actor: Actor) -> Decision:
    """Declare a domain: the cell, or a command on the server."""
    return allow("commande") if actor.ref.kind is ActorKind.SYSTEM else is_cell(actor)


def may_take_figures(actor: Actor) -> Decision:
    """Count a day: the nightly job, or a command on the server."""
    kinds = (ActorKind.JOB, ActorKind.SYSTEM)
    return allow("commande") if actor.ref.kind in kinds else deny(Reason.ROLE_MISSING)
