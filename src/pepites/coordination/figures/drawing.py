"""Drawings of a dashboard: the curve of a figure, and Guiana by commune. SVG without style, for a page or a report.

The outline is our own, a few points of the coast, the Oyapock, the southern watershed and the Maroni; a commune is
where its town hall is. Good enough to find one's way, no use for surveying.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

from django.utils.safestring import SafeString, mark_safe

from pepites.coordination.views.printing import escape
from pepites.regional.indicators import curve

TOWNS: Final = {
    "97301": (4.31, -52.13), "97302": (4.94, -52.33), "97303": (5.48, -53.20), "97304": (5.16, -52.65),
    "97305": (5.01, -52.48), "97306": (5.66, -53.78), "97307": (4.85, -52.33), "97308": (3.89, -51.80),
    "97309": (4.90, -52.27), "97310": (4.73, -52.33), "97311": (5.50, -54.03), "97312": (5.38, -52.95),
    "97313": (4.89, -52.49), "97314": (4.21, -51.67), "97352": (3.62, -53.21), "97353": (3.64, -54.03),
    "97356": (3.17, -52.34), "97357": (4.26, -54.38), "97358": (4.82, -53.28), "97360": (5.16, -54.34),
    "97361": (5.74, -53.93), "97362": (3.81, -54.15),
}  # fmt: skip
"""Latitude and longitude of each commune's town, rounded."""
_OUTLINE: Final = (
    (5.78, -54.00), (5.62, -53.60), (5.56, -53.30), (5.50, -53.00), (5.30, -52.75), (5.10, -52.55), (4.98, -52.35),
    (4.92, -52.22), (4.65, -51.95), (4.40, -51.75), (4.25, -51.60), (4.05, -51.68), (3.88, -51.80), (3.60, -52.00),
    (3.25, -52.20), (3.05, -52.40), (2.55, -52.62), (2.20, -52.95), (2.35, -53.40), (2.20, -53.90), (2.33, -54.45),
    (2.90, -54.12), (3.45, -54.00), (3.90, -54.30), (4.35, -54.45), (4.95, -54.45), (5.35, -54.20),
)  # fmt: skip
_WEST, _NORTH, _SCALE = -54.75, 6.0, 100
MAP_WIDTH, MAP_HEIGHT = 340, 400
_LARGEST, _SMALLEST = 26.0, 5.0


def map_of(counts: Mapping[str, int | None], names: Mapping[str, str]) -> SafeString:
    """A disc for each commune where somebody lives, its area as the count; a ring where the count is hidden."""
    most = max((n for n in counts.values() if n), default=1)
    land = " ".join(_at(*point) for point in _OUTLINE)
    spots = [_spot(code, counts[code], names.get(code, code), most) for code in _largest_first(counts) if code in TOWNS]
    return mark_safe(  # noqa: S308 - numbers, and names escaped
        f'<svg class="pp-map" viewBox="0 0 {MAP_WIDTH} {MAP_HEIGHT}" aria-hidden="true" focusable="false">'
        f'<polygon class="pp-map-land" points="{land}"/>{"".join(spots)}</svg>'
    )


def _largest_first(counts: Mapping[str, int | None]) -> list[str]:
    return sorted((code for code, n in counts.items() if n != 0), key=lambda code: (-(counts[code] or 0), code))


def _spot(code: str, count: int | None, name: str, most: int) -> str:
    x, y = _at(*TOWNS[code]).split(",")
    said = f"<title>{escape(name)} : {'masqué' if count is None else count}</title>"
    if count is None:
        return f'<circle class="pp-map-hidden" cx="{x}" cy="{y}" r="{_SMALLEST}">{said}</circle>'
    radius = max(_SMALLEST, _LARGEST * sqrt(count / most))
    return f'<circle class="pp-map-spot" cx="{x}" cy="{y}" r="{radius:.1f}">{said}</circle>'


def _at(latitude: float, longitude: float) -> str:
    return f"{(longitude - _WEST) * _SCALE:.0f},{(_NORTH - latitude) * _SCALE:.0f}"


def line_of(values: Sequence[float | None], top: float) -> SafeString:
    """The curve of a figure; the table beside it says the same, so that readers skip it."""
    lines = "".join(f'<polyline points="{points}"/>' for points in curve(values, top))
    return mark_safe(  # noqa: S308 - numbers
        '<svg class="pp-curve-line" viewBox="-4 -4 308 88" preserveAspectRatio="none" aria-hidden="true"'
        f' focusable="false"><path class="pp-curve-axis" d="M0 0H300M0 80H300"/>{lines}</svg>'
    )


def scale_of(values: Sequence[float | None]) -> float:
    """Top of a scale: the next of 1, 2, 5, 10, 20, 50… that holds every value."""
    highest, top = max((value for value in values if value is not None), default=0.0), 1.0
    for factor in (2.0, 2.5, 2.0) * 9:
        if top >= highest:
            break
        top *= factor
    return top
