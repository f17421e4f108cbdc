"""Plots of scores as SVG, readable without colour and by a screen reader (interface §12). No inline style."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.safestring import SafeString, mark_safe

from pepites.assessments.questionnaire.scoring import Band
from pepites.assessments.selectors import Point
from pepites.coordination.selectors.labels import short_day
from pepites.coordination.views.printing import escape

WIDTH, HEIGHT = 640, 280
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 16, 36
SPARK_WIDTH, SPARK_HEIGHT = 96, 24


Scale = Callable[[float], float]


def _span(points: Sequence[Point], low: Decimal | None, high: Decimal | None) -> tuple[float, float]:
    values = [float(point.value) for point in points]
    least = min([*values, *([float(low)] if low is not None else [])])
    most = max([*values, *([float(high)] if high is not None else [])])
    return (least, most) if most > least else (least - 1, most + 1)


def _across(points: Sequence[Point], left: float, right: float) -> list[float]:
    """Abscissa of each point, by date; all on one day, they are spread evenly."""
    first, last = points[0].on, points[-1].on
    days = (last - first).days
    if days == 0:
        step = (right - left) / (len(points) + 1)
        return [left + step * (rank + 1) for rank in range(len(points))]
    return [left + (right - left) * (point.on - first).days / days for point in points]


def sparkline(points: Sequence[Point]) -> SafeString:
    """A small line beside the last score; the text says the same, so readers skip it."""
    if len(points) < 2:
        return mark_safe("")
    low, high = _span(points, None, None)
    xs = _across(points, 3, SPARK_WIDTH - 3)
    ys = [SPARK_HEIGHT - 4 - (float(p.value) - low) / (high - low) * (SPARK_HEIGHT - 8) for p in points]
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))
    return mark_safe(  # noqa: S308
        f'<svg class="pp-spark" viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}"'
        f' aria-hidden="true" focusable="false"><polyline points="{path}"/><circle cx="{xs[-1]:.1f}" cy="{ys[-1]:.1f}" r="3"/></svg>'
    )


def plot(
    points: Sequence[Point],
    *,
    label: str,
    unit: str = "",
    bands: Sequence[Band] = (),
    low: Decimal | None = None,
    high: Decimal | None = None,
    ident: str = "courbe",
) -> SafeString:
    """A score through time over its bands, each named in words; a marker shape goes with each tone."""
    least, most = _span(points, low, high)

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - least) / (most - least))

    xs = _across(points, LEFT + 12, WIDTH - RIGHT - 12)
    ys = [y(float(point.value)) for point in points]
    said = " ; ".join(f"{short_day(p.on)} : {_plain(p.value)} {unit}, {p.band}".strip(" ,") for p in points)
    parts = [
        f'<svg class="pp-plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{ident}-t {ident}-d">',
        f'<title id="{ident}-t">{escape(label)}</title><desc id="{ident}-d">{escape(said)}</desc>',
        *_bands(bands, least, most, y),
        f'<path class="pp-plot-axis" d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}"/>',
        *_scale(least, most, unit, y),
        *_dates(points, xs),
    ]
    if len(points) > 1:
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(xs, ys, strict=True))
        parts.append(f'<polyline class="pp-plot-line" points="{path}"/>')
    parts += [_marker(point.tone, a, b) for point, a, b in zip(points, xs, ys, strict=True)]
    return mark_safe("".join([*parts, "</svg>"]))  # noqa: S308


def _bands(bands: Sequence[Band], least: float, most: float, y: Scale) -> list[str]:
    found = []
    for rank, band in enumerate(bands):
        low = max(float(band.least) if band.least is not None else least, least)
        high = min(float(band.below) if band.below is not None else most, most)
        if high <= low:
            continue
        top, bottom = y(high), y(low)
        shade = "pp-plot-band" if rank % 2 else "pp-plot-band pp-plot-band-odd"
        found.append(
            f'<rect class="{shade}" x="{LEFT}" y="{top:.1f}" width="{WIDTH - LEFT - RIGHT}" height="{bottom - top:.1f}"/>'
        )
        if bottom - top >= 16:
            words = band.label if len(band.label) < 60 else f"{band.label[:57]}…"
            found.append(
                f'<text class="pp-plot-word" x="{LEFT + 6}" y="{(top + bottom) / 2 + 5:.1f}">{escape(words)}</text>'
            )
    return found


def _scale(least: float, most: float, unit: str, y: Scale) -> list[str]:
    found = []
    for value in (least, (least + most) / 2, most):
        text = f"{value:g}".replace(".", ",") + (f" {escape(unit)}" if unit else "")
        found.append(
            f'<text class="pp-plot-tick" x="{LEFT - 6}" y="{y(value) + 4:.1f}" text-anchor="end">{text}</text>'
        )
    return found


def _dates(points: Sequence[Point], xs: Sequence[float]) -> list[str]:
    shown: dict[int, date] = {0: points[0].on, len(points) - 1: points[-1].on}
    anchors = {0: "start", len(points) - 1: "end"} if len(points) > 1 else {0: "middle"}
    return [
        f'<text class="pp-plot-tick" x="{xs[rank]:.1f}" y="{HEIGHT - 12}" text-anchor="{anchors[rank]}">{short_day(day)}</text>'
        for rank, day in shown.items()
    ]


def _marker(tone: str, x: float, y: float) -> str:
    """At least six units wide: a disc when all is well, a square to watch, a triangle in danger, a diamond else."""
    if tone == "success":
        return f'<circle class="pp-plot-mark" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    if tone == "warning":
        return f'<rect class="pp-plot-mark pp-plot-warning" x="{x - 6:.1f}" y="{y - 6:.1f}" width="12" height="12"/>'
    if tone == "danger":
        return f'<path class="pp-plot-mark pp-plot-danger" d="M{x:.1f} {y - 8:.1f}l8 14h-16z"/>'
    return f'<path class="pp-plot-mark" d="M{x:.1f} {y - 8:.1f}l8 8-8 8-8-8z"/>'


def _plain(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")
