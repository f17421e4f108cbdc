"""From levels to a score, its terms, its contradictions and its class (identite-ins §5.3, rapprochement §4-5)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from pepites.identity.matching.canonical import Canonical
from pepites.identity.matching.comparisons import COMPARISONS, level_number, levels_of
from pepites.identity.matching.dates import NEAR
from pepites.identity.matching.model import INDEX, Model


class LinkClass(StrEnum):
    """A automatic, B to review, C none (§5.3)."""

    AUTO = "A"
    REVIEW = "B"
    NONE = "C"


class Veto(StrEnum):
    """A contradiction that no weight makes up for; the value is what the cell reads."""

    TWIN = "jumeaux possibles : mêmes nom et date, prénoms différents"
    NEWBORN = "prénom provisoire de naissance : l'enfant est rattaché par sa mère ou son séjour"
    INS = "deux matricules INS différents"
    INS_SHARED = "même matricule INS, mais des traits qui se contredisent"
    SURNAME = "noms de famille sans ressemblance : un changement de nom, ou une autre personne"
    GIVEN = "prénoms trop différents pour rapprocher sans relecture"
    SEX = "sexes différents"
    DATES = "dates de naissance éloignées"


_SUR, _GIV, _OTH, _INV, _EDT, _DOB, _SEX, _INS, _NBN, _ATG = (
    INDEX[name] for name in ("sur", "giv", "oth", "inv", "edt", "dob", "sex", "ins", "nbn", "atg")
)
INS_SAME, INS_DIFFERENT = level_number("ins", "même matricule INS"), level_number("ins", "matricules INS différents")
_GIVEN_SURE = level_number("giv", "mêmes prénoms, dans un autre ordre")
_GIVEN_ONE_EDIT = level_number("giv", "prénoms à une lettre près")
GIVEN_ALIKE: Final = level_number("giv", "prénoms très proches")
_GIVEN_CLOSE = level_number("giv", "un prénom en commun")
GIVEN_UNLIKE: Final = level_number("giv", "prénoms un peu ressemblants")
_EDIT_SLIP = (level_number("edt", "une lettre de plus ou de moins"), level_number("edt", "prénoms de même longueur"))
_RARE_SPELLING = 3
INVERTED_SOUND: Final = level_number("inv", "nom et prénom inversés, à l'oreille")
_OTHERS_AGREE = level_number("oth", "autres prénoms compatibles")
DATE_CLOSE: Final = level_number("dob", "mêmes mois et année")
_SURNAME_ALIKE = level_number("sur", "noms très proches")
_SURNAME_FOREIGN = level_number("sur", "noms peu ressemblants")
DATE_UNLIKE: Final = level_number("dob", "mêmes jour et mois, autre année")
_DATE_FAR = level_number("dob", "même année")
TWIN_MARGIN: Final = 3.0
"""What a slip between possible twins, or their names in another order, must have above the automatic threshold."""


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the waterfall: what was compared, what was found, its weight in natural log-odds."""

    name: str
    label: str
    found: str
    weight: float


class Scored(NamedTuple):
    """Verdict on a pair."""

    score: float
    link_class: LinkClass
    vetoes: tuple[Veto, ...]
    levels: tuple[int, ...]

    @property
    def twin_risk(self) -> bool:
        """Whether the pair may be twins (GUY-11)."""
        return Veto.TWIN in self.vetoes


def given_sure(levels: Sequence[int]) -> bool:
    """Given names alike enough for no human to look: same, same sound, same words, inverted with the name, or a slip.

    A slip is one letter, one spelling being rare (MARIA and MARCIA are two names), and not the first or the last
    letter, where twins' names differ (GUY-11).
    """
    given = levels[_GIV]
    slip = given == _GIVEN_ONE_EDIT and levels[_EDT] in _EDIT_SLIP and levels[_ATG] >= _RARE_SPELLING
    return given >= _GIVEN_SURE or slip or levels[_INV] >= INVERTED_SOUND


def twin_pattern(levels: Sequence[int]) -> bool:
    """Same date and surname, a slip allowed, and given names that are not the same one (GUY-11)."""
    return (
        levels[_DOB] >= DATE_CLOSE
        and levels[_SUR] >= _SURNAME_ALIKE
        and 0 <= levels[_GIV] < _GIVEN_SURE
        and levels[_OTH] < _OTHERS_AGREE
    )


def _maybe_twins(levels: Sequence[int]) -> bool:
    """Possible twins, those included of whom each has the other's name as second name."""
    exchanged = levels[_GIV] == _GIVEN_SURE and levels[_DOB] >= DATE_CLOSE and levels[_SUR] >= _SURNAME_ALIKE
    return exchanged or twin_pattern(levels)


def twin_penalty(model: Model, levels: Sequence[int]) -> float:
    """What the score of possible twins loses: twice as much when the given names share nothing."""
    if not twin_pattern(levels):
        return 0.0
    return model.twin_penalty * (2.0 if levels[_GIV] <= _GIVEN_CLOSE else 1.0)


def vetoes(levels: Sequence[int]) -> tuple[Veto, ...]:
    """Contradictions: class B at best (§5.4 point 5)."""
    found = []
    if levels[_INS] == INS_DIFFERENT:
        found.append(Veto.INS)
    elif levels[_INS] == INS_SAME and (
        levels[_SEX] == 0 or 0 <= levels[_GIV] <= GIVEN_UNLIKE or 0 <= levels[_DOB] <= DATE_UNLIKE
    ):
        found.append(Veto.INS_SHARED)
    if levels[_NBN] > 0:
        found.append(Veto.NEWBORN)
    elif levels[_INS] != INS_SAME and not given_sure(levels):
        found.append(Veto.TWIN if twin_pattern(levels) else Veto.GIVEN)
    if levels[_INS] != INS_SAME and 0 <= levels[_SUR] <= _SURNAME_FOREIGN and levels[_INV] < INVERTED_SOUND:
        found.append(Veto.SURNAME)
    if levels[_SEX] == 0:
        found.append(Veto.SEX)
    if 0 <= levels[_DOB] <= _DATE_FAR:
        found.append(Veto.DATES)
    return tuple(found)


def base_score(model: Model, levels: Sequence[int]) -> float:
    """Sum of the tables, before contradictions."""
    return model.summed(levels) - twin_penalty(model, levels)


def judge_levels(model: Model, levels: tuple[int, ...]) -> Scored:
    """Score and class of a pair whose levels are known."""
    score = base_score(model, levels)
    against = vetoes(levels)
    if Veto.INS_SHARED in against:
        score -= model.ins[levels[_INS] + 1]
    if Veto.INS in against:
        link = LinkClass.NONE
    elif not against and score >= model.auto + (TWIN_MARGIN if _maybe_twins(levels) else 0.0):
        link = LinkClass.AUTO
    else:
        link = LinkClass.REVIEW if score >= model.review or Veto.INS_SHARED in against else LinkClass.NONE
    return Scored(score, link, against, levels)


_NOT_COMPARED: Final = tuple(-1 for _ in COMPARISONS)


def judge(model: Model, left: Canonical, right: Canonical) -> Scored:
    """Compare two records; those whose dates are too far apart are not compared further (``NEAR``), unless ``wide``."""
    if not model.wide and not NEAR.holds(left, right):
        return Scored(-20.0, LinkClass.NONE, (Veto.DATES,), _NOT_COMPARED)
    return judge_levels(model, levels_of(left, right))


def terms(model: Model, levels: Sequence[int]) -> list[Term]:
    """What makes the score, strongest first: each comparison with its own weight and its share of those it tempers.

    Their sum is the score. A rarity weighs on what it tempers, half each between two comparisons of the same kind.
    """
    weights = {one.name: 0.0 for one in COMPARISONS}
    for name, values in model.main.items():
        weights[name] += values[levels[INDEX[name]] + 1]
    for (one, two), table in model.pairs.items():
        value = table[levels[INDEX[one]] + 1][levels[INDEX[two]] + 1]
        first, second = COMPARISONS[INDEX[one]].evidence, COMPARISONS[INDEX[two]].evidence
        share = 0.5 if first == second else float(first)
        weights[one] += value * share
        weights[two] += value * (1.0 - share)
    weights["ins"] += model.ins[levels[_INS] + 1]
    found = [
        Term(one.name, one.label, _found(levels[rank], rank), weights[one.name])
        for rank, one in enumerate(COMPARISONS)
        if weights[one.name]
    ]
    found.append(Term("depart", "Départ", "deux fiches qui partagent une clé", model.intercept))
    if penalty := twin_penalty(model, levels):
        found.append(Term("jumeaux", "Prudence", "jumeaux possibles", -penalty))
    return sorted(found, key=lambda term: -abs(term.weight))


def _found(level: int, rank: int) -> str:
    labels = COMPARISONS[rank].levels
    return "non renseigné" if level < 0 else labels[len(labels) - 1 - level].label
