"""Colleagues who may take part, and one's own absences, hours and addresses."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q

from pepites.agenda.models import Absence, CalendarFeed, UsualHours
from pepites.agenda.selectors.lines import NAMED
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.selectors import in_force

MOST_COLLEAGUES = 60


def teams_of(actor: Actor) -> list[Network]:
    """Networks of the actor's place of practice."""
    mine = NetworkMembership.objects.filter(in_force(), practice_id=actor.practice_id).values("network_id")
    return list(Network.objects.filter(pk__in=mine, active=True).order_by("name"))


def colleagues_of(actor: Actor, teams: Sequence[Network]) -> list[tuple[int, str]]:
    """Those of the same structure, or of those networks, the actor first, with their words."""
    members = NetworkMembership.objects.filter(in_force(), network__in=teams).values("practice_id")
    found = (
        PractitionerRole.objects.filter(Q(organization_id=actor.ref.organization_id) | Q(pk__in=members), ends_at=None)
        .exclude(pk=actor.practice_id or 0)
        .select_related("professional")
        .only("role_label", *NAMED)
        .order_by("professional__sort_key", "pk")[:MOST_COLLEAGUES]
    )
    own = [(actor.practice_id, f"{actor.professional_name} (moi)")] if actor.practice_id else []
    return own + [(one.pk, f"{one.professional.display_name}, {one.role_label}") for one in found]


def absences_of(actor: Actor) -> list[Absence]:
    """The actor's absences, to come and just past."""
    return list(
        Absence.objects.filter(practice_id=actor.practice_id, cancelled_at=None, ends_on__gte=today())
        .select_related("replaced_by__professional")
        .order_by("starts_on")[:50]
    )


def own_absence(actor: Actor, public_id: UUID) -> Absence | None:
    """One of the actor's absences."""
    return Absence.objects.filter(public_id=public_id, practice_id=actor.practice_id, cancelled_at=None).first()


def hours_of(actor: Actor) -> dict[int, UsualHours]:
    """The actor's usual week."""
    return {one.weekday: one for one in UsualHours.objects.filter(practice_id=actor.practice_id)}


def feeds_of(actor: Actor) -> list[CalendarFeed]:
    """The actor's calendar addresses that still answer."""
    return list(
        CalendarFeed.objects.filter(user_id=actor.user_id or 0, revoked_at=None).defer("digest").order_by("created_at")
    )


def own_feed(actor: Actor, public_id: UUID) -> CalendarFeed | None:
    """One of the actor's addresses."""
    return CalendarFeed.objects.filter(user_id=actor.user_id or 0, public_id=public_id).defer("digest").first()
