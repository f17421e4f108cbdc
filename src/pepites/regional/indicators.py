"""Indicators of identity vigilance (RNIV §2.7): every formula, on counts alone.

The official formulas were not found; these are the house's, written so that a structure and the region read the same
number. « Month » is the thirty days that end with the day told. A share of nothing is unknown, never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

WIDTH: Final = 300
HEIGHT: Final = 80


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted at the end of one day, for one domain or for the region. No person can be told from it."""

    total: int = 0
    provisional: int = 0
    retrieved: int = 0
    validated: int = 0
    qualified: int = 0
    doubtful: int = 0
    moved: int = 0
    moved_qualified: int = 0
    persons: int = 0
    without_ins: int = 0
    duplicates: int = 0
    duplicates_month: int = 0
    absorbed: int = 0
    absorbed_month: int = 0
    merge_hours: float | None = None
    collisions: int = 0
    collisions_month: int = 0
    reviews: int = 0
    overdue: int = 0
    links_month: int = 0
    separations_month: int = 0
    errors: int = 0
    insi: Mapping[str, int] = field(default_factory=dict)


def rate(part: int, whole: int) -> float | None:
    """Part of a whole in percent; unknown when there is nothing."""
    return 100 * part / whole if whole else None


def qualified_rate(counts: Counts) -> float | None:
    """Stock: qualified identities among the active ones (§2.7)."""
    return rate(counts.qualified, counts.total)


def flow_qualified_rate(counts: Counts) -> float | None:
    """Flow: qualified among the identities received or changed in the month; the server knows no admission (§2.7)."""
    return rate(counts.moved_qualified, counts.moved)


def validated_rate(counts: Counts) -> float | None:
    """Identities that a document proves, qualified included: validated or qualified among the active ones."""
    return rate(counts.validated + counts.qualified, counts.total)


def provisional_rate(counts: Counts) -> float | None:
    """Provisional identities among the active ones."""
    return rate(counts.provisional, counts.total)


def retrieved_rate(counts: Counts) -> float | None:
    """Identities with an INS read from INSi and no document seen, among the active ones."""
    return rate(counts.retrieved, counts.total)


def doubtful_rate(counts: Counts) -> float | None:
    """Doubtful identities among the active ones; the server never holds a fictitious one (STIC-7)."""
    return rate(counts.doubtful, counts.total)


def potential_duplicate_rate(counts: Counts) -> float | None:
    """Stock: pairs of one domain that wait for its decision, for a hundred active identities (RNIV-12, DPOT)."""
    return rate(counts.duplicates, counts.total)


def proven_duplicate_rate(counts: Counts) -> float | None:
    """Identities merged into another by their domain, among all it ever sent that still count (RNIV-12, DOUA)."""
    return rate(counts.absorbed, counts.total + counts.absorbed)


def collision_rate(counts: Counts) -> float | None:
    """Cards « collision » or « INS contradictoires » that wait, for a hundred active identities (RNIV-14)."""
    return rate(counts.collisions, counts.total)


def without_ins_rate(counts: Counts) -> float | None:
    """Regional persons whom no domain knows as qualified: those the server is made for (STIC)."""
    return rate(counts.without_ins, counts.persons)


def overdue_rate(counts: Counts) -> float | None:
    """Waiting cards whose delay is over (STIC-8)."""
    return rate(counts.overdue, counts.reviews)


def merge_days(counts: Counts) -> float | None:
    """Median delay from the detection of a duplicate to its end, in days, among those ended in the month (§2.7)."""
    return None if counts.merge_hours is None else counts.merge_hours / 24


def insi_calls(counts: Counts) -> dict[str, int]:
    """INSi calls of the month by result: found (00), nobody (01), several (02), refused or no answer (§2.7)."""
    words = {"00": "trouvée", "01": "aucune", "02": "plusieurs"}
    told = dict.fromkeys((*words.values(), "sans réponse"), 0)
    for code, number in counts.insi.items():
        told[words.get(code, "sans réponse")] += number
    return told


@dataclass(frozen=True, slots=True)
class Indicator:
    """A line of the dashboard: its key in the export, its words, and its unit."""

    key: str
    label: str
    unit: str = "%"


INDICATORS: Final = {
    Indicator("taux_qualifiees", "Identités qualifiées"): qualified_rate,
    Indicator("taux_qualifiees_mois", "Qualifiées parmi celles du mois"): flow_qualified_rate,
    Indicator("taux_validees", "Validées ou qualifiées"): validated_rate,
    Indicator("taux_recuperees", "Récupérées"): retrieved_rate,
    Indicator("taux_provisoires", "Provisoires"): provisional_rate,
    Indicator("taux_douteuses", "Douteuses"): doubtful_rate,
    Indicator("taux_doublons_potentiels", "Doublons potentiels"): potential_duplicate_rate,
    Indicator("taux_doublons_averes", "Doublons avérés, fusionnés"): proven_duplicate_rate,
    Indicator("taux_collisions", "Collisions possibles"): collision_rate,
    Indicator("taux_sans_ins", "Personnes sans aucune INS"): without_ins_rate,
    Indicator("taux_retard", "Cartes en retard"): overdue_rate,
    Indicator("delai_fusion_jours", "Délai médian pour régler un doublon", "j"): merge_days,
}


def curve(values: Sequence[float | None], top: float) -> list[str]:
    """Points of the drawing, oldest first, as polylines: an unknown value cuts the line rather than inventing one."""
    step = WIDTH / max(1, len(values) - 1)
    lines: list[list[str]] = [[]]
    for rank, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        high = HEIGHT * (1 - min(1.0, value / top)) if top > 0 else HEIGHT
        lines[-1].append(f"{rank * step:.1f},{high:.1f}")
    return [" ".join(points if len(points) > 1 else points * 2) for points in lines if points]


def ceiling(values: Sequence[float | None]) -> float:
    """Top of the scale: 100 beyond a half, else the next of 50, 20, 10, 5, 2, 1 that holds every value."""
    highest = max((value for value in values if value is not None), default=0.0)
    fitting = [top for top in (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0) if top >= highest]
    return fitting[0] if fitting else highest
