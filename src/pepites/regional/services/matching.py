"""Matching, in the transaction of the feed: keys first, then names; and link, card or nothing (§5.3)."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import Conflict
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.identity.matching.model import shipped
from pepites.regional.database import rows, subjects_of, value
from pepites.regional.engine import HARD, Judged, MatchRecord, Thresholds, Veto, ins_contradict, judge
from pepites.regional.enums import Origin, Queue
from pepites.regional.events import RecordsLinked
from pepites.regional.functions.base import FEED_LOCK
from pepites.regional.models import RuleSet
from pepites.regional.records import match_record, newborns_since, thresholds_of

CARDS_A_RECORD = 5
Card = dict[str, object]
BY_MACHINE = frozenset({Origin.AUTO, Origin.INS})


@dataclass(slots=True)
class Neighbours:
    """What surrounds one record: its own person's members, and those of the persons it may be."""

    own: list[MatchRecord] = field(default_factory=list)
    by_machine: bool = False
    candidates: list[MatchRecord] = field(default_factory=list)
    hits: set[int] = field(default_factory=set)
    me: MatchRecord | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds in force, and whether links by traits alone still wait for a reader (STIC-6)."""

    thresholds: Thresholds
    shadow: bool


def lock_keys(keys: Sequence[int]) -> None:
    """Two simultaneous registrations of one person share a key: the second waits, then sees the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [FEED_LOCK])
        cursor.execute(
            "SELECT pg_advisory_xact_lock(k) FROM (SELECT unnest(%s::bigint[]) AS k ORDER BY 1) one", [list(keys)]
        )


def lock_all() -> None:
    """A batch holds every feed: thousands of keys are more than the lock table keeps."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FEED_LOCK])


def rules_in_force() -> Rules:
    """Read once a feed."""
    row = RuleSet.objects.get(pk=1)
    return Rules(thresholds_of(row), row.in_shadow)


def match_records(actor: Actor, record_ids: Sequence[int], *, fuzzy: bool = True) -> dict[int, str]:
    """Match records just fed; gives each its outcome: A linked, B a card waits, C nothing.

    ``fuzzy``: a second look by trigrams for a record whose keys gave nothing worth a card (single feeds only).
    """
    del actor
    outcomes = dict.fromkeys(record_ids, "C")
    around = _neighbours(record_ids, fuzzy=False)
    if not around and not fuzzy:
        return outcomes
    rules = rules_in_force()
    cards: list[Card] = []
    for record_id, near in around.items():
        outcomes[record_id] = _match_one(near, rules, cards)
    if fuzzy and (poor := [one for one, outcome in outcomes.items() if outcome == "C"]):
        for record_id, near in _neighbours(poor, fuzzy=True).items():
            if near.candidates:
                outcomes[record_id] = _match_one(near, rules, cards)
    open_cards(cards)
    return outcomes


def _neighbours(record_ids: Sequence[int], *, fuzzy: bool) -> dict[int, Neighbours]:
    found = rows(
        "regional.record.refused", "SELECT * FROM regional_candidates(%s::bigint[], %s)", [list(record_ids), fuzzy]
    )
    interesting = {ref for ref, role, *_ in found if role != "self"}
    around: dict[int, Neighbours] = defaultdict(Neighbours)
    since = newborns_since()
    for ref, role, record_id, person_id, domain_id, blocked, origin, *said in found:
        if ref not in interesting:
            continue
        near, one = around[ref], match_record(record_id, person_id, domain_id, *said, since=since, blocked=blocked)
        if role == "self":
            near.me, near.by_machine = one, near.by_machine or origin in BY_MACHINE
        elif role == "own":
            near.own.append(one)
            near.by_machine = near.by_machine or origin in BY_MACHINE
        else:
            near.candidates.append(one)
            if role == "hit":
                near.hits.add(record_id)
    return around


def _match_one(near: Neighbours, rules: Rules, cards: list[Card]) -> str:
    me = near.me
    if me is None:
        return "C"
    cards += _watch_own_person(me, near, rules)
    judged = judge(me, near.candidates, rules.thresholds)
    blocked = {one.person_id for one in near.candidates if one.blocked}
    found: list[Card] = []
    for one in (each for each in judged if each.record_id in near.hits):
        vetoes = _group_vetoes(one, judged, near, blocked)
        if one.cls == "A" and not vetoes and (one.deterministic or not rules.shadow) and _join(me, one):
            return "A"
        if one.cls != "C" and one.person_id not in blocked:
            found.append(_card(me, one, near, vetoes, shadow=one.cls == "A" and not vetoes and rules.shadow))
    cards += found[:CARDS_A_RECORD]
    return "B" if found else "C"


def _group_vetoes(one: Judged, judged: Sequence[Judged], near: Neighbours, blocked: set[int]) -> tuple[str, ...]:
    """No transitive link: nobody in the other person may contradict this record, which comes alone (or by its INS)."""
    said = [word for each in judged if each.person_id == one.person_id for word in each.vetoes if word in HARD]
    if one.person_id in blocked or (near.own and not one.deterministic):
        said.append(Veto.GROUP)
    return tuple(dict.fromkeys(said))


def _join(me: MatchRecord, one: Judged) -> bool:
    origin = Origin.INS if one.deterministic else Origin.AUTO
    try:
        with transaction.atomic():
            value(
                "regional.link.refused",
                "SELECT regional_join(%s, %s, %s, %s, %s, %s::jsonb)",
                [me.record_id, one.record_id, origin, round(one.score, 2), shipped().version, _terms(one)],
            )
    except Conflict:  # the database saw a contradiction between two other members: a reader decides
        return False
    record(
        "regional.linked", action="U", subjects=subjects_of([me.record_id, one.record_id]),
        object_type="regional_record", object_id=me.record_id,
        detail={
            "other": one.record_id, "origin": str(origin), "score": round(one.score, 2), "rules": shipped().version,
        },
    )  # fmt: skip
    publish(RecordsLinked(me.record_id, one.record_id, origin))
    return True


def _watch_own_person(me: MatchRecord, near: Neighbours, rules: Rules) -> list[Card]:
    """Contradictory INS in one person (STIC-5); a machine's link that the new traits no longer carry (RNIV-14)."""
    cards = []
    for other in near.own:
        if ins_contradict(me, other):
            cards.append(_plain_card(Queue.INS, me, other))
            continue
        judged = judge(me, [other], rules.thresholds) if near.by_machine else []
        cards += [
            _card(me, found, near, (), shadow=False) | {"queue": Queue.COLLISIONS}
            for found in judged
            if not found.deterministic and (found.cls == "C" or HARD.intersection(found.vetoes))
        ]
    return cards


def _terms(one: Judged) -> str:
    return json.dumps([[term.label, round(term.points, 2)] for term in one.terms])


def _card(me: MatchRecord, one: Judged, near: Neighbours, vetoes: Sequence[str], *, shadow: bool) -> Card:
    domains = {other.record_id: other.domain_id for other in (*near.candidates, *near.own)}
    queue = Queue.HOMONYMS if one.homonyms else Queue.CANDIDATES
    if domains[one.record_id] == me.domain_id:
        queue = Queue.DUPLICATES
    return _plain_card(queue, me.record_id, one.record_id) | {
        "score": round(one.score, 2),
        "match_class": one.cls,
        "shadow": shadow,
        "twin_risk": one.twin_risk,
        "vetoes": list(dict.fromkeys((*one.vetoes, *vetoes))),
        "terms": [[term.label, round(term.points, 2)] for term in one.terms],
    }


def _plain_card(queue: Queue, me: MatchRecord | int, other: MatchRecord | int, note: str = "") -> Card:
    ids = sorted(one if isinstance(one, int) else one.record_id for one in (me, other))
    return {
        "public_id": str(new_uuid()), "queue": str(queue), "one": ids[0], "two": ids[1], "score": 0,
        "match_class": "B", "shadow": False, "twin_risk": False, "vetoes": [], "terms": [],
        "rule_version": shipped().version, "note": note,
    }  # fmt: skip


def open_pair(queue: Queue, one: int, two: int, note: str = "") -> None:
    """A card for two records, without a score."""
    open_cards([_plain_card(queue, one, two, note)])


def open_cards(cards: Sequence[Mapping[str, Any]]) -> None:
    """Cards for the cell; one live card a pair."""
    if not cards:
        return
    made = value("regional.card.refused", "SELECT regional_open_cards(%s::jsonb)", [json.dumps(list(cards))])
    if made:
        record("regional.cards.opened", action="C", object_type="regional_card", detail={"count": made})
