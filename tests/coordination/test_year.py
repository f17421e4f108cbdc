"""The three shipped packs run their own year: the dashboards say what an independent recomputation says (P12).

Ninety persons in ``make test``, three hundred in ``make test-long``; the acts go through the services alone.
"""

from datetime import date

import pytest
from tests.assessments.factories import library
from tests.conftest import as_owner
from tests.coordination.year import House, Year, delays, expected, household, newcomer, quartiles

from pepites.audit.unit import unit_of_work
from pepites.common.clock import today
from pepites.coordination.figures.board import HIDDEN, board_of, said
from pepites.coordination.figures.periods import Period, add_months, calendar
from pepites.coordination.figures.selectors import Counts, counts_of
from pepites.networks.packs.selectors import in_force
from pepites.networks.services import ensure_pilot_networks

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def lived(persons: int, seed: int) -> tuple[list[House], list[Period]]:
    """The year until today, in three networks."""
    last = today()
    first = add_months(last.replace(day=1), -11)
    with as_owner():
        networks = ensure_pilot_networks()
    year = Year(seed, first, last, library()["mini-gds"])
    houses = []
    for network in networks:
        pack = in_force(network.pk)
        assert pack is not None
        houses.append(household(network, pack.sections))
        for _ in range(persons):
            year.live(houses[-1], newcomer(year.dice))
    assert year.play() > 5 * persons
    return houses, [calendar(add_months(first, n), 1) for n in range(12)]


def counted(counts: Counts) -> dict[tuple[str, str], tuple[int, int]]:
    """What the base counted, without the delays."""
    return {
        (figure, key): (one.n, one.people)
        for figure, parts in counts.items()
        for key, one in parts.items()
        if figure not in ("premier_contact", "inclusion")
    }


@pytest.mark.parametrize(("persons", "seed"), [(30, 20261127), pytest.param(100, 973, marks=pytest.mark.long)])
def test_every_figure_of_every_month_is_what_the_log_says(persons: int, seed: int) -> None:
    houses, months = lived(persons, seed)
    day = today()
    year = Period(months[0].since, day)
    for house in houses:
        assert len(house.logs) > persons / 2
        with unit_of_work(house.coordinators[0]) as actor:
            found = counts_of(house.coordinators[0], house.network, [*months, year], day)
        del actor
        for month, counts in zip([*months, year], found, strict=True):
            upto = min(month.upto, day)
            assert counted(counts) == expected(house, month.since, upto), (house.network.slug, month.label)
            for figure, values in delays(house, month.since, upto).items():
                if not values:
                    assert figure not in counts
                    continue
                parts = counts[figure]
                told = tuple(parts[key].value for key in ("q1", "mediane", "q3"))
                assert told == pytest.approx(quartiles(values))
                assert parts["mediane"].people == len(values)
        shown_is_true(house, months, day)


def shown_is_true(house: House, months: list[Period], day: date) -> None:
    """What the dashboard shows of each month is the log's count, or is hidden; something is shown."""
    with unit_of_work(house.coordinators[0]):
        board = board_of(house.coordinators[0], house.network, calendar(day.replace(day=1), 1))
    shown = 0
    for figure in ("suivies", "file_active", "taches_retard", "etapes_retard"):
        one = board.named(figure)
        assert one is not None
        for month, read in one.series:
            n, people = expected(house, month.since, min(month.upto, day)).get((figure, ""), (0, 0))
            assert said(one.figure, read) == (HIDDEN if 0 < people < board.least else str(n))
            shown += people >= board.least
    assert shown
    assert [month for month, _ in one.series] == months
