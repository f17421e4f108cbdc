"""The indicators over time: curves with their table, and the lines of the export (RNIV §2.7)."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.regional import indicators
from pepites.regional.indicators import INDICATORS, Counts
from pepites.regional.models import DailyFigures, Domain

SHOWN: Final = 92
"""Days drawn."""
EXPORTED: Final = 366
MAX_LINES: Final = 20_000
TABLE_STEPS: Final = 13
_COUNTED: Final = tuple(field.name for field in dataclasses.fields(Counts))


@dataclass(frozen=True, slots=True)
class Curve:
    """One indicator: its last value, its drawing, and the same values to read."""

    key: str
    label: str
    last: str
    top: str
    lines: list[str]
    table: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The indicators of a domain or of the region."""

    curves: list[Curve]
    first: str
    last: str
    acts: list[tuple[str, str]]


def dashboard(domain: Domain | None) -> Dashboard:
    """Curves of the last days; the page that shows them has journalled its reading."""
    kept = list(DailyFigures.objects.filter(domain=domain, day__gte=today() - dt.timedelta(days=SHOWN)).order_by("day"))
    if not kept:
        return Dashboard([], "", "", [])
    by_day = {one.day: counts_of(one) for one in kept}
    days = [kept[0].day + dt.timedelta(days=n) for n in range((kept[-1].day - kept[0].day).days + 1)]
    curves = []
    for indicator, formula in INDICATORS.items():
        values = [formula(by_day[day]) if day in by_day else None for day in days]
        curves.append(_curve(indicator, days, values))
    return Dashboard(curves, f"{days[0]:%d/%m/%Y}", f"{days[-1]:%d/%m/%Y}", _acts(by_day[days[-1]]))


def counts_of(row: DailyFigures) -> Counts:
    """The counts of a stored day."""
    return Counts(**{name: getattr(row, name) for name in _COUNTED})


def said(value: float | None, unit: str) -> str:
    """« 12,5 % », « 3,0 j », « – » when unknown."""
    return "–" if value is None else f"{value:.1f} {unit}".replace(".", ",")


def export_visible_to(actor: Actor, domain: Domain | None) -> list[list[str]]:
    """Lines of the CSV, title first: one a day and domain over a year; the region's has every domain. Journalled."""
    del actor
    asked = DailyFigures.objects.filter(day__gt=today() - dt.timedelta(days=EXPORTED)).select_related("domain")
    if domain is not None:
        asked = asked.filter(domain=domain)
    found = list(asked.order_by("-day", "domain_id")[:MAX_LINES])
    record(
        "regional.figures.exported", action="E", object_type="regional_figures",
        object_id=domain.code if domain else "region", detail={"lines": len(found)},
    )  # fmt: skip
    numbers = [name for name in _COUNTED if name not in {"insi", "merge_hours"}]
    head = ["jour", "domaine", *numbers, *(one.key for one in INDICATORS)]
    lines = [head]
    for row in found:
        counts = counts_of(row)
        rates = [formula(counts) for formula in INDICATORS.values()]
        lines.append(
            [row.day.isoformat(), row.domain.code if row.domain else "REGION"]
            + [str(getattr(counts, name)) for name in numbers]
            + ["" if value is None else f"{value:.2f}".replace(".", ",") for value in rates]
        )
    return lines


def _curve(indicator: indicators.Indicator, days: Sequence[dt.date], values: Sequence[float | None]) -> Curve:
    top = indicators.ceiling(values)
    step = max(1, -(-len(days) // TABLE_STEPS))
    picked = list(range(len(days) - 1, -1, -step))
    return Curve(
        key=indicator.key, label=indicator.label, last=said(values[-1], indicator.unit),
        top=f"{top:.0f} {indicator.unit}", lines=indicators.curve(values, top),
        table=[(f"{days[n]:%d/%m/%Y}", said(values[n], indicator.unit)) for n in picked],
    )  # fmt: skip


def _acts(counts: Counts) -> list[tuple[str, str]]:
    calls = ", ".join(f"{word} {number}" for word, number in indicators.insi_calls(counts).items())
    return [
        ("Doublons signalés", f"{counts.duplicates_month} dans le mois, {counts.duplicates} en attente"),
        ("Doublons fusionnés", f"{counts.absorbed_month} dans le mois"),
        ("Collisions signalées", f"{counts.collisions_month} dans le mois, {counts.collisions} en attente"),
        ("Rapprochements", f"{counts.links_month} dans le mois"),
        ("Séparations", f"{counts.separations_month} dans le mois"),
        *([("Appels à INSi dans le mois", calls)] if counts.insi else []),
    ]
