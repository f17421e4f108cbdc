"""Comparing import lines with the persons of the region: one statement a batch, then scores in Python (§5.4)."""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from pepites.access.services import database_refusals
from pepites.identity.blocks import AliasValue, hashed_keys, match_variants
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.models import DoubleCandidate
from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.selectors import Candidate
from pepites.identity.services.doubles import line_fingerprint
from pepites.identity.similarity import MatchTraits, Similarity, Verdict, likely_same, phone_tail, worth_comparing
from pepites.identity.traits import IdentityTraits

_NO = Similarity(0.0, Verdict.NO)
_RANK = {Verdict.NO: 0, Verdict.LIKELY: 1, Verdict.SAME: 2}


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person a line may be: every way the identity may have been written."""

    patient_id: int
    public_id: UUID
    variants: tuple[MatchTraits, ...]
    status: str = ""
    flags: str = ""

    def candidate(self, match: "Match") -> Candidate:
        """The card's view of this person."""
        own, similarity = self.variants[0], match.similarity
        return Candidate(
            self.patient_id, self.public_id, own.birth_name, own.given_names, own.birth_date, own.interpreted, own.sex,
            own.birth_place, self.status, self.flags, round(similarity.score, 1), similarity.verdict,
            tuple(similarity.reasons), similarity.twin_risk, phones_differ=match.phones_differ,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Match:
    """How a line compares to a person. ``certain``: the strict traits agree and nothing contradicts them."""

    similarity: Similarity
    phones_differ: bool = False
    certain: bool = False

    @property
    def likely(self) -> bool:
        """Whether a person must look, or the strict traits agree."""
        return self.similarity.verdict is not Verdict.NO

    @property
    def rank(self) -> tuple[bool, int, float]:
        """To sort matches, the best being the greatest."""
        return self.certain, _RANK[self.similarity.verdict], self.similarity.score


_NOBODY = Match(_NO)


def line_key(traits: IdentityTraits, phone: str = "", ins: str = "") -> tuple[MatchTraits, tuple[int, ...], str]:
    """What a line is compared by: its traits, its hashed blocking keys, its fingerprint on a card."""
    phones = [phone] if phone else []
    ours = match_variants(traits, phones)[0]
    if ins:
        ours = MatchTraits(
            ours.birth_name, ours.given_names, ours.birth_date, ours.interpreted, ours.sex, ours.birth_place,
            ours.use_name, ours.phone, ours.mother_name, ins,
        )  # fmt: skip
    return ours, tuple(hashed_keys([ours])), line_fingerprint(traits, phones)


def known_persons(lines: Sequence[tuple[MatchTraits, tuple[int, ...]]]) -> list[list[KnownPerson]]:
    """For each line, the persons of the region worth comparing (50 at most); to be called under ``lock_for_import``."""
    refs = [ref for ref, (_, keys) in enumerate(lines, start=1) for _ in keys]
    flat = [key for _, keys in lines for key in keys]
    found: list[list[KnownPerson]] = [[] for _ in lines]
    if not flat:
        return found
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM identity_match_many(%s, %s::bigint[], %s::date[], %s::boolean[])",
            [refs, flat, [traits.birth_date for traits, _ in lines], [traits.interpreted for traits, _ in lines]],
        )
        rows = cursor.fetchall()
    persons: dict[int, KnownPerson] = {}
    for ref, patient_id, *rest in rows:
        if patient_id not in persons:
            persons[patient_id] = _person(patient_id, *rest)
        found[ref - 1].append(persons[patient_id])
    return found


def _person(
    patient_id: int, public_id: UUID, birth_name: str, given_names: str, birth_date: dt.date, interpreted: bool,
    sex: str, place: str, used_name: str, mother_name: str, phone_keys: str, status: str, flags: str, aliases: object,
) -> KnownPerson:  # fmt: skip
    precision = Precision.ANNEE if interpreted else Precision.JOUR
    traits = IdentityTraits(
        birth_name=birth_name, first_given_name="", given_names=given_names,
        birth_date=PartialDate(birth_date, precision, interpreted=interpreted), sex=sex, birth_place_cog=place,
        used_name=used_name, mother_name=mother_name,
    )  # fmt: skip
    rows = json.loads(aliases) if isinstance(aliases, str) else aliases or []
    assert isinstance(rows, list)
    others = [AliasValue(name, given, dt.date.fromisoformat(date) if date else None) for name, given, date in rows]
    return KnownPerson(patient_id, public_id, tuple(match_variants(traits, phone_keys.split(), others)), status, flags)


def compare(line: MatchTraits, person: KnownPerson) -> Match:
    """The strongest comparison of a line with the ways a person is written."""
    best = _NO
    for other in person.variants:
        if not worth_comparing(line, other):
            continue
        found = likely_same(line, other)
        if (_RANK[found.verdict], found.score) > (_RANK[best.verdict], best.score):
            best = found
    if best.verdict is Verdict.NO:
        return _NOBODY
    tails = {phone_tail(other.phone) for other in person.variants} - {""}
    ours = phone_tail(line.phone)
    differ = bool(ours and tails and ours not in tails)
    return Match(best, differ, any(_certain(line, other, differ) for other in person.variants))


def _certain(line: MatchTraits, other: MatchTraits, phones_differ: bool) -> bool:
    """Same strict traits; one who lacks the place of birth and has another phone may be a homonym (§5.4 point 6)."""
    if (line.birth_name, line.birth_date, line.interpreted) != (
        other.birth_name, other.birth_date, other.interpreted,
    ):  # fmt: skip
        return False
    if line.given_names.split(" ", 1)[0] != other.given_names.split(" ", 1)[0]:
        return False
    places = (line.birth_place, other.birth_place)
    if (line.sex != other.sex and "I" not in (line.sex, other.sex)) or (
        places[0] != places[1] and UNKNOWN_PLACE not in places
    ):
        return False
    return not (phones_differ and UNKNOWN_PLACE in places)


def card_states(fingerprints: Iterable[str]) -> dict[str, dict[int, str]]:
    """What was decided on the cards of these lines: fingerprint → patient → state, as far as the actor reads them."""
    states: dict[str, dict[int, str]] = defaultdict(dict)
    cards = DoubleCandidate.objects.filter(other=None, fingerprint__in=list(fingerprints))
    for patient_id, fingerprint, state in cards.values_list("patient_id", "fingerprint", "state"):
        states[fingerprint][patient_id] = state
    return states
