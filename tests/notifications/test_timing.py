"""When a message may leave: quiet hours, midnight, the daily digest; whatever the preference."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.common.clock import CAYENNE
from pepites.notifications.enums import Rhythm, Urgency
from pepites.notifications.timing import Preference, quiet_until, when_to_send

TIMES = st.times().map(lambda one: one.replace(microsecond=0))
PREFERENCES = st.builds(
    Preference, rhythm=st.sampled_from(Rhythm), digest_hour=st.integers(0, 23), quiet_from=st.none() | TIMES,
    quiet_to=st.none() | TIMES, quiet_days=st.sets(st.integers(0, 6)).map(lambda days: tuple(sorted(days))),
    urgent_passes=st.booleans(),
)  # fmt: skip
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.sampled_from([UTC, CAYENNE]))  # noqa: DTZ001
NIGHT = Preference(quiet_from=time(20), quiet_to=time(7))


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of March 2026 in Cayenne; the 2nd is a Monday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=CAYENNE)


@given(PREFERENCES, st.sampled_from(Urgency), MOMENTS)
def test_a_message_never_leaves_before_nor_in_quiet_hours(held: Preference, urgency: Urgency, moment: datetime) -> None:
    sent = when_to_send(held, urgency, moment)
    assert moment <= sent < moment + timedelta(days=2)
    if urgency is Urgency.URGENT and held.urgent_passes:
        assert sent == moment
    else:
        assert quiet_until(held, sent) is None


@given(PREFERENCES, MOMENTS)
def test_an_urgent_message_waits_for_no_digest(held: Preference, moment: datetime) -> None:
    sent = when_to_send(held, Urgency.URGENT, moment)
    assert sent == moment or sent == quiet_until(held, moment)


@given(PREFERENCES, MOMENTS)
def test_the_end_of_quiet_hours_is_near_and_is_not_quiet(held: Preference, moment: datetime) -> None:
    end = quiet_until(held, moment)
    if end is not None:
        assert moment < end < moment + timedelta(days=1)
        assert end.timetz().replace(tzinfo=None) == held.quiet_to
        assert quiet_until(held, end) is None


@pytest.mark.parametrize(
    ("moment", "sent"),
    [
        (at(2, 19, 59), at(2, 19, 59)), (at(2, 20), at(3, 7)), (at(2, 23, 59), at(3, 7)), (at(3, 0), at(3, 7)),
        (at(3, 6, 59), at(3, 7)), (at(3, 7), at(3, 7)), (at(3, 12), at(3, 12)),
    ],
)  # fmt: skip
def test_a_night_runs_over_midnight(moment: datetime, sent: datetime) -> None:
    assert when_to_send(NIGHT, Urgency.NORMAL, moment) == sent


def test_quiet_days_are_those_of_the_evening() -> None:
    weekend = Preference(quiet_from=time(18), quiet_to=time(8), quiet_days=(4, 5, 6))
    assert when_to_send(weekend, Urgency.NORMAL, at(8, 23)) == at(9, 8)  # Sunday night ends on Monday morning
    assert when_to_send(weekend, Urgency.NORMAL, at(9, 23)) == at(9, 23)  # Monday night is no quiet one
    assert when_to_send(weekend, Urgency.NORMAL, at(6, 2)) == at(6, 2)  # nor is Thursday's, over midnight


def test_the_digest_leaves_at_its_hour_once_a_day() -> None:
    daily = Preference(rhythm=Rhythm.DAILY, digest_hour=18)
    assert when_to_send(daily, Urgency.NORMAL, at(2, 9)) == at(2, 18)
    assert when_to_send(daily, Urgency.NORMAL, at(2, 18)) == at(2, 18)
    assert when_to_send(daily, Urgency.NORMAL, at(2, 18, 1)) == at(3, 18)
    assert when_to_send(Preference(digest_hour=7), Urgency.DIGEST, at(2, 9)) == at(3, 7)
    assert when_to_send(
        Preference(digest_hour=22, quiet_from=time(20), quiet_to=time(7)), Urgency.DIGEST, at(2, 9)
    ) == (at(3, 7))
