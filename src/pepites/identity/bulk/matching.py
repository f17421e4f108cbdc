"""Comparing import lines with the persons of the region: one statement a batch, then scores in Python (§5.4)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection

from pepites.access.services import database_refusals
from pepites.identity.blocks import hashed_keys
from pepites.identity.likeness import NOBODY, Similarity, Verdict, likeness, same_traits
from pepites.identity.models import DoubleCandidate
from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.selectors.known import Candidate, Known, phones_differ, read_known
from pepites.identity.services.doubles import line_fingerprint
from pepites.identity.traits import IdentityTraits
from pepites.identity.written import Strict, Written, written

_RANK = {Verdict.NO: 0, Verdict.LIKELY: 1, Verdict.SAME: 2}


@dataclass(frozen=True, slots=True)
class Match:
    """How a line compares to a person. ``certain``: the strict traits agree and nothing contradicts them."""

    similarity: Similarity
    phones_differ: bool = False
    certain: bool = False

    def candidate(self, person: Known) -> Candidate:
        """The card's view of that person."""
        one = self.similarity
        return person.candidate(
            round(one.score, 1), one.verdict, one.reasons, twin_risk=one.twin_risk, phones_differ=self.phones_differ
        )

    @property
    def likely(self) -> bool:
        """Whether a person must look, or the strict traits agree."""
        return self.similarity.verdict is not Verdict.NO

    @property
    def rank(self) -> tuple[bool, int, float]:
        """To sort matches, the best being the greatest."""
        return self.certain, _RANK[self.similarity.verdict], self.similarity.score


_NOBODY = Match(NOBODY)


def line_key(
    traits: IdentityTraits, phone: str = "", ins: str = "", commune: str = ""
) -> tuple[Written, tuple[int, ...], str]:
    """What a line is compared by: its traits, its hashed blocking keys, its fingerprint on a card."""
    phones = [phone] if phone else []
    ours = written(traits, phones, commune=commune)
    return ours, tuple(hashed_keys(ours, [ins] if ins else [])), line_fingerprint(traits, phones)


def known_persons(lines: Sequence[tuple[Written, tuple[int, ...]]]) -> list[list[Known]]:
    """For each line, the persons of the region worth comparing (50 at most); to be called under ``lock_for_import``."""
    refs = [ref for ref, (_, keys) in enumerate(lines, start=1) for _ in keys]
    flat = [key for _, keys in lines for key in keys]
    found: list[list[Known]] = [[] for _ in lines]
    if not flat:
        return found
    strict = [one.strict[0] for one, _ in lines]
    with database_refusals("identity.create"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM identity_match_many(%s, %s::bigint[], %s::date[], %s::boolean[])",
            [refs, flat, [one.birth_date for one in strict], [one.interpreted for one in strict]],
        )
        rows = cursor.fetchall()
    persons: dict[int, Known] = {}
    for ref, *row in rows:
        person = persons.get(row[0]) or persons.setdefault(row[0], read_known(row))
        found[ref - 1].append(person)
    return found


def compare(line: Written, person: Known) -> Match:
    """The strongest comparison of a line with the ways a person is written."""
    found = likeness(line, person.written)
    if found.verdict is Verdict.NO:
        return _NOBODY
    differ = phones_differ(line, person.written)
    return Match(found, differ, any(_certain(line.strict[0], other, differ) for other in person.written.strict))


def _certain(line: Strict, other: Strict, phones_differ: bool) -> bool:
    """Same strict traits; one who lacks the place of birth and has another phone may be a homonym (§5.4 point 6)."""
    unknown_place = UNKNOWN_PLACE in (line.birth_place, other.birth_place)
    return same_traits(line, other) and not (phones_differ and unknown_place)


def card_states(fingerprints: Iterable[str]) -> dict[str, dict[int, str]]:
    """What was decided on the cards of these lines: fingerprint → patient → state, as far as the actor reads them."""
    states: dict[str, dict[int, str]] = defaultdict(dict)
    cards = DoubleCandidate.objects.filter(other=None, fingerprint__in=list(fingerprints))
    for patient_id, fingerprint, state in cards.values_list("patient_id", "fingerprint", "state"):
        states[fingerprint][patient_id] = state
    return states
