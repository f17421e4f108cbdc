"""Networks side by side, for the region: a count of fewer than eleven persons is hidden (design §8)."""

from dataclasses import dataclass
from typing import Final

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.figures.board import reading, said
from pepites.coordination.figures.catalogue import BY_KEY, OUTSIDE
from pepites.coordination.figures.periods import Period
from pepites.coordination.figures.selectors import kept_or_counted
from pepites.networks.selectors import active_networks

COMPARED: Final = (
    "suivies", "file_active", "premier_contact", "inclusion", "taches_retard", "taches_faites", "etapes_retard",
    "cercle",
)  # fmt: skip
"""No count whose months add up: the region chooses its periods freely, and could subtract one from another."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure: its value in each network, by name."""

    label: str
    how: str
    lines: tuple[tuple[str, str], ...]


def networks_compared(actor: Actor, period: Period) -> list[Compared]:
    """The figures compared, nothing where no network is in service: one query a network, whatever its size."""
    day = today()
    counts = {network.name: kept_or_counted(actor, network, [period], day)[0][0] for network in active_networks()}
    if not counts:
        return []
    found = []
    for figure in (BY_KEY[key] for key in COMPARED):
        read = {name: reading(figure, one, least=OUTSIDE) for name, one in counts.items()}
        lines = tuple((name, said(figure, one)) for name, one in read.items())
        found.append(Compared(figure.label, figure.how, lines))
    return found
