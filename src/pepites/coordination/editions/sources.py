"""Finding what is to be printed again, under the rights of whoever asked: nothing when it may not be read."""

from collections.abc import Callable
from uuid import UUID

from pepites.assessments.selectors import assessment_visible_to
from pepites.common.actor import Actor
from pepites.coordination.editions.assessment import assessment_paper
from pepites.coordination.editions.enums import EditionKind
from pepites.coordination.editions.models import Edition
from pepites.coordination.editions.values import Paper
from pepites.coordination.plan.printing import plan_paper
from pepites.coordination.plan.selectors import plan_visible_to, version_visible_to


def _plan(actor: Actor, item: UUID, number: int) -> Paper | None:
    plan = plan_visible_to(actor, item)
    version = version_visible_to(actor, plan, number) if plan else None
    return plan_paper(plan, version) if plan and version else None


def _assessment(actor: Actor, item: UUID, number: int) -> Paper | None:
    """What stands in the file: neither a draft nor what was withdrawn."""
    del number
    one = assessment_visible_to(actor, item)
    return assessment_paper(one) if one and one.is_ended else None


_SOURCES: dict[str, Callable[[Actor, UUID, int], Paper | None]] = {
    EditionKind.PLAN: _plan,
    EditionKind.ASSESSMENT: _assessment,
}


def paper_of(actor: Actor, edition: Edition) -> Paper | None:
    """What that edition would say to the actor today."""
    return _SOURCES[edition.kind](actor, edition.item, edition.number)
