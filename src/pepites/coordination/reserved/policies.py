"""Who may write down that a child's situation was reported (coordination §2.3)."""

from datetime import date

from pepites.access.enums import Level
from pepites.access.policies import practising
from pepites.common.actor import Actor
from pepites.common.decision import Decision
from pepites.identity.policies import MAJORITY
from pepites.identity.selectors.labels import age_years


def can_report(actor: Actor, level: int) -> Decision:
    """Whoever works with the child: the law makes it a duty, so that no network withholds it (L.226-2-1)."""
    return practising(actor, level, Level.SOCIAL)


def concerns_a_minor(birth_date: date | None, day: date) -> bool:
    """Whether the person may be a minor; an unknown birth date does not stop a report."""
    if birth_date is None:
        return True
    return age_years(birth_date, day) < MAJORITY
