"""Who may do what to a plan."""

from pepites.access.enums import Level
from pepites.common.actor import Actor
from pepites.common.decision import Decision, Reason, deny
from pepites.coordination.plan.enums import PlanState
from pepites.coordination.policies import can_read_file


def can_write_plan(actor: Actor, level: int, state: str = PlanState.DRAFT) -> Decision:
    """The draft, its publication and its end: whoever reads all of it, in a place of practice, while it is open."""
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    if state == PlanState.CLOSED:
        return deny(Reason.STATE)
    decision = can_read_file(actor, level)
    if not decision or level >= Level.FULL:
        return decision
    return deny(Reason.LEVEL_TOO_LOW)


def can_agree(actor: Actor, level: int, state: str) -> Decision:
    """Confirm a version one is named in, or collect the person's signature: from the social level."""
    if actor.practice_id is None:
        return deny(Reason.NO_CONTEXT)
    return deny(Reason.STATE) if state == PlanState.CLOSED else can_read_file(actor, level)
