"""Networks side by side, for the region: a count of fewer than eleven persons is hidden (design §8)."""

from dataclasses import dataclass
from typing import Final

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.figures.board import Reading, Shown, reading, said
from pepites.coordination.figures.catalogue import BY_KEY, OUTSIDE
from pepites.coordination.figures.periods import Period
from pepites.coordination.figures.selectors import counts_of
from pepites.networks.selectors import active_networks

COMPARED: Final = (
    "suivies", "file_active", "premier_contact", "inclusion", "taches_retard", "taches_faites", "etapes_retard",
    "cercle",
)  # fmt: skip
"""No figure whose months add up: the region chooses its periods freely, and could subtract one from another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One network: its name and its figures."""

    name: str
    cells: tuple[tuple[str, str], ...]  # the figure's name, its value


def networks_compared(actor: Actor, period: Period) -> tuple[list[str], list[Row]]:
    """The figures' names, and a line for each network in service: one query a network, whatever its size."""
    day = today()
    figures = [BY_KEY[key] for key in COMPARED]
    rows = []
    for network in active_networks():
        counts = counts_of(actor, network, [period], day)[0]
        cells = []
        for figure in figures:
            read = reading(figure, counts, least=OUTSIDE)
            shown = Shown(figure, figure.label, None, read, Reading(None, hidden=False), (), {})
            cells.append((figure.label, said(shown, read)))
        rows.append(Row(network.name, tuple(cells)))
    return [figure.label for figure in figures], rows
