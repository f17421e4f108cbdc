"""Whether Pro Santé Connect is down, what a person holds against it, which uses wait to be looked at."""

from dataclasses import dataclass
from datetime import datetime

from pepites.accounts.models import DeclaredOutage, EmergencyCode, EmergencySeries, User
from pepites.accounts.outage.enums import Outage
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.ports import identity_provider
from pepites.common.actor import Actor
from pepites.common.clock import now


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sheet in force of one account, for its page."""

    left: int
    expires_at: datetime


def outage_declared() -> DeclaredOutage | None:
    """The outage somebody declared, in force now."""
    return DeclaredOutage.objects.filter(starts_at__lte=now(), ends_at__gt=now()).order_by("-ends_at").first()


def outage_known() -> bool:
    """Whether the way by an emergency code is shown: declared, or already found by this server; nobody is asked."""
    provider = identity_provider()
    return provider is not None and (provider.is_down(ask=False) or outage_declared() is not None)


def sheet_of(user: User) -> Sheet | None:
    """The codes the person still holds, None when they hold none that serves."""
    held = EmergencySeries.objects.filter(user=user, disabled_at__isnull=True, expires_at__gt=now()).first()
    if held is None:
        return None
    return Sheet(held.codes.filter(used_at__isnull=True).count(), held.expires_at)


def uses_to_review(actor: Actor) -> list[EmergencyCode]:
    """Codes used that nobody has looked at, the oldest first; one's own are for another."""
    if not can_administer_platform(actor):
        return []
    rows = EmergencyCode.objects.filter(used_at__isnull=False, reviewed_at__isnull=True)
    rows = rows.exclude(series__user_id=actor.user_id or 0).select_related("series__user__professional")
    return list(rows.order_by("used_at")[:100])


def last_use_since(user: User, moment: datetime | None) -> EmergencyCode | None:
    """The last code of that person used since then: told to them when they come back."""
    rows = EmergencyCode.objects.filter(series__user=user, used_at__isnull=False)
    return (rows.filter(used_at__gt=moment) if moment else rows).order_by("-used_at").first()


__all__ = ["Outage", "Sheet", "last_use_since", "outage_declared", "outage_known", "sheet_of", "uses_to_review"]
