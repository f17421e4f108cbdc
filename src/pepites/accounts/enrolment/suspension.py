"""Accounts that stop by themselves: unused for ninety days, or opened for a time that is over (RIE §6.3)."""

from collections.abc import Iterable

from django.db.models import Q

from pepites.accounts.enrolment.enums import DORMANT, Suspension
from pepites.accounts.models import User
from pepites.accounts.services.sessions import end_all_sessions
from pepites.audit.unit import current, record
from pepites.common.clock import now, today


def suspend_due() -> int:
    """Suspend what is due, in the unit under way; how many. The last administrator of the platform is left in."""
    limit = now() - DORMANT
    unused = Q(last_login__lt=limit) | Q(last_login__isnull=True, created_at__lt=limit)
    active = User.objects.filter(is_active=True, demo=False)
    over = active.filter(enrolment__ends_on__lt=today(), national_id__isnull=True)
    count = _suspend(over, Suspension.OVER)
    dormant = list(active.filter(unused, is_active=True).order_by("pk"))
    if not active.filter(platform_admin=True, is_active=True).exclude(pk__in=[one.pk for one in dormant]).exists():
        dormant = [one for one in dormant if not one.platform_admin]
    return count + _suspend(dormant, Suspension.DORMANT)


def _suspend(users: Iterable[User], reason: Suspension) -> int:
    count = 0
    for user in users:
        changed = User.objects.filter(pk=user.pk, is_active=True).update(is_active=False, suspension=reason)
        if changed:
            end_all_sessions(actor=current().actor, user=user)
            record("accounts.account.suspended", action="U", object_type="user", object_id=user.public_id,
                   detail={"reason": str(reason)})  # fmt: skip
            count += 1
    return count
