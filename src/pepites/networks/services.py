"""Writing on networks: the pilot ones, and their members."""

from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.packs.shipped import publish_shipped
from pepites.networks.policies import can_administer_network
from pepites.networks.review import EVERY

PILOTS = (
    ("maia", "MAIA – Géronto", "MAIA", 2, "usager"),
    ("diam", "DIAM – Diabète Amazonie Métabolisme", "DIAM", 5, "patient"),
    ("perinat", "Périnat – Enfance vulnérable", "Périnat", 7, "patient"),
)


def ensure_pilot_networks() -> list[Network]:
    """Create the three pilot networks, each with the pack it starts from, where they are missing.

    Run as the owner when a base is prepared; a network that published anything is left as it is.
    """
    networks = []
    for slug, name, short_name, colour, person_word in PILOTS:
        network, _ = Network.objects.get_or_create(
            slug=slug,
            defaults={"name": name, "short_name": short_name, "colour": colour, "person_word": person_word},
        )
        publish_shipped(network)
        networks.append(network)
    return networks


def add_membership(*, actor: Actor, network_id: int, practice_id: int, role: MemberRole) -> NetworkMembership:
    """Give a place of practice a role in a network; the membership already open is returned as it is.

    ``coordination`` opens every file of the network, hence the administrators only, here and in the database.
    """
    _require(actor, network_id)
    role = MemberRole(role)
    held = NetworkMembership.objects.filter(
        network_id=network_id, practice_id=practice_id, role=role, ends_at__isnull=True
    ).first()
    if held is not None:
        return held
    try:
        with transaction.atomic():
            membership = NetworkMembership.objects.create(
                network_id=network_id, practice_id=practice_id, role=role, starts_at=now()
            )
            _forget_suspended(network_id, practice_id, role)
    except IntegrityError:
        raise DomainError("Ce professionnel vient d'être ajouté par quelqu'un d'autre. Rechargez la page.") from None
    record(
        "networks.membership.added",
        action="C",
        object_type="practice",
        object_id=practice_id,
        detail={"network": network_id, "role": str(role)},
    )
    return membership


def end_membership(*, actor: Actor, network_id: int, membership_id: int) -> None:
    """End a member's role at once; a network keeps one administrator unless the platform's decide otherwise."""
    _require(actor, network_id)
    membership = NetworkMembership.objects.filter(pk=membership_id, network_id=network_id, ends_at__isnull=True).first()
    if membership is None:
        raise NotFound
    if membership.role == MemberRole.ADMINISTRATOR and not actor.platform_admin:
        others = NetworkMembership.objects.filter(
            network_id=network_id, role=MemberRole.ADMINISTRATOR, ends_at__isnull=True
        ).exclude(pk=membership_id)
        if not others.exists():
            raise DomainError("C'est le dernier administrateur du réseau : nommez-en un autre d'abord.")
    membership.ends_at = now()
    membership.save(update_fields=["ends_at"])
    record(
        "networks.membership.ended",
        action="U",
        object_type="practice",
        object_id=membership.practice_id,
        detail={"network": network_id, "role": membership.role},
    )


def drop_suspended(*, actor: Actor, membership: NetworkMembership) -> None:
    """Withdraw for good a role that was suspended: it leaves the list of the review."""
    _require(actor, membership.network_id)
    if not NetworkMembership.objects.filter(pk=membership.pk, suspended_at__isnull=False).update(suspended_at=None):
        raise NotFound
    record("networks.membership.ended", action="U", object_type="practice", object_id=membership.practice_id,
           detail={"network": membership.network_id, "role": membership.role})  # fmt: skip


def suspend_unconfirmed() -> int:
    """End the roles whose review is overdue by as many days as the setting says, in the unit under way; how many.

    The database ends them itself: the job that asks may change no role (RIE §6.3). Zero days: never.
    """
    days = settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS
    if not days:
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM networks_suspend_unconfirmed(%s)", [now() - EVERY - timedelta(days=days)])
        ended = cursor.fetchall()
    for network_id, practice_id, role in ended:
        record("networks.membership.suspended", action="U", object_type="practice", object_id=practice_id,
               detail={"network": network_id, "role": role})  # fmt: skip
    return len(ended)


def _forget_suspended(network_id: int, practice_id: int, role: str) -> None:
    NetworkMembership.objects.filter(
        network_id=network_id, practice_id=practice_id, role=role, suspended_at__isnull=False
    ).update(suspended_at=None)


def confirm_membership(*, actor: Actor, membership: NetworkMembership) -> None:
    """Keep a role at the quarterly review: it comes back in ninety days (RIE §6.3). One's own is for another.

    A role that was suspended opens again.
    """
    _require(actor, membership.network_id)
    if membership.practice.professional_id == actor.professional_id and actor.professional_id is not None:
        raise DomainError("Vos propres rôles sont à revoir par un autre administrateur.")
    moment = now()
    standing = Q(ends_at__isnull=True) | Q(suspended_at__isnull=False)
    rows = NetworkMembership.objects.filter(standing, pk=membership.pk)
    if not rows.update(confirmed_at=moment, confirmed_by=actor.user_id, ends_at=None, suspended_at=None):
        raise NotFound
    code = "networks.membership.restored" if membership.suspended_at else "networks.membership.confirmed"
    record(code, action="U", object_type="practice", object_id=membership.practice_id,
           detail={"network": membership.network_id, "role": membership.role})  # fmt: skip


def _require(actor: Actor, network_id: int) -> None:
    decision = can_administer_network(actor, network_id)
    if not decision:
        raise Refused(decision, code="networks.refused", object_type="network", object_id=str(network_id))
