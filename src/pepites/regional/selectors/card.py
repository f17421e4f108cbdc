"""One card: both records side by side, the score drawn line by line, what came before (STIC-8)."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.apps import apps

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.directory.models import PractitionerRole
from pepites.identity.selectors.labels import grouped_regional_id
from pepites.regional.database import subjects_of
from pepites.regional.enums import CardState, Decision, Queue
from pepites.regional.models import Card, Link, NonLink, RegionalRecord, RuleSet
from pepites.regional.records import thresholds_of
from pepites.regional.selectors.labels import chance_label, due_label, moment, number_label, trait_lines, veto_label

WIDTH: Final = 240
"""Units of the drawing: from −12 to +12 natural log-odds, ten a point."""
_LEFT, _UNIT = 12, 10
PAIRS: Final = frozenset({Queue.CANDIDATES, Queue.DUPLICATES, Queue.HOMONYMS})
KEPT: Final = 20


@dataclass(frozen=True, slots=True)
class Side:
    """One record of the card, and where it comes from."""

    public_id: UUID
    domain: str
    number: str
    irp: str
    irp_label: str
    received: str
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One trait on both sides; ``mark`` is same, differ or nothing when one side does not say."""

    label: str
    left: str
    right: str
    mark: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One step of the waterfall: where it starts, how wide it is, on the scale of the drawing."""

    label: str
    points: str
    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """Everything the page prints."""

    card: Card
    left: Side
    right: Side | None
    lines: list[Line]
    bars: list[Bar]
    total: str
    chance: str
    marks: tuple[int, int]
    vetoes: list[str]
    due: str
    overdue: bool
    held_by_other: str
    held_by_me: bool
    second: bool
    needs_second: bool
    may_decide: bool
    decisions: list[tuple[str, str, str, str]]
    history: list[tuple[str, str]]
    together: bool


def card_visible_to(actor: Actor, public_id: UUID) -> CardPage:
    """One card; 404 for whoever is no cell. Both identities are journalled."""
    card = (
        Card.objects.select_related("one__domain", "two__domain", "locked_by__professional", "first_by__professional")
        .filter(public_id=public_id)
        .first()
    )
    if card is None:
        raise NotFound
    sides = [card.one, *([card.two] if card.two else [])]
    irps = dict(Link.objects.filter(record__in=sides, active=True).values_list("record_id", "person__irp"))
    subjects = subjects_of([one.pk for one in sides])
    record("regional.card.read", subjects=subjects, object_type="regional_card", object_id=card.public_id)
    for irp in dict.fromkeys(irps.values()):
        record("regional.person.read", object_type="regional_person", object_id=irp)
    return _page(actor, card, sides, irps)


def queue_of(public_id: UUID) -> str:
    """The queue of a card, for the next one."""
    found = Card.objects.filter(public_id=public_id).values_list("queue", flat=True).first()
    return found or Queue.CANDIDATES


def _page(actor: Actor, card: Card, sides: list[RegionalRecord], irps: dict[int, str]) -> CardPage:
    held = card.locked_until is not None and card.locked_until > now()
    mine = held and card.locked_user_id == actor.user_id
    limits = thresholds_of(RuleSet.objects.get(pk=1))
    bars, total = waterfall([(str(label), float(points)) for label, points in card.terms])
    due, overdue = due_label(card.due_at)
    other = card.locked_by.professional.display_name if held and not mine and card.locked_by else ""
    return CardPage(
        card=card, left=_side(sides[0], irps), right=_side(sides[1], irps) if len(sides) > 1 else None,
        lines=compare(sides[0], sides[1]) if len(sides) > 1 else alone(sides[0]),
        bars=bars, total=total, chance=chance_label(card.score) if card.terms else "",
        marks=(_x(limits.low), _x(limits.high)),
        vetoes=[veto_label(word) for word in card.vetoes], due=due, overdue=overdue, held_by_other=other,
        held_by_me=mine, second=card.state == CardState.SECOND,
        needs_second=any(one.status == "QUAL" for one in sides),
        may_decide=card.closed_at is None and not other and card.first_user_id != actor.user_id,
        decisions=decisions(card), history=_history(card, sides),
        together=len(irps) > 1 and len(set(irps.values())) == 1,
    )  # fmt: skip


def decisions(card: Card) -> list[tuple[str, str, str, str]]:
    """The buttons of a card: value, words, key, look."""
    ask = [
        (Decision.ASK.value, Decision.ASK.label, "C", "outline"),
        (Decision.ESCALATE.value, Decision.ESCALATE.label, "E", "outline"),
    ]
    if card.queue in PAIRS:
        return [
            (Decision.LINK.value, Decision.LINK.label, "L", "primary"),
            (Decision.DISTINCT.value, Decision.DISTINCT.label, "N", "danger"), *ask,
        ]  # fmt: skip
    settle = (Decision.SETTLE.value, "C'est bien une seule personne", "L", "primary")
    apart = (Decision.DISTINCT.value, "Séparer", "N", "danger")
    if card.queue == Queue.CHECKS:
        settle = (Decision.SETTLE.value, Decision.SETTLE.label, "L", "primary")
    return [settle, apart, *ask]


def compare(left: RegionalRecord, right: RegionalRecord) -> list[Line]:
    """Both records trait by trait; a trait that nobody gives is left out, one that only one gives is no difference."""
    lines = []
    for (_, label, one), (_, _, two) in zip(trait_lines(left), trait_lines(right), strict=True):
        if one or two:
            mark = "" if not (one and two) else "same" if one == two else "differ"
            lines.append(Line(label, one, two, mark))
    return lines


def alone(one: RegionalRecord) -> list[Line]:
    """The traits of a card that speaks of one record only."""
    return [Line(label, text, "", "") for _, label, text in trait_lines(one) if text]


def _x(points: float) -> int:
    return round(max(0, min(WIDTH, (points + _LEFT) * _UNIT)))


def waterfall(terms: list[tuple[str, float]]) -> tuple[list[Bar], str]:
    """Each weight starts where the former ended: the sum is read at the end of the last bar."""
    bars, at = [], 0.0
    for label, points in terms:
        start, end = sorted((_x(at), _x(at + points)))
        kind = "plus" if points >= 0 else "moins"
        bars.append(Bar(label, f"{points:+.1f}".replace(".", ",").replace("-", "−"), start, max(2, end - start), kind))
        at += points
    return bars, f"{at:.1f}".replace(".", ",").replace("-", "−")


def _side(one: RegionalRecord, irps: dict[int, str]) -> Side:
    irp = irps.get(one.pk, "")
    return Side(
        one.public_id,
        one.domain.name,
        number_label(one),
        irp,
        grouped_regional_id(irp),
        moment(one.received_at),
        one.version,
    )


def _history(card: Card, sides: list[RegionalRecord]) -> list[tuple[str, str]]:
    """What happened to the card and to both records, newest first."""
    lines: list[tuple[dt.datetime, str]] = [
        (card.opened_at, "Carte ouverte" + (f" : {card.note}" if card.note and not card.closed_at else ""))
    ]
    people = _names(card)
    if card.first_at:
        lines.append(
            (card.first_at, _said("Premier avis", card.first_decision, people.get(card.first_by_id), card.first_reason))
        )
    if card.second_at:
        lines.append(
            (
                card.second_at,
                _said("Second avis", card.second_decision, people.get(card.second_by_id), card.second_reason),
            )
        )
    if card.closed_at:
        lines.append((card.closed_at, f"Carte close : {CardState(card.state).label}"))
    for one in sides:
        lines += [(at, f"{one.domain.name} : {text}") for at, text in record_versions(one.pk)]
        links = Link.objects.filter(record=one).select_related("person").order_by("-id")[:KEPT]
        lines += [(link.created_at, f"{one.domain.name} : {_link_words(link)}") for link in links]
    if len(sides) > 1:
        apart = NonLink.objects.filter(one=sides[0], two=sides[1])
        lines += [(each.created_at, f"Jugées deux personnes : {each.reason}") for each in apart]
    lines.sort(key=lambda pair: pair[0], reverse=True)
    return [(moment(at), text) for at, text in lines[:KEPT]]


def _names(card: Card) -> dict[int | None, str]:
    ids = [one for one in (card.first_by_id, card.second_by_id) if one]
    found = PractitionerRole.objects.filter(pk__in=ids).select_related("professional")
    return {one.pk: one.professional.display_name for one in found}


def _said(rank: str, decision: str, who: str | None, reason: str) -> str:
    return f"{rank}, {who or 'lecteur'} : {Decision(decision).label if decision else ''}" + (
        f" ({reason})" if reason else ""
    )


def _link_words(link: Link) -> str:
    if link.origin == "seul":
        return f"personne régionale {grouped_regional_id(link.person.irp)}"
    return f"rapprochée, {link.get_origin_display()}, {grouped_regional_id(link.person.irp)}"


def record_versions(record_id: int) -> list[tuple[dt.datetime, str]]:
    """Versions of a record as its domain sent them: when, and what changed."""
    event: Any = apps.get_model("regional", "RegionalRecordEvent")
    rows = list(event.objects.filter(pgh_obj_id=record_id).order_by("pgh_id"))
    lines, before = [], None
    for row in rows:
        if before is None:
            lines.append((row.pgh_created_at, "identité reçue"))
        else:
            changed = [label for key, label in _WATCHED if getattr(row, key) != getattr(before, key)]
            lines.append((row.pgh_created_at, "mise à jour : " + (", ".join(changed) or "identifiant ou état")))
        before = row
    return lines


_WATCHED: Final = (
    ("birth_name", "nom"), ("given_names", "prénoms"), ("birth_date", "date de naissance"), ("sex", "sexe"),
    ("birth_place_cog", "lieu de naissance"), ("used_name", "nom utilisé"), ("mother_name", "nom de la mère"),
    ("phones", "téléphones"), ("status", "statut"), ("attributes", "attributs"), ("ins_matricule", "INS"),
    ("local_id", "identifiant local"), ("active", "retrait ou retour"),
)  # fmt: skip
