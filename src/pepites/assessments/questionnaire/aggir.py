"""AGGIR: the ranks and the GIR of the regulation (CASF, annexe 2-2; décret 2001-1084, annexe II)."""

from collections.abc import Sequence
from dataclasses import dataclass

VARIABLES = (
    "coherence", "orientation", "toilette", "habillage", "alimentation", "elimination", "transferts", "interieur",
)  # fmt: skip
"""The eight variables that weigh, in the order of the weights."""


@dataclass(frozen=True, slots=True)
class Group:
    """One of the eight groups: weights of C, weights of B, and (least score, rank), the highest first."""

    c: tuple[int, ...]
    b: tuple[int, ...]
    thresholds: tuple[tuple[int, int], ...]


GROUPS = (
    Group(
        (2000, 1200, 40, 40, 60, 100, 800, 200), (0, 0, 16, 16, 20, 16, 120, 32), ((4380, 1), (4140, 2), (3390, 3))
    ),
    Group((1500, 1200, 40, 40, 60, 100, 800, -80), (320, 120, 16, 16, 0, 16, 120, -40), ((2016, 4),)),
    Group((0, 0, 40, 40, 60, 160, 1000, 400), (0, 0, 16, 16, 20, 20, 200, 40), ((1700, 5), (1432, 6))),
    Group((0, 0, 0, 0, 2000, 400, 2000, 200), (0, 0, 0, 0, 200, 200, 200, 0), ((2400, 7),)),
    Group((400, 400, 400, 400, 400, 800, 800, 200), (0, 0, 100, 100, 100, 100, 100, 0), ((1200, 8),)),
    Group((200, 200, 500, 500, 500, 500, 500, 200), (100, 100, 100, 100, 100, 100, 100, 0), ((800, 9),)),
    Group((150, 150, 300, 300, 500, 500, 400, 200), (0, 0, 200, 200, 200, 200, 200, 100), ((650, 10),)),
    Group(
        (0, 0, 3000, 3000, 3000, 3000, 1000, 1000), (0, 0, 2000, 2000, 2000, 2000, 2000, 1000), ((4000, 11), (2000, 12))
    ),
)  # fmt: skip
LAST_RANK = 13
GIR = {1: 1, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 2, 8: 3, 9: 3, 10: 4, 11: 4, 12: 5, 13: 6}


def rank_of(modalities: Sequence[str]) -> int:
    """Rank of eight modalities A, B or C: the first group whose score reaches a threshold gives it.

    AAAAAACA gives rank 13, hence GIR 6: an oddity of the text itself, kept as it is.
    """
    for group in GROUPS:
        weights = zip(modalities, group.b, group.c, strict=True)
        score = sum({"A": 0, "B": b, "C": c}[letter] for letter, b, c in weights)
        for least, rank in group.thresholds:
            if score >= least:
                return rank
    return LAST_RANK


def gir_of(modalities: Sequence[str]) -> int:
    """GIR of eight modalities; a team confirms it, the tool only computes (annexe 2-2)."""
    return GIR[rank_of(modalities)]
