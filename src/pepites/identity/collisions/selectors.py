"""What the cell reads of collisions and of identity incidents."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import NotFound
from pepites.identity import policies
from pepites.identity.collisions.service import REFUSED
from pepites.identity.enums import CollisionState, IncidentKind
from pepites.identity.merging.selectors import ROWS_SHOWN, SortRow, day, identities, name_of, sort_row, who
from pepites.identity.models import Collision, DomainIdentity, Incident, RowToSort

OPEN: Final = (CollisionState.TOLD, CollisionState.PROVEN)
PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One collision of the list."""

    public_id: UUID
    person: str
    other: str
    state_label: str
    when: str
    who: str
    to_sort: int


@dataclass(frozen=True, slots=True)
class Page:
    """One collision, whole."""

    collision: Collision
    person: DomainIdentity
    person_name: str
    other: DomainIdentity | None
    other_name: str
    story: list[tuple[str, str]]
    rows: list[SortRow]
    left: int
    own: bool


@dataclass(frozen=True, slots=True)
class Told:
    """One incident, ready to print; it names nobody."""

    public_id: UUID
    kind: str
    happened: str
    description: str
    harm: bool
    who: str
    organization: str
    measures: str
    closed: str


def collisions_visible_to(actor: Actor, *, open_only: bool, page: int = 1) -> tuple[list[Line], bool]:
    """One page of collisions, newest first; 404 for whoever is no cell."""
    require(policies.can_merge(actor), code=REFUSED)
    states = OPEN if open_only else (CollisionState.SETTLED, CollisionState.DISMISSED)
    start = (page - 1) * PAGE
    found = list(
        Collision.objects.filter(state__in=states)
        .select_related("declared_by__professional")
        .annotate(waiting=Count("rows", filter=Q(rows__decision="")))
        .order_by("-declared_at", "-id")[start : start + PAGE + 1]
    )
    people = identities(key for one in found for key in (one.patient_id, one.other_id) if key)
    if people:
        record("identity.collision.read", action="R", subjects=tuple(sorted(people)))
    return [
        Line(
            one.public_id, name_of(people.get(one.patient_id)),
            name_of(people[one.other_id]) if one.other_id in people else "", one.get_state_display(),
            day(one.declared_at), who(one.declared_by), one.waiting,
        )
        for one in found[:PAGE]
    ], len(found) > PAGE  # fmt: skip


def waiting_collisions(actor: Actor) -> int:
    """Collisions that the cell has to deal with."""
    return Collision.objects.filter(state__in=OPEN).count() if policies.can_merge(actor) else 0


def collision_visible_to(actor: Actor, public_id: UUID) -> Page:
    """One collision; 404 for whoever is no cell."""
    require(policies.can_merge(actor), code=REFUSED)
    found = (
        Collision.objects.filter(public_id=public_id)
        .select_related("declared_by__professional", "decided_by__professional", "settled_by__professional")
        .first()
    )
    people = identities(key for key in (found.patient_id, found.other_id) if key) if found else {}
    if found is None or found.patient_id not in people:
        raise NotFound
    record("identity.collision.read", action="R", subjects=tuple(sorted(people)), object_id=public_id)
    rows = RowToSort.objects.filter(collision=found).select_related("author__professional")
    other = people.get(found.other_id) if found.other_id else None
    return Page(
        collision=found, person=people[found.patient_id], person_name=name_of(people[found.patient_id]), other=other,
        other_name=name_of(other) if other else "", story=_story(found),
        rows=[sort_row(one, people) for one in rows.order_by("decision", "written_at", "id")[:ROWS_SHOWN]],
        left=rows.filter(decision="").count(),
        own=bool(found.declared_by and found.declared_by.professional_id == actor.professional_id),
    )  # fmt: skip


def _story(one: Collision) -> list[tuple[str, str]]:
    told = [(day(one.declared_at), f"Signalée par {who(one.declared_by)} : {one.description}")]
    if one.decided_at:
        word = "Écartée" if one.state == CollisionState.DISMISSED else "Avérée"
        told.append((day(one.decided_at), f"{word} par {who(one.decided_by)} : {one.decision_reason}"))
    if one.settled_at:
        told.append((day(one.settled_at), f"Réglée par {who(one.settled_by)}"))
    return told


def incidents_visible_to(actor: Actor, *, open_only: bool, page: int = 1) -> tuple[list[Told], bool]:
    """One page of incidents, newest first; 404 for whoever is no cell."""
    require(policies.can_merge(actor), code=REFUSED)
    start = (page - 1) * PAGE
    found = list(
        Incident.objects.filter(closed_at__isnull=open_only)
        .select_related("declared_by__professional", "organization")
        .order_by("-declared_at", "-id")[start : start + PAGE + 1]
    )
    record("identity.incident.read", action="R", object_type="incident")
    return [_incident(one) for one in found[:PAGE]], len(found) > PAGE


def _incident(one: Incident) -> Told:
    return Told(
        one.public_id, IncidentKind(one.kind).label, f"{one.happened_on:%d/%m/%Y}", one.description, one.harm,
        who(one.declared_by), one.organization.name if one.organization else "", one.measures, day(one.closed_at),
    )  # fmt: skip


def incidents_of(organization_id: int | None) -> tuple[int, int]:
    """Open incidents of a structure, and those of all time, for its page; of every structure when None."""
    found = Incident.objects.filter(organization_id=organization_id) if organization_id else Incident.objects.all()
    return found.filter(closed_at=None).count(), found.count()
