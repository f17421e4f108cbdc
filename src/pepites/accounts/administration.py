"""What the administration screens read."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from pepites.accounts.models import User
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


def search_accounts(actor: Actor, text: str) -> list[User]:
    """Accounts the actor administers (``policies.can_administer_account``), by words of identifier or name."""
    users = User.objects.select_related("professional").order_by("professional__sort_key", "login")
    if not actor.platform_admin:
        users = users.filter(platform_admin=False, network_id__in=actor.administered)
    for word in sort_key(text).split():
        users = users.filter(Q(login__icontains=word) | Q(professional__sort_key__icontains=word))
    return list(users[:LIMIT])
