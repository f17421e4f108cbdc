"""What the cell reads of merges: two identities side by side, the list, one merge, the rows to sort."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.errors import NotFound
from pepites.common.sorting import sorted_tables
from pepites.directory.models import PractitionerRole
from pepites.identity import policies
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.enums import MergeState
from pepites.identity.likeness import Verdict, likeness
from pepites.identity.merging.models import Merge, RowToSort
from pepites.identity.merging.service import OBSTACLES, REFUSED
from pepites.identity.models import Alias, DomainIdentity, Phone
from pepites.identity.selectors.compare import Compared, TraitRow, compare, trait_row
from pepites.identity.traits import AliasValue, IdentityTraits
from pepites.identity.written import Written, written

PAGE: Final = 20
ROWS_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Sides:
    """The file that stays and the one absorbed, side by side; ``obstacle``: why they may not be merged, in French."""

    survivor: TraitRow
    absorbed: TraitRow
    rows: list[Compared]
    four_eyes: bool = False
    obstacle: str = ""
    why: str = ""
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One merge of the list."""

    public_id: UUID
    survivor: str
    absorbed: str
    state: str
    state_label: str
    when: str
    who: str
    to_sort: int


@dataclass(frozen=True, slots=True)
class SortRow:
    """A row to sort, by what it is and who wrote it: never its content, which the cell does not read."""

    public_id: UUID
    label: str
    when: str
    author: str
    under: str
    decision: str


@dataclass(frozen=True, slots=True)
class Page:
    """One merge, whole."""

    merge: Merge
    sides: Sides
    story: list[tuple[str, str]]
    rows: list[SortRow]
    left: int
    own: bool
    readers: list[tuple[str, str, str]]


def preview(actor: Actor, one: UUID, two: UUID) -> Sides:
    """Who would stay, who would be absorbed, and why it may not be done; both persons are journalled."""
    require(policies.can_merge(actor), code=REFUSED)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_merge_facts(%s, %s)", [one, two])
        facts = cursor.fetchone()
    if facts is None:
        raise NotFound
    survivor, absorbed, four_eyes, obstacle = facts
    people = identities((survivor, absorbed))
    if survivor not in people or absorbed not in people:
        raise NotFound
    record("identity.merge.read", action="R", subjects=(survivor, absorbed))
    unlike = likeness(_written(people[survivor]), _written(people[absorbed])).verdict is Verdict.NO
    return _sides(
        people[survivor], people[absorbed], four_eyes=four_eyes, obstacle=OBSTACLES.get(obstacle, obstacle),
        unlike=unlike,
    )  # fmt: skip


def _written(one: DomainIdentity) -> Written:
    """The person as the judge compares them, whatever the pages show."""
    said = Precision.ANNEE if one.birth_date_interpreted else Precision.JOUR
    traits = IdentityTraits(
        one.birth_name, one.first_given_name, one.given_names,
        PartialDate(one.birth_date, said, interpreted=one.birth_date_interpreted), sex=one.sex,
        birth_place_cog=one.birth_place_cog, used_name=one.used_name, used_given_name=one.used_given_name,
        mother_name=one.mother_name,
    )  # fmt: skip
    phones = Phone.objects.filter(patient_id=one.patient_id, active=True).values_list("key", flat=True)
    aliases = Alias.objects.filter(patient_id=one.patient_id).values_list("birth_name", "given_names", "birth_date")
    return written(traits, list(phones), [AliasValue(*each) for each in aliases], commune=one.commune_cog)


def identities(keys: Iterable[int]) -> dict[int, DomainIdentity]:
    """Active identities by person, as the cell reads them."""
    found = DomainIdentity.objects.filter(patient_id__in=set(keys), active=True, domain="PEPITES")
    return {one.patient_id: one for one in found}


def _sides(survivor: DomainIdentity, absorbed: DomainIdentity, **more: Any) -> Sides:
    left, right = _trait_row(survivor), _trait_row(absorbed)
    higher = survivor.status != absorbed.status
    why = "son statut est le plus haut" if higher else "son dossier est le plus ancien"
    return Sides(left, right, compare(left, right), why=why, **more)


def _trait_row(one: DomainIdentity) -> TraitRow:
    return trait_row(
        birth_name=one.birth_name, given_names=one.given_names, birth_date=one.birth_date,
        interpreted=one.birth_date_interpreted, sex=one.sex, birth_place_cog=one.birth_place_cog,
        status=one.status, flags=",".join(sorted(one.attributes)), public_id=one.patient_public_id, visible=True,
    )  # fmt: skip


def merges_visible_to(actor: Actor, *, state: MergeState, page: int = 1) -> tuple[list[Line], bool]:
    """One page of merges in a state, newest first; 404 for whoever is no cell."""
    require(policies.can_merge(actor), code=REFUSED)
    start = (page - 1) * PAGE
    found = list(
        Merge.objects.filter(state=state)
        .select_related("asked_by__professional")
        .annotate(waiting=Count("rows", filter=Q(rows__decision="")))
        .order_by("-asked_at", "-id")[start : start + PAGE + 1]
    )
    people = identities(key for one in found for key in (one.patient_id, one.survivor_id))
    if people:
        record("identity.merge.read", action="R", subjects=tuple(sorted(people)))
    return [_line(one, people) for one in found[:PAGE]], len(found) > PAGE


def waiting_merges(actor: Actor) -> int:
    """Merges that wait for the second reader, and undone ones with rows to sort: the badge of the navigation."""
    if not policies.can_merge(actor):
        return 0
    asked = Merge.objects.filter(state=MergeState.ASKED).count()
    return asked + Merge.objects.filter(state=MergeState.UNDONE, rows__decision="").distinct().count()


def merges_of(actor: Actor, identity: DomainIdentity) -> list[Line]:
    """Merges that concern one person, for the cell; none for the others."""
    if not policies.can_merge(actor):
        return []
    found = list(
        Merge.objects.filter(Q(patient_id=identity.patient_id) | Q(survivor_id=identity.patient_id))
        .exclude(state=MergeState.REFUSED)
        .select_related("asked_by__professional")
        .annotate(waiting=Count("rows", filter=Q(rows__decision="")))
        .order_by("-asked_at", "-id")[:PAGE]
    )
    people = identities(key for one in found for key in (one.patient_id, one.survivor_id))
    return [_line(one, people) for one in found]


def _line(one: Merge, people: dict[int, DomainIdentity]) -> Line:
    return Line(
        one.public_id, name_of(people.get(one.survivor_id)), name_of(people.get(one.patient_id)), one.state,
        MergeState(one.state).label, day(one.asked_at), who(one.asked_by), one.waiting,  # type: ignore[attr-defined]
    )  # fmt: skip


def name_of(one: DomainIdentity | None) -> str:
    """Name, first given name and birth date."""
    return f"{one.birth_name} {one.first_given_name}, {one.birth_date:%d/%m/%Y}" if one else "Identité inconnue"


def who(practice: PractitionerRole | None) -> str:
    """Who acted; Pépites for a job."""
    return practice.professional.display_name if practice else "Pépites"


def day(at: dt.datetime | None) -> str:
    """A moment in Cayenne."""
    return f"{at.astimezone(CAYENNE):%d/%m/%Y à %H h %M}" if at else ""


def merge_visible_to(actor: Actor, public_id: UUID) -> Page:
    """One merge; 404 for whoever is no cell."""
    require(policies.can_merge(actor), code=REFUSED)
    merge = (
        Merge.objects.filter(public_id=public_id)
        .select_related("asked_by__professional", "decided_by__professional", "undone_by__professional")
        .first()
    )
    people = identities((merge.patient_id, merge.survivor_id)) if merge else {}
    if merge is None or len(people) < 2:
        raise NotFound
    record("identity.merge.read", action="R", subjects=(merge.survivor_id, merge.patient_id), object_id=public_id)
    survivor, absorbed = people[merge.survivor_id], people[merge.patient_id]
    rows = RowToSort.objects.filter(merge=merge).select_related("author__professional")
    return Page(
        merge=merge,
        sides=_sides(survivor, absorbed),
        story=_story(merge),
        rows=[sort_row(one, people) for one in rows.order_by("decision", "written_at", "id")[:ROWS_SHOWN]],
        left=rows.filter(decision="").count(),
        own=bool(merge.asked_by and merge.asked_by.professional_id == actor.professional_id),
        readers=_readers(merge),
    )


def _story(merge: Merge) -> list[tuple[str, str]]:
    told = [(day(merge.asked_at), f"Demandée par {who(merge.asked_by)} : {merge.reason}")]
    if merge.decided_at:
        word = "Refusée" if merge.state == MergeState.REFUSED else "Faite"
        after = f" : {merge.decision_reason}" if merge.decision_reason else ""
        told.append((day(merge.decided_at), f"{word} par {who(merge.decided_by)}{after}"))
    if merge.undone_at:
        told.append((day(merge.undone_at), f"Défaite par {who(merge.undone_by)} : {merge.undone_reason}"))
    return told


def sort_row(one: RowToSort, people: dict[int, DomainIdentity]) -> SortRow:
    """One row to sort, in words."""
    known = sorted_tables().get(one.table)
    label, author = known.label if known else one.table, who(one.author) if one.author else ""
    return SortRow(
        one.public_id, label, day(one.written_at), author, name_of(people.get(one.patient_id)),
        one.get_decision_display() if one.decision else "",
    )  # fmt: skip


def _readers(merge: Merge) -> list[tuple[str, str, str]]:
    """Who opened either file through the merge alone: to be examined once it is undone (as STIC-9)."""
    if merge.state != MergeState.UNDONE:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_merge_readers(%s)", [merge.public_id])
        return [(name, organization, day(last)) for name, organization, last in cursor.fetchall()]
