"""What the screens read of networks and their members."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, now
from pepites.common.errors import NotFound, Refused
from pepites.networks.enums import TRAINING_PREFIX, MemberRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.policies import can_administer_network


def in_force() -> Q:
    """Memberships whose dates hold now."""
    moment = now()
    return Q(starts_at__lte=moment) & (Q(ends_at__isnull=True) | Q(ends_at__gt=moment))


def networks_of_professional(professional_id: int) -> frozenset[int]:
    """Networks where the professional has a role, whatever the place of practice."""
    rows = NetworkMembership.objects.filter(in_force(), practice__professional_id=professional_id)
    return frozenset(rows.values_list("network_id", flat=True))


def networks_administered_by(actor: Actor) -> list[Network]:
    """Networks the actor administers: all of them for the platform's administrators."""
    networks = Network.objects.filter(active=True)
    if not actor.platform_admin:
        networks = networks.filter(pk__in=actor.administered)
    return list(networks.order_by("name"))


def administered_network(actor: Actor, slug: str, *, code: str = "networks.refused") -> Network:
    """The network of that slug, for who administers it; ``code`` is the journal's, should it be refused."""
    network = network_by_slug(slug)
    if network is None:
        raise NotFound
    decision = can_administer_network(actor, network.pk)
    if not decision:
        raise Refused(decision, code=code, object_type="network", object_id=slug)
    return network


def coordinated_networks(actor: Actor) -> list[Network]:
    """Networks in service that the actor coordinates."""
    return list(Network.objects.filter(pk__in=actor.coordinated, active=True).order_by("name"))


def active_networks() -> list[Network]:
    """Every network in service; training copies are none of the region's."""
    found = Network.objects.filter(active=True).exclude(slug__startswith=TRAINING_PREFIX)
    return list(found.order_by("name"))


def network_by_slug(slug: str) -> Network | None:
    """The network of that slug."""
    return Network.objects.filter(slug=slug, active=True).first()


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One member, ready to print."""

    id: int
    name: str
    profession: str
    place: str
    role: str
    role_label: str
    since: str
    practice_public_id: UUID


def members_of(network: Network) -> list[MemberLine]:
    """Members in force, by role then by name."""
    order = {role: position for position, role in enumerate((MemberRole.ADMINISTRATOR, MemberRole.COORDINATION))}
    rows = (
        NetworkMembership.objects.filter(in_force(), network=network)
        .select_related("practice__professional", "practice__organization")
        .order_by("practice__professional__sort_key")
    )
    lines = [
        MemberLine(
            row.pk, row.practice.professional.display_name, row.practice.role_label, row.practice.organization.name,
            row.role, MemberRole(row.role).label, row.starts_at.astimezone(CAYENNE).strftime("%d/%m/%Y"),
            row.practice.public_id,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(lines, key=lambda line: order.get(MemberRole(line.role), 2))
