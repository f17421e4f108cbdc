"""Who may answer a form about a person, and who may prepare one: pure functions, deny by default."""

from pepites.access.policies import practising
from pepites.assessments.enums import ENDED, AssessmentState
from pepites.common.actor import Actor
from pepites.common.decision import Decision, Reason, allow, deny


def can_assess(actor: Actor, level: int, needed: int) -> Decision:
    """An assessment is signed by a place of practice that reads what it writes (coordination §2.4-4)."""
    return deny(Reason.NO_CONTEXT) if actor.practice_id is None else practising(actor, level, needed)


def can_change(actor: Actor, author_id: int, state: str, *, ended: bool) -> Decision:
    """Only the author goes on with a draft, corrects or withdraws what is ended."""
    if actor.practice_id is None or actor.practice_id != author_id:
        return deny(Reason.NOT_AUTHOR)
    right = state in ENDED if ended else state == AssessmentState.DRAFT
    return allow("auteur") if right else deny(Reason.STATE)
