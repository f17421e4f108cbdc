"""A verdict in words for those who decide: the model's terms gathered by what a reader compares, in the same sum."""

from collections.abc import Iterator, Sequence
from typing import Final

from pepites.identity.matching.comparisons import COMPARISONS, MISSING
from pepites.identity.matching.model import INDEX, Model
from pepites.identity.matching.score import Term, terms

NEGLIGIBLE: Final = 0.1
"""Weight, in natural log-odds, under which an evidence is not worth a line."""
_NAMES: Final = ("sur", "giv", "oth", "inv", "edt", "jumeaux")
_RARE: Final = ("fs", "fg", "fc", "ats", "atg", "coi")
_SILENT: Final = frozenset({"inv", "edt", "nbn"})
"""Comparisons whose last level says that there is nothing to say."""
_GROUPS: Final = {**dict.fromkeys(_NAMES, "noms"), **dict.fromkeys(_RARE, "rarete")}


def findings(levels: Sequence[int]) -> dict[str, str]:
    """What each comparison of evidence found, in French, those that one side leaves silent being left out."""
    found = {}
    for one in COMPARISONS:
        level = levels[INDEX[one.name]]
        if level != MISSING and one.evidence and not (one.name in _SILENT and level == 0):
            found[one.name] = one.levels[len(one.levels) - 1 - level].label
    return found


def gathered(model: Model, levels: Sequence[int]) -> list[Term]:
    """The terms of a pair as a reader counts them, strongest first: names together, rarity together; same sum."""
    sums: dict[str, float] = {}
    labels: dict[str, str] = {}
    for term in terms(model, levels):
        key = _GROUPS.get(term.name, term.name)
        known = term.name not in INDEX or levels[INDEX[term.name]] != MISSING or key != term.name
        key = key if known else "reste"
        sums[key] = sums.get(key, 0.0) + term.weight
        labels.setdefault(key, term.label)
    found = findings(levels)
    named = [Term(key, *_words(key, labels[key], found), weight) for key, weight in sums.items() if key != "reste"]
    kept = [term for term in named if abs(term.weight) >= NEGLIGIBLE]
    rest = sum(sums.values()) - sum(term.weight for term in kept)
    other = [Term("reste", "Autres indices", "ce qui n'est pas renseigné, ou ne pèse guère", rest)]
    return sorted(kept, key=lambda term: -abs(term.weight)) + (other if abs(rest) >= NEGLIGIBLE / 2 else [])


def _words(key: str, label: str, found: dict[str, str]) -> tuple[str, str]:
    if key == "noms":
        return "Nom et prénoms", ", ".join(_said(found)) or "non renseignés"
    if key == "rarete":
        return "Rareté", "plus un nom ou une date est rare, plus l'accord compte"
    return label, found.get(key, "prudence" if key == "jumeaux" else "deux fiches qui partagent une clé")


def _said(found: dict[str, str]) -> Iterator[str]:
    if "inv" in found:
        yield found["inv"]
    else:
        yield from (found[name] for name in ("sur", "giv") if name in found)
    if "oth" in found:
        yield found["oth"]
