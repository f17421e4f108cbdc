"""What the administration screens read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from pepites.accounts.models import FederatedIdentity, FederatedSignIn, User
from pepites.accounts.policies import can_administer_platform
from pepites.audit.unit import current
from pepites.common.actor import Actor
from pepites.common.text import sort_key
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.selectors import in_force

T = TypeVar("T")
LIMIT = 30


def undo_on_error(work: Callable[[], T]) -> T:
    """Do ``work`` wholly or not at all: a form refused half-way leaves nothing behind, in the journal either."""
    lines = current().lines
    mark = len(lines)
    try:
        with transaction.atomic():
            return work()
    except Exception:
        del lines[mark:]
        raise


def network_cards(networks: list[Network]) -> list[tuple[Network, int]]:
    """Networks with how many places of practice they gather."""
    counts = dict(
        NetworkMembership.objects.filter(in_force(), network__in=networks)
        .values_list("network_id")
        .annotate(n=Count("practice_id", distinct=True))
    )
    return [(network, counts.get(network.pk, 0)) for network in networks]


def account_by_public_id(public_id: UUID) -> User | None:
    """An account, by public identifier."""
    return User.objects.select_related("professional").filter(public_id=public_id).first()


def account_by_login(login: str) -> User | None:
    """An account in service, by identifier."""
    return User.objects.select_related("professional").filter(login=login.strip().lower(), is_active=True).first()


def account_names(keys: set[int]) -> dict[int, str]:
    """The names behind accounts, by key."""
    users = User.objects.select_related("professional").filter(pk__in=keys)
    return {one.pk: one.professional.display_name if one.professional else one.login for one in users}


def search_accounts(actor: Actor, text: str) -> list[User]:
    """Accounts the actor administers (``policies.can_administer_account``), by words of identifier or name."""
    users = User.objects.select_related("professional").order_by("professional__sort_key", "login")
    if not actor.platform_admin:
        users = users.filter(platform_admin=False, network_id__in=actor.administered)
    for word in sort_key(text).split():
        users = users.filter(Q(login__icontains=word) | Q(professional__sort_key__icontains=word))
    return list(users[:LIMIT])


@dataclass(frozen=True, slots=True)
class WaitingAccount:
    """Somebody that Pro Santé Connect knows and that no network has brought in yet."""

    user: User
    name: str
    structures: tuple[str, ...]
    since: datetime


def waiting_accounts(actor: Actor) -> list[WaitingAccount]:
    """Accounts without any right, for the platform's administrators; the most recent first."""
    if not can_administer_platform(actor):
        return []
    users = User.objects.filter(
        national_id__isnull=False, professional__isnull=True, platform_admin=False, is_active=True
    ).order_by("-created_at")[:100]
    names = {one.user_id: one for one in FederatedIdentity.objects.filter(user__in=users).order_by("last_seen_at")}
    proofs = FederatedSignIn.objects.filter(identity__user__in=users).order_by("identity__user_id", "-at")
    latest = {one.identity.user_id: one for one in reversed(proofs.select_related("identity"))}
    return [_waiting(user, names.get(user.pk), latest.get(user.pk)) for user in users]


def _waiting(user: User, name: FederatedIdentity | None, proof: FederatedSignIn | None) -> WaitingAccount:
    said = [
        activity.get("structure") or activity.get("finess_site") or ""
        for one in (proof.exercices if proof else [])
        for activity in one["activities"]
    ]
    structures = tuple(dict.fromkeys(filter(None, said)))
    shown = f"{name.given_name} {name.family_name}".strip() if name else ""
    return WaitingAccount(user, shown or user.login, structures, user.created_at)
