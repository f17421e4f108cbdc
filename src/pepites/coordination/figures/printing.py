"""The activity report of a network: the dashboard on paper, definitions and drawings included (coordination P12)."""

from datetime import date
from pathlib import Path
from typing import Any, Final

from pepites.audit.unit import record
from pepites.common.clock import CAYENNE, now
from pepites.coordination.figures.board import Board, Shown, counted_words, number, said, trend
from pepites.coordination.figures.drawing import map_of, scale_of
from pepites.documents.typesetting import make_pdf
from pepites.networks.models import Network
from pepites.regional.indicators import curve

TEMPLATE: Final = Path(__file__).with_name("data") / "report.typ"
_LINE: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-4 -4 308 88"><path d="M0 0H300M0 80H300" fill="none"'
    ' stroke="#8a8a8a" stroke-width="0.6"/>{}</svg>'
)
_STROKE: Final = '<polyline points="{}" fill="none" stroke="#0b5c5c" stroke-width="2.5" stroke-linecap="round"/>'


def report_pdf(*, network: Network, board: Board, printed_by: str) -> bytes:
    """The report of one period; the edition is journalled."""
    record("coordination.figures.printed", action="E", object_type="network", object_id=network.slug,
           detail={"period": board.period.code or board.period.label})  # fmt: skip
    moment = now()
    local = moment.astimezone(CAYENNE)
    places = board.named("par_commune")
    data = {
        "title": f"Rapport d'activité, {board.period.label}",
        "network": network.name,
        "printed": [local.year, local.month, local.day, local.hour, local.minute],
        "printed_by": f"Édité par {printed_by} le {local:%d/%m/%Y à %H h %M}",
        "days": _days(board, local.date()),
        "small": f"« masqué » : moins de {board.least} personnes, ou un nombre qui permettrait d'en retrouver un."
        f" {board.withheld}",
        "tiles": [_tile(one) for one in board.figures if one.figure.plotted],
        "splits": [{"label": one.label, "lines": one.lines} for one in board.figures if one.now.parts],
        "curves": [_curve(one) for one in board.figures if one.figure.plotted],
        "map": _standing(map_of(dict(places.now.parts), places.words)) if places and places.now.parts else "",
        "map_alt": "Carte de la Guyane : un disque par commune, selon le nombre de personnes suivies. Le tableau « Par"
        " commune » dit la même chose.",
        "definitions": [[one.label, one.figure.how] for one in board.figures],
    }  # fmt: skip
    return make_pdf(TEMPLATE, data, printed_at=moment)


def _days(board: Board, day: date) -> str:
    kept = counted_words(board)
    return f"Du {board.period.since:%d/%m/%Y} au {min(board.period.upto, day):%d/%m/%Y}{f', {kept}' if kept else ''}."


def _tile(one: Shown) -> list[str]:
    target = "" if one.target is None else f"{one.target} {one.unit}".strip()
    return [one.label, said(one.figure, one.now), trend(one), target]


def _curve(one: Shown) -> dict[str, Any]:
    values = [read.value for _, read in one.series]
    top = scale_of(values)
    return {
        "label": one.label,
        "svg": _LINE.format("".join(_STROKE.format(points) for points in curve(values, top))),
        "alt": f"{one.label} : " + " ; ".join(f"{month.label}, {said(one.figure, read)}" for month, read in one.series),
        "scale": f"De 0 à {number(top)} {one.unit}".strip(),
        "months": [[month.label, said(one.figure, read)] for month, read in one.series],
    }


def _standing(svg: str) -> str:
    """A drawing of a page as one of its own: the style sheet stays behind."""
    for old, new in (
        ("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" '),
        ('class="pp-map-land"', 'fill="#eef3ee" stroke="#8a8a8a"'),
        ('class="pp-map-spot"', 'fill="#0b5c5c" fill-opacity="0.7" stroke="#ffffff"'),
        ('class="pp-map-hidden"', 'fill="none" stroke="#0b5c5c" stroke-dasharray="3 2"'),
    ):
        svg = svg.replace(old, new)
    return svg
