"""Whether the region still looks like what the model learnt: shares, repeated values, weights. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pepites.identity.matching.comparisons import COMPARISONS, levels_of
from pepites.identity.matching.model import Model

ENOUGH_RECORDS: Final = 200
ENOUGH_PAIRS: Final = 300
MOVED: Final = 0.10
"""A share that moved by ten points, since the last look or from the rest of the region."""
FAR: Final = 0.15
"""Half the sum of what the levels of a comparison gained and lost: 0 the same, 1 nothing in common."""
TRAITS: Final = {
    "place": "lieu de naissance inconnu", "mother": "nom de la mère absent", "phone": "téléphone absent",
    "commune": "commune absente", "weak": "date conventionnelle ou interprétée",
}  # fmt: skip
KINDS: Final = {"telephone": "téléphone", "date": "date de naissance", "identite": "identité"}
Shares = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A value that too many identities of a domain share: invented, more often than not."""

    kind: str
    code: str
    value: str
    times: int


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: by domain its size and shares, values repeated, weights estimated again."""

    totals: Mapping[str, int]
    shares: Shares
    repeated: Sequence[Repeated] = ()
    weights: Mapping[str, Sequence[float]] = field(default_factory=dict)
    pairs: int = 0

    def kept(self) -> dict[str, Any]:
        """As JSON, to be compared with next time."""
        return {
            "totals": dict(self.totals), "shares": {code: dict(one) for code, one in self.shares.items()},
            "repeated": [[one.kind, one.code, one.value, one.times] for one in self.repeated],
            "weights": {name: list(values) for name, values in self.weights.items()}, "pairs": self.pairs,
        }  # fmt: skip


def estimated(pairs: Iterable[tuple[Any, Any]]) -> tuple[dict[str, list[float]], int]:
    """The m probabilities again: how pairs known to be one person fall in the levels of each comparison, and how many
    pairs. A missing side counts for nothing."""
    counts = {one.name: [0] * len(one.levels) for one in COMPARISONS}
    total = 0
    for left, right in pairs:
        total += 1
        for one, level in zip(COMPARISONS, levels_of(left, right), strict=True):
            if level >= 0:
                counts[one.name][level] += 1
    return {name: [each / sum(row) for each in row] for name, row in counts.items() if sum(row)}, total


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Total variation of two distributions of the same levels, 0 to 1."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True)) / 2


def alerts(look: Look, before: Mapping[str, Any] | None, model: Model) -> list[str]:
    """What somebody should look at, in French; nothing while the region looks like what the model learnt."""
    return [*_shares(look, before), *_repeated(look), *_weights(look, model)]


def _shares(look: Look, before: Mapping[str, Any] | None) -> list[str]:
    told = []
    former: Shares = (before or {}).get("shares", {})
    for code, shares in look.shares.items():
        if look.totals[code] < ENOUGH_RECORDS:
            continue
        for trait, words in TRAITS.items():
            known = former.get(code, {}).get(trait)
            if known is not None and abs(shares[trait] - known) >= MOVED:
                told.append(f"{code} : {words} dans {shares[trait]:.0%} des identités, {known:.0%} la dernière fois.")
    return told


def _repeated(look: Look) -> list[str]:
    return [f"{one.code} : {KINDS[one.kind]} {one.value} portée par {one.times} identités." for one in look.repeated]


def _weights(look: Look, model: Model) -> list[str]:
    if look.pairs < ENOUGH_PAIRS:
        return []
    told = []
    for one in COMPARISONS:
        if one.evidence and one.name in look.weights and one.name in model.m and one.name != "ins":
            far = distance(look.weights[one.name], model.m[one.name])
            if far >= FAR:
                told.append(
                    f"Modèle : « {one.label} » ne se comporte plus comme à l'apprentissage (écart de {far:.0%} sur"
                    f" {look.pairs} paires de même INS) : réestimez-le, « pepites identity train »."
                )
    return told
