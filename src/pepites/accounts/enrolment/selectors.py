"""What the screens of local accounts read."""

from dataclasses import dataclass
from datetime import date, timedelta

from pepites.accounts.enrolment.models import LocalEnrolment
from pepites.common.actor import Actor
from pepites.common.clock import today

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class LocalAccounts:
    """Requests that wait, accounts in force (those that end first come first), and today."""

    waiting: list[LocalEnrolment]
    held: list[LocalEnrolment]
    today: date
    soon: date


def local_accounts(actor: Actor) -> LocalAccounts:
    """Those of the networks the actor administers."""
    rows = LocalEnrolment.objects.select_related(
        "network", "organization", "requested_by__professional", "user__professional"
    )
    if not actor.platform_admin:
        rows = rows.filter(network_id__in=actor.administered)
    day = today()
    waiting = rows.filter(approved_at__isnull=True, refused_at__isnull=True).order_by("requested_at")
    held = rows.filter(approved_at__isnull=False, user__national_id__isnull=True).order_by("ends_on", "pk")
    return LocalAccounts(list(waiting[:200]), list(held[:500]), day, day + SOON)


def waiting_count(actor: Actor) -> int:
    """How many requests the actor may answer: those that somebody else made."""
    rows = LocalEnrolment.objects.filter(approved_at__isnull=True, refused_at__isnull=True)
    rows = rows.exclude(requested_by_id=actor.user_id)
    return (rows if actor.platform_admin else rows.filter(network_id__in=actor.administered)).count()
