"""Who administers a network; the database checks the same (migration 0002)."""

from pepites.common.actor import Actor, ActorKind
from pepites.common.decision import Decision, Reason, allow, deny


def can_administer_network(actor: Actor, network_id: int) -> Decision:
    """The network's administrators, the platform's, and the house itself (command, job)."""
    if actor.ref.kind in (ActorKind.SYSTEM, ActorKind.JOB):
        return allow("systeme")
    if actor.platform_admin or network_id in actor.administered:
        return allow("administration")
    return deny(Reason.ROLE_MISSING)
