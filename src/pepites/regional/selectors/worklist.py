"""The cell's worklist: cards by queue, filtered, with their clock; one card side by side (STIC-8)."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.common.clock import now, today
from pepites.regional.engine import likelihood
from pepites.regional.enums import LIVE_STATES, CardState, Queue
from pepites.regional.models import Card, Domain
from pepites.regional.selectors.labels import chance_label, due_label

PAGE: Final = 15
AGES: Final = (
    ("", "Tous les âges"), ("0", "Moins d'un an"), ("1", "1 à 17 ans"), ("18", "18 à 64 ans"), ("65", "65 ans et plus"),
)  # fmt: skip
CLASSES: Final = (("", "Toutes"), ("A", "Presque certaines"), ("B", "À examiner"), ("J", "Jumeaux possibles"))
_BOUNDS: Final = {"0": (0, 1), "1": (1, 18), "18": (18, 65), "65": (65, 130)}


@dataclass(frozen=True, slots=True)
class Filters:
    """What the reader asked for; unknown values count as none."""

    queue: str = Queue.CANDIDATES
    domain: str = ""
    age: str = ""
    cls: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One card of the list, ready to print."""

    url: str
    left: str
    right: str
    born: str
    domains: str
    chance: str
    meter: int
    state: str
    due: str
    overdue: bool
    held: str
    flag: str


@dataclass(frozen=True, slots=True)
class Worklist:
    """A page of the list, and the tabs over it."""

    rows: list[Row]
    counts: Mapping[str, int]
    total: int
    more: bool


def live_cards() -> QuerySet[Card]:
    """Cards that wait for somebody; the database shows them to the cell alone."""
    return Card.objects.filter(closed_at=None)


def domains() -> list[tuple[str, str]]:
    """Domains to filter by."""
    return [("", "Tous les domaines"), *Domain.objects.order_by("name").values_list("code", "name")]


def cards_visible_to(actor: Actor, filters: Filters) -> Worklist:
    """One page of a queue: the overdue ones first, then the nearly certain ones; journalled."""
    del actor
    counts = dict(live_cards().values_list("queue").annotate(n=Count("id")).order_by())
    asked = _filtered(filters)
    start = (filters.page - 1) * PAGE
    found = list(
        asked.select_related("one__domain", "two__domain", "locked_by__professional")
        .order_by("due_at", "-score", "id")[start : start + PAGE + 1]
    )  # fmt: skip
    record(
        "regional.worklist.read",
        object_type="regional_queue",
        object_id=filters.queue,
        detail={"shown": len(found[:PAGE])},
    )
    return Worklist([_row(card) for card in found[:PAGE]], counts, asked.count(), len(found) > PAGE)


def _filtered(filters: Filters) -> QuerySet[Card]:
    asked = live_cards().filter(queue=filters.queue)
    if filters.domain:
        asked = asked.filter(Q(one__domain__code=filters.domain) | Q(two__domain__code=filters.domain))
    if filters.cls == "J":
        asked = asked.filter(twin_risk=True)
    elif filters.cls:
        asked = asked.filter(match_class=filters.cls)
    if bounds := _BOUNDS.get(filters.age):
        day = today()
        asked = asked.filter(
            one__birth_date__lte=_years_before(day, bounds[0]), one__birth_date__gt=_years_before(day, bounds[1])
        )
    return asked


def _years_before(day: dt.date, years: int) -> dt.date:
    return day.replace(year=day.year - years, day=min(day.day, 28))


def _name(card_side: object) -> str:
    return f"{getattr(card_side, 'birth_name', '')} {getattr(card_side, 'given_names', '')}".strip()


def _row(card: Card) -> Row:
    due, overdue = due_label(card.due_at)
    held = ""
    if card.locked_until and card.locked_until > now() and card.locked_by:
        held = card.locked_by.professional.display_name
    sides = [card.one, *([card.two] if card.two else [])]
    flag = "presque certain" if card.match_class == "A" else ""
    return Row(
        url=address("regional:card", card.public_id),
        left=_name(card.one),
        right=_name(card.two),
        born=" / ".join(dict.fromkeys(f"{one.birth_date:%d/%m/%Y}" for one in sides)),
        domains=" / ".join(one.domain.name for one in sides),
        chance=chance_label(card.score) if card.terms else "",
        meter=round(100 * likelihood(card.score)),
        state="" if card.state == CardState.OPEN else CardState(card.state).label,
        due=due,
        overdue=overdue,
        held=held,
        flag="jumeaux possibles" if card.twin_risk else flag,
    )


def next_card(actor: Actor, queue: str, after: UUID | None = None) -> UUID | None:
    """The first card of a queue that nobody holds and that waits for this reader, other than ``after``."""
    free = live_cards().filter(queue=queue, state__in=LIVE_STATES).filter(
        Q(locked_until=None) | Q(locked_until__lte=now()) | Q(locked_user_id=actor.user_id)
    ).exclude(first_user_id=actor.user_id)  # fmt: skip
    if after is not None:
        free = free.exclude(public_id=after)
    return free.order_by("due_at", "-score", "id").values_list("public_id", flat=True).first()


def open_count() -> int:
    """How many cards wait."""
    return live_cards().count()
