"""What a dashboard shows: each figure with its trend, its parts and its last twelve months, small cells hidden."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, today
from pepites.coordination.figures.catalogue import BY_KEY, FIGURES, INSIDE, PARTS, Figure, Kind
from pepites.coordination.figures.cells import hidden_parts, hidden_periods, is_small, withheld_periods
from pepites.coordination.figures.periods import Period, around, whole_years
from pepites.coordination.figures.selectors import Count, Counts, counts_of, kept_or_counted, part_labels
from pepites.networks.models import Network
from pepites.networks.packs.selectors import in_force, value_of

HIDDEN: Final = "masqué"
NOTHING: Final = "rien à mesurer"
MONTHS_SHOWN: Final = 12
TIED: Final = (("entrees", "sorties"), ("evaluations",))
"""Figures whose months add up; entries and exits are tied by who is followed, so that they are hidden together."""
NESTED: Final = ("sorties", "evaluations", "taches_faites")
"""Figures whose parts add up from month to quarter to year."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure over one period; ``value`` is None when hidden or when there is nothing to measure."""

    value: float | None
    hidden: bool
    parts: tuple[tuple[str, int | None], ...] = ()  # by key; None when hidden
    quartiles: tuple[float, float] | None = None
    withheld: bool = False  # its parts are not given for a period so short


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure, ready for a screen, a file or a report."""

    figure: Figure
    label: str
    target: int | None
    now: Reading
    before: Reading
    series: tuple[tuple[Period, Reading], ...]
    words: Mapping[str, str]

    @property
    def unit(self) -> str:
        """What the value counts, when it is not a number of things."""
        return {Kind.DELAY: "jours", Kind.SHARE: "%"}.get(self.figure.kind, "")

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The parts, in words."""
        return [(self.words.get(key, key), HIDDEN if n is None else str(n)) for key, n in self.now.parts]


@dataclass(frozen=True, slots=True)
class Board:
    """The figures of a network over a period."""

    period: Period
    figures: tuple[Shown, ...]
    least: int
    counted_at: datetime | None = None  # of counts that were kept; None when counted now

    def named(self, key: str) -> Shown | None:
        """One figure, when the network shows it."""
        return next((one for one in self.figures if one.figure.key == key), None)

    @property
    def withheld(self) -> str:
        """Which figures give no parts for this period, and where to find them; empty when all do."""
        labels = ", ".join(one.label for one in self.figures if one.now.withheld)
        why = {
            1: "Sur un mois, il désignerait des personnes : voyez le trimestre ou l'année.",
            3: "Sur un trimestre, il désignerait des personnes : voyez l'année.",
        }
        free = "Il se donne par mois, trimestre ou année, jamais sur des dates libres."
        return f"Sans détail ici : {labels}. {why.get(self.period.months, free)}" if labels else ""

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return any(one.now.hidden or any(n is None for _, n in one.now.parts) for one in self.figures)


Hidden = frozenset[tuple[date, int]]


def board_of(
    actor: Actor, network: Network, period: Period, *, commune: str = "", referent: int | None = None,
    least: int = INSIDE,
) -> Board:  # fmt: skip
    """The dashboard of a network; a few queries and what names the parts need, whatever the size."""
    day = today()
    months = whole_years(period, day)
    periods = [period, period.previous, *months, *around(months)]
    if commune or referent is not None:
        counts, counted_at = counts_of(actor, network, periods, day, commune=commune, referent=referent), None
    else:
        counts, counted_at = kept_or_counted(actor, network, periods, day)
    hidden = _hidden(months, counts[2 : 2 + len(months)], least)
    coarse = _withheld(periods[2:], counts[2:], hidden, least)
    words = part_labels(network, counts)
    last = [place for place, one in enumerate(months) if one.since <= period.upto][-MONTHS_SHOWN:]
    shown = []
    for figure, label, target in chosen_figures(network):
        read = [
            reading(
                figure,
                one,
                least=least,
                masked=_is_masked(figure, each, hidden),
                withheld=figure.key in NESTED and (not each.months or _is_masked(figure, each, coarse)),
            )
            for one, each in zip(counts, periods, strict=True)
        ]
        series = tuple((months[place], read[place + 2]) for place in last)
        shown.append(Shown(figure, label, target, read[0], read[1], series, words.get(figure.key, {})))
    return Board(period, tuple(shown), least, counted_at)


def chosen_figures(network: Network) -> list[tuple[Figure, str, int | None]]:
    """The figures that the network's settings show, under its own words; every one when it chose none."""
    rows: list[dict[str, Any]] = value_of(in_force(network.pk), "indicateurs")["figures"]
    if not rows:
        return [(figure, figure.label, None) for figure in FIGURES]
    return [(BY_KEY[row["figure"]], row["label"] or BY_KEY[row["figure"]].label, row["target"]) for row in rows]


def reading(figure: Figure, counts: Counts, *, least: int, masked: bool = False, withheld: bool = False) -> Reading:
    """One figure of one period, small cells hidden; ``withheld``, it gives its total alone."""
    parts = counts.get(figure.key, {})
    if figure.kind is Kind.DELAY:
        return _delay(parts, least)
    if figure.kind is Kind.COUNT:
        alone = parts.get("", Count(0, 0))
        hidden = (
            masked or is_small(alone.people, least) or (figure.key == "sans_referent" and "" in _carers(counts, least))
        )
        return Reading(None if hidden else float(alone.n), hidden)
    people = {key: parts[key].people if key in parts else 0 for key in [*PARTS.get(figure.key, {}), *parts]}
    gone = _carers(counts, least) if figure.key == "par_referent" else hidden_parts(people, least=least)
    total = sum(one.people for one in parts.values())
    if masked or is_small(total, least):
        gone = frozenset(people)
    counted = {key: None if key in gone else parts[key].n if key in parts else 0 for key in people}
    kept = tuple(counted.items()) if figure.key in PARTS else _by_size(counted)
    withheld = withheld and total > 0
    if figure.kind is Kind.SHARE:
        return Reading(None, hidden=True, withheld=True) if withheld else _share(kept)
    hidden = masked or is_small(total, least)
    value = None if hidden else float(sum(one.n for one in parts.values()))
    return Reading(value, hidden, () if withheld else kept, withheld=withheld)


def _carers(counts: Counts, least: int) -> frozenset[str]:
    """Référents hidden, « none » among them under an empty key: together they are all who is followed."""
    table = {key: one.people for key, one in counts.get("par_referent", {}).items()}
    return hidden_parts(table | {"": counts.get("sans_referent", {}).get("", Count(0, 0)).people}, least=least)


def _by_size(counted: Mapping[str, int | None]) -> tuple[tuple[str, int | None], ...]:
    """The largest first; those hidden come last, in an order that tells nothing of them."""
    return tuple(sorted(counted.items(), key=lambda one: (one[1] is None, -(one[1] or 0), one[0])))


def _delay(parts: Mapping[str, Count], least: int) -> Reading:
    middle = parts.get("mediane")
    if middle is None:
        return Reading(None, hidden=False)
    if is_small(middle.people, least):
        return Reading(None, hidden=True)
    values = [parts[key].value or 0.0 for key in ("q1", "q3")]
    return Reading(middle.value, hidden=False, quartiles=(values[0], values[1]))


def _share(parts: tuple[tuple[str, int | None], ...]) -> Reading:
    known = [n for _, n in parts if n is not None]
    if len(known) < len(parts):
        return Reading(None, hidden=True, parts=parts)
    return Reading(100 * known[0] / sum(known) if sum(known) else None, hidden=False, parts=parts)


def _hidden(months: Sequence[Period], counts: Sequence[Counts], least: int) -> dict[str, Hidden]:
    found: dict[str, Hidden] = {}
    for keys in TIED:
        tables = [
            {month.since: sum(part.people for part in one.get(key, {}).values())
             for month, one in zip(months, counts, strict=True)}
            for key in keys
        ]  # fmt: skip
        found |= dict.fromkeys(keys, hidden_periods(*tables, least=least))
    return found


def _withheld(
    periods: Sequence[Period], counts: Sequence[Counts], hidden: Mapping[str, Hidden], least: int
) -> dict[str, Hidden]:
    found: dict[str, Hidden] = {}
    for key in NESTED:
        tables = {
            (period.since, period.months): {part: one.people for part, one in each.get(key, {}).items()}
            for period, each in zip(periods, counts, strict=True)
        }
        found[key] = withheld_periods(tables, hidden.get(key, frozenset()), least=least)
    return found


def _is_masked(figure: Figure, period: Period, hidden: Mapping[str, Hidden]) -> bool:
    return (period.since, period.months) in hidden.get(figure.key, frozenset())


def said(figure: Figure, read: Reading) -> str:
    """The value in words."""
    if read.hidden:
        return HIDDEN
    if read.value is None:
        return NOTHING
    if figure.kind is Kind.SHARE:
        return f"{read.value:.0f}\N{NO-BREAK SPACE}%"
    if figure.kind is Kind.DELAY:
        return f"{number(read.value)} jour{'s' if read.value >= 2 else ''}"
    return number(read.value)


def number(value: float) -> str:
    """A number as French writes it, one decimal when there is one."""
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")


def trend(shown: Shown) -> str:
    """Against the period before, in words."""
    now, before = shown.now.value, shown.before.value
    if now is None or before is None:
        return ""
    gap = now - before
    unit = " points" if shown.figure.kind is Kind.SHARE else " j" if shown.figure.kind is Kind.DELAY else ""
    gap = round(gap) if shown.figure.kind is Kind.SHARE else gap
    return f"{'+' if gap > 0 else '−'} {number(abs(gap))}{unit}" if gap else "="


def counted_words(board: Board) -> str:
    """« compté le 27/11/2026 à 14 h 32 », of figures that were kept."""
    return f"compté le {board.counted_at.astimezone(CAYENNE):%d/%m/%Y à %-H h %M}" if board.counted_at else ""
