"""The worklist of likely doubles: cards side by side, for the cell and the coordination."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import NotFound
from pepites.identity import policies
from pepites.identity.enums import CardState
from pepites.identity.models import DoubleCandidate
from pepites.identity.selectors.compare import Compared, TraitRow, compare, trait_row

PAGE = 20


@dataclass(frozen=True, slots=True)
class Card:
    """Two persons, or a person and an import line, laid side by side."""

    public_id: UUID
    left: TraitRow
    right: TraitRow
    rows: list[Compared]
    reasons: list[str]
    origin: str
    comment: str
    state: str
    state_label: str
    decision: str
    right_is_line: bool


def cards_visible_to(actor: Actor, *, state: CardState = CardState.OPEN, page: int = 1) -> tuple[list[Card], bool]:
    """One page of cards the actor may read, newest first, and whether there are more; every person is journalled."""
    start = (page - 1) * PAGE
    rows = list(
        DoubleCandidate.objects.filter(state=state)
        .select_related("network", "decided_by__professional")
        .order_by("-created_at", "-id")[start : start + PAGE + 1]
    )
    return _cards(actor, rows[:PAGE]), len(rows) > PAGE


def card_visible_to(actor: Actor, public_id: UUID) -> Card:
    """One card; 404 for whoever may not read it."""
    rows = list(
        DoubleCandidate.objects.filter(public_id=public_id).select_related("network", "decided_by__professional")
    )
    cards = _cards(actor, rows)
    if not cards:
        raise NotFound
    return cards[0]


def open_cards(actor: Actor) -> int:
    """How many cards wait, for the navigation badge; 0 for whoever settles none."""
    return DoubleCandidate.objects.filter(state=CardState.OPEN).count() if policies.can_settle(actor) else 0


def _cards(actor: Actor, rows: list[DoubleCandidate]) -> list[Card]:
    del actor
    sides = _sides([row.pk for row in rows])
    cards: list[Card] = []
    shown: set[int] = set()
    for row in rows:
        people = sides.get(row.pk, [])
        if len(people) < (1 if row.other_id is None else 2):
            continue
        shown.update(patient_id for patient_id, _ in people)
        left = people[0][1]
        right = people[1][1] if row.other_id is not None else _line_row(row.line_traits)
        cards.append(_card(row, left, right))
    if shown:
        record("identity.card.read", action="R", subjects=tuple(sorted(shown)))
    return cards


def _sides(card_ids: list[int]) -> dict[int, list[tuple[int, TraitRow]]]:
    sides: dict[int, list[tuple[int, TraitRow]]] = defaultdict(list)
    if not card_ids:
        return sides
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM identity_card_traits(%s)", [card_ids])
        for (
            card_id,
            patient_id,
            public_id,
            name,
            _first,
            given,
            born,
            interpreted,
            sex,
            place,
            status,
            flags,
            seen,
        ) in cursor.fetchall():
            row = trait_row(
                birth_name=name, given_names=given, birth_date=born, interpreted=interpreted, sex=sex,
                birth_place_cog=place, status=status, flags=flags, public_id=public_id, visible=seen,
            )  # fmt: skip
            sides[card_id].append((patient_id, row))
    return sides


def _line_row(traits: dict[str, Any]) -> TraitRow:
    return trait_row(
        birth_name=str(traits.get("birth_name", "")),
        given_names=str(traits.get("given_names", "")),
        birth_date=dt.date.fromisoformat(str(traits.get("birth_date", "1900-01-01"))),
        interpreted=bool(traits.get("birth_date_interpreted")),
        sex=str(traits.get("sex", "I")),
        birth_place_cog=str(traits.get("birth_place_cog", "99999")),
    )


def _card(row: DoubleCandidate, left: TraitRow, right: TraitRow) -> Card:
    origin = "Création d'une identité"
    if row.other_id is None:
        network = f", réseau {row.network.short_name}" if row.network else ""
        origin = f"Import « {row.source} », ligne {row.line}{network}"
    decision = ""
    if row.decided_at and row.decided_by:
        decision = f"{row.decided_by.professional.display_name}, le {row.decided_at:%d/%m/%Y}"
        decision += f" : {row.decision_reason}" if row.decision_reason else ""
    return Card(
        public_id=row.public_id,
        left=left,
        right=right,
        rows=compare(left, right),
        reasons=list(row.reasons),
        origin=origin,
        comment=row.comment,
        state=row.state,
        state_label=CardState(row.state).label,
        decision=decision,
        right_is_line=row.other_id is None,
    )
