"""Likely doubles: candidate keys, then a score with its reasons (§5.4, GUY-4 to GUY-14). Pure, no database."""

import datetime as dt
import functools
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from pepites.common.text import word_set
from pepites.identity.normalisation import UNKNOWN_PLACE
from pepites.identity.phonetics import COMMON_SURNAMES, name_tokens, phonetic, spelling_key

LIKELY_THRESHOLD: Final = 14.0
TWIN_DIFFERENT: Final = 0.85
TWIN_ALIKE: Final = 0.95
BEST_NAMES: Final = 13.0
"""What the same name and the same given name give at most."""
MARRIED_NAME_POINTS: Final = -2.0
"""Another surname, all the rest firm and the same phone: a married name typed as birth name."""
NEWBORN_NAMES: Final = word_set("BB BEBE BEBEGARCON BEBEFILLE GARCON FILLE") | {"BEBE GARCON", "BEBE FILLE"}
"""Names of the first days, before the declaration (GUY-12)."""


class Verdict(StrEnum):
    """SAME: the same strict traits. LIKELY: a person must look. NO: two persons."""

    SAME = "SAME"
    LIKELY = "LIKELY"
    NO = "NO"


@dataclass(frozen=True, slots=True)
class MatchTraits:
    """What is compared. Names in strict form (INS-11); `phone` as digits; empty means unknown."""

    birth_name: str
    given_names: str
    birth_date: dt.date
    interpreted: bool = False
    sex: str = "I"
    birth_place: str = UNKNOWN_PLACE
    use_name: str = ""
    phone: str = ""
    mother_name: str = ""
    ins: str = ""


@dataclass(frozen=True, slots=True)
class Similarity:
    """Score in log2-like units, verdict, and the reasons in French, strongest first."""

    score: float
    verdict: Verdict
    reasons: list[str] = field(default_factory=list)
    twin_risk: bool = False


def phone_tail(phone: str) -> str:
    """Last eight digits of a phone number, empty when shorter: survives +594, 00594 and 0 prefixes."""
    digits = phone if phone.isdecimal() else "".join(c for c in phone if c.isdigit())
    return digits[-8:] if len(digits) >= 8 else ""


def blocking_keys(traits: MatchTraits) -> set[str]:
    """Keys of which two records of one person share at least one (§5.4 point 2).

    d: date, day and month in either order · p: year and sound of one name (the years around an interpreted
    date too) · n: sounds of one name and one given name, any order · t: phone and sound of a given name · i: INS.
    """
    date = traits.birth_date
    first, second = sorted((date.day, date.month))
    keys = {f"d:{date.year}:{first:02}:{second:02}"}
    surnames = {phonetic(t) for t in name_tokens(f"{traits.birth_name} {traits.use_name}")}
    givens = {phonetic(t) for t in name_tokens(traits.given_names)}
    years = range(date.year - 1, date.year + 2) if is_weak_date(traits) else (date.year,)
    keys |= {f"p:{year}:{sound}" for year in years for sound in surnames | givens}
    keys |= {f"n:{min(s, g)}:{max(s, g)}" for s in surnames for g in givens}
    if tail := phone_tail(traits.phone):
        keys |= {f"t:{tail}:{sound}" for sound in surnames | givens}
    if traits.ins:
        keys.add(f"i:{traits.ins}")
    return keys


def is_weak_date(traits: MatchTraits) -> bool:
    """Interpreted, or 01/01 or 31/12, which are probably interpreted even when unflagged (GUY-4)."""
    return traits.interpreted or (traits.birth_date.month, traits.birth_date.day) in {(1, 1), (12, 31)}


@functools.lru_cache(maxsize=50_000)
def _token_likeness(a: str, b: str) -> float:
    if a == b:
        return 1.0
    if spelling_key(a) == spelling_key(b):
        return 0.97
    likeness = JaroWinkler.similarity(a, b)
    if min(len(a), len(b)) >= 5 and DamerauLevenshtein.distance(a, b) == 1:
        return max(likeness, 0.95)
    return max(likeness, 0.98 * JaroWinkler.similarity(spelling_key(a), spelling_key(b)))


@functools.lru_cache(maxsize=50_000)
def name_likeness(a: str, b: str) -> float:
    """Likeness 0–1 of two names: best pairing of words; a name cut short costs little (GUY-6, GUY-7)."""
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    short, long = sorted((name_tokens(a), name_tokens(b)), key=len)
    whole = _token_likeness("".join(short), "".join(long))
    if not short or len(long) > 8:
        return whole
    if len(short) == len(long) > 1:
        whole = 0.0  # word by word: JEAN-LUC and JEAN-MARC are alike only because of JEAN
    left = list(long)
    total = 0.0
    for token in short:
        best = max(left, key=lambda other: _token_likeness(token, other))
        total += _token_likeness(token, best)
        left.remove(best)
    average = total / len(short)
    cut = 0.03 * (len(long) - len(short)) if len(short) < len(long) else 0.0
    return max(whole, average - cut if average >= 0.9 else average - 3 * cut)


@functools.lru_cache(maxsize=50_000)
def _given_likeness(a: str, b: str) -> float:
    """Likeness of given names: the first ones first, any shared one counts."""
    first_a, first_b = a.split(" ", 1)[0], b.split(" ", 1)[0]
    return max(name_likeness(first_a, first_b), 0.96 * name_likeness(a, b))


def _surname_likeness(a: MatchTraits, b: MatchTraits) -> float:
    best = name_likeness(a.birth_name, b.birth_name)
    crossed = max(name_likeness(a.use_name, b.birth_name), name_likeness(a.birth_name, b.use_name))
    return max(best, 0.97 * crossed)


def _name_points(likeness: float, *, common: bool) -> float:
    for floor, points in ((0.97, 7.0), (0.92, 5.0), (0.85, 2.0), (0.75, -3.0)):
        if likeness >= floor:
            return points - (2.0 if common and points > 0 else 0.0)
    return -9.0


def _given_points(likeness: float) -> float:
    for floor, points in ((0.97, 6.0), (0.92, 4.0), (0.85, 1.0), (0.75, -4.0)):
        if likeness >= floor:
            return points
    return -10.0


def _date_points(a: MatchTraits, b: MatchTraits) -> tuple[float, str]:
    """Date rules of §5.4 point 4."""
    one, two = a.birth_date, b.birth_date
    weak = is_weak_date(a) or is_weak_date(b)
    if one == two:
        return (4.0, "même date, peut-être interprétée") if weak else (9.0, "même date de naissance")
    if (one.year, one.month, one.day) == (two.year, two.day, two.month):
        return 6.0, "jour et mois inversés"
    if one.year == two.year and weak:
        return 1.0, "même année, une date est interprétée"
    if DamerauLevenshtein.distance(f"{one:%d%m%Y}", f"{two:%d%m%Y}") == 1:
        return 1.0, "un seul chiffre de la date diffère"
    if abs(one.year - two.year) <= 2 and (a.interpreted or b.interpreted):
        return -1.0, "années proches, une date est interprétée"
    return -9.0, "dates de naissance différentes"


def worth_comparing(a: MatchTraits, b: MatchTraits) -> bool:
    """False when even the same names could not make up for the dates and the rest: cheap, to sift before names.

    Never refuses a pair that ``likely_same`` would keep (held by a property test).
    """
    if a.ins and a.ins == b.ins:
        return True
    if a.birth_date == b.birth_date:
        return True
    points = _date_points(a, b)[0] + BEST_NAMES + (1.0 if a.mother_name and b.mother_name else 0.0)
    if a.sex and b.sex and "I" not in (a.sex, b.sex):
        points += 0.5 if a.sex == b.sex else -5.0
    if a.birth_place and b.birth_place and UNKNOWN_PLACE not in (a.birth_place, b.birth_place):
        points += 1.5 if a.birth_place == b.birth_place else -1.5
    if points >= LIKELY_THRESHOLD:
        return True
    return points + 3.0 >= LIKELY_THRESHOLD and bool(tail := phone_tail(a.phone)) and tail == phone_tail(b.phone)


def _side_terms(a: MatchTraits, b: MatchTraits) -> list[tuple[str, float]]:
    """Sex, place, phone, mother: a missing value is no evidence (§4 of the reconciliation note)."""
    terms: list[tuple[str, float]] = []
    if "I" not in (a.sex, b.sex) and a.sex and b.sex:
        terms.append(("Même sexe", 0.5) if a.sex == b.sex else ("Sexes différents", -5.0))
    if UNKNOWN_PLACE not in (a.birth_place, b.birth_place) and a.birth_place and b.birth_place:
        same = a.birth_place == b.birth_place
        terms.append(("Même lieu de naissance", 1.5) if same else ("Lieux de naissance différents", -1.5))
    if _same_phone(a, b):
        terms.append(("Même téléphone", 3.0))
    if a.mother_name and b.mother_name and name_likeness(a.mother_name, b.mother_name) >= 0.95:
        terms.append(("Même mère", 1.0))
    return terms


_REASONS: Final = {
    "Sexes différents": "sexes différents",
    "Même lieu de naissance": "même lieu de naissance",
    "Même téléphone": "même téléphone",
    "Même mère": "même mère",
}


def _side_points(a: MatchTraits, b: MatchTraits) -> tuple[float, list[str]]:
    terms = _side_terms(a, b)
    return sum(points for _, points in terms), [_REASONS[label] for label, _ in terms if label in _REASONS]


def _names(a: MatchTraits, b: MatchTraits) -> tuple[float, float, list[str]]:
    """Likeness of the name and of the given name, straight or inverted, whichever fits best (GUY-5)."""
    surname, given = _surname_likeness(a, b), _given_likeness(a.given_names, b.given_names)
    if min(surname, given) < 0.98 and (one := 0.98 * name_likeness(a.birth_name, b.given_names)) >= 0.9:
        two = 0.98 * name_likeness(a.given_names, b.birth_name)
        if min(one, two) > min(surname, given) and two >= 0.9:
            return one, two, ["nom et prénom inversés"]
    reasons = ["même nom" if surname >= 0.995 else "noms proches"] if surname >= 0.85 else []
    if given >= 0.85:
        reasons.append("même prénom" if given >= 0.995 else "prénoms proches")
    return surname, given, reasons


def _same_strict_traits(a: MatchTraits, b: MatchTraits) -> bool:
    first_a, first_b = a.given_names.split(" ", 1)[0], b.given_names.split(" ", 1)[0]
    return (
        a.birth_date == b.birth_date
        and a.interpreted == b.interpreted
        and a.birth_name == b.birth_name
        and first_a == first_b
        and (a.sex == b.sex or "I" in (a.sex, b.sex))
        and (a.birth_place == b.birth_place or UNKNOWN_PLACE in (a.birth_place, b.birth_place))
    )


def score_terms(a: MatchTraits, b: MatchTraits) -> list[tuple[str, float]]:
    """What ``likely_same`` adds up, line by line, in French: name, given name, date, then the rest."""
    surname, given, _ = _names(a, b)
    date_points, date_reason = _date_points(a, b)
    common = any(COMMON_SURNAMES.issuperset(name_tokens(one.birth_name)) for one in (a, b))
    terms = [
        ("Nom" + (" très répandu" if common else ""), _surname_points(a, b, surname, given, common=common)),
        ("Prénoms", _given_points(given)),
        (date_reason[0].upper() + date_reason[1:], date_points),
    ]
    return terms + _side_terms(a, b)


def _surname_points(a: MatchTraits, b: MatchTraits, surname: float, given: float, *, common: bool) -> float:
    firm_rest = given >= 0.97 and a.birth_date == b.birth_date and _same_phone(a, b)
    return MARRIED_NAME_POINTS if firm_rest and surname < 0.85 else _name_points(surname, common=common)


def _same_phone(a: MatchTraits, b: MatchTraits) -> bool:
    return bool(tail := phone_tail(a.phone)) and tail == phone_tail(b.phone)


def likely_same(a: MatchTraits, b: MatchTraits) -> Similarity:
    """Compare two records (§5.4). A wholly different given name on the same date means siblings (GUY-11)."""
    if a.ins and a.ins == b.ins:
        return Similarity(40.0, Verdict.LIKELY, ["même matricule INS"])
    surname, given, reasons = _names(a, b)
    date_points, date_reason = _date_points(a, b)
    side_points, side_reasons = _side_points(a, b)
    common = any(COMMON_SURNAMES.issuperset(name_tokens(one.birth_name)) for one in (a, b))
    same_phone = _same_phone(a, b)
    name_points = _surname_points(a, b, surname, given, common=common)
    score = name_points + _given_points(given) + date_points + side_points
    reasons += [date_reason, *side_reasons]
    newborn = bool(NEWBORN_NAMES.intersection((a.given_names, b.given_names)))
    if newborn and same_phone and surname >= 0.97 and a.birth_date == b.birth_date and a.sex == b.sex:
        return Similarity(LIKELY_THRESHOLD, Verdict.LIKELY, [*reasons, "prénom provisoire de naissance"], True)
    if given < TWIN_DIFFERENT:
        return Similarity(min(score, LIKELY_THRESHOLD - 1), Verdict.NO, [*reasons, "prénoms différents"])
    if _same_strict_traits(a, b):
        return Similarity(max(score, LIKELY_THRESHOLD), Verdict.SAME, reasons)
    twins = a.birth_date == b.birth_date and surname >= 0.9 and TWIN_DIFFERENT <= given < TWIN_ALIKE
    if twins:
        reasons.append("jumeaux possibles : prénoms voisins")
    return Similarity(score, Verdict.LIKELY if score >= LIKELY_THRESHOLD else Verdict.NO, reasons, twins)
