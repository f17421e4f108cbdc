"""The starts of a series, against a well-known library; calendar files in and out."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import icalendar
import pytest
from dateutil.rrule import DAILY, MONTHLY, WEEKLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from pepites.agenda.calendar_files import LARGEST, TITLE, calendar_of, read_calendar
from pepites.agenda.enums import MOST_REPEATED, Repeat
from pepites.agenda.recurrence import starts
from pepites.common.clock import CAYENNE
from pepites.common.errors import DomainError

FREQUENCIES = {
    Repeat.DAILY: (DAILY, 1), Repeat.WEEKLY: (WEEKLY, 1), Repeat.FORTNIGHTLY: (WEEKLY, 2), Repeat.MONTHLY: (MONTHLY, 1),
}  # fmt: skip
MOMENTS = st.builds(
    lambda day, minute: datetime.combine(day, time(minute // 60, minute % 60)),
    st.dates(date(2020, 1, 1), date(2035, 1, 1)), st.integers(0, 1439),
)  # fmt: skip


@given(MOMENTS, st.sampled_from(list(FREQUENCIES)), st.integers(0, 190))
@settings(max_examples=150, deadline=None)
def test_a_series_is_the_one_of_the_standard(naive: datetime, repeat: Repeat, days: int) -> None:
    first = naive.replace(tzinfo=CAYENNE)
    until = first.date() + timedelta(days=days)
    made = starts(first, repeat, until)
    frequency, interval = FREQUENCIES[repeat]
    extra = {}
    if repeat == Repeat.MONTHLY and first.day > 28:  # the last day of the shorter months
        extra = {"bymonthday": [-1] if first.day == 31 else [*range(28, first.day + 1)], "bysetpos": -1}
    expected = rrule(frequency, dtstart=naive, interval=interval, until=datetime.combine(until, naive.time()), **extra)
    assert [one.replace(tzinfo=None) for one in made] == list(expected)


def test_a_series_has_an_end_and_a_size() -> None:
    first = datetime(2026, 1, 31, 9, tzinfo=CAYENNE)
    assert [one.day for one in starts(first, Repeat.MONTHLY, date(2026, 4, 30))] == [31, 28, 31, 30]
    for until, sentence in (
        (None, "jusqu'à quand"), (date(2026, 1, 1), "avant son début"), (date(2029, 1, 1), "deux ans"),
        (date(2027, 1, 1), str(MOST_REPEATED)),
    ):  # fmt: skip
        with pytest.raises(DomainError, match=sentence):
            starts(first, Repeat.DAILY, until)


def test_what_an_address_answers_says_nothing_of_anybody() -> None:
    moment = datetime(2026, 3, 2, 12, tzinfo=UTC)
    text = calendar_of([(uuid4(), moment, moment + timedelta(hours=1), "", "prevu")], moment).decode()
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert (str(event["SUMMARY"]), str(event["CLASS"])) == (TITLE, "PRIVATE")
    assert event["DTSTART"].dt == moment


def test_a_place_is_escaped_and_folded_as_a_calendar_reads_it() -> None:
    moment, place = (
        datetime(2026, 3, 2, 12, tzinfo=UTC),
        "Maison de santé ; salle A, 2\\3, " + "rue du Port-à-Pirogues " * 4,
    )
    text = calendar_of([(uuid4(), moment, moment + timedelta(hours=1), place, "attente")], moment).decode()
    (event,) = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert (str(event["LOCATION"]), str(event["STATUS"])) == (place, "TENTATIVE")
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert str(icalendar.Calendar.from_ical(text)["X-WR-CALNAME"]) == "Pépites"


FILE = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Essai//
BEGIN:VEVENT
UID:a
DTSTART:20260303T130000Z
DTEND:20260303T140000Z
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Rendez-vous de Mme Secret
END:VEVENT
BEGIN:VEVENT
UID:b
DTSTART;VALUE=DATE:20260304
DTEND;VALUE=DATE:20260306
SUMMARY:Congé
END:VEVENT
BEGIN:VEVENT
UID:c
DTSTART:20260305T130000Z
DTEND:20260305T140000Z
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def test_a_calendar_gives_busy_times_and_nothing_else() -> None:
    read = read_calendar(FILE.encode(), NOW)
    assert [one.starts_at.astimezone(CAYENNE).day for one in read] == [3, 4, 10, 17]
    assert "Secret" not in repr(read)
    assert read == read_calendar(FILE.encode(), NOW)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "lisible"),
        (b"\x00\xff" * 50, "lisible"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", "lisible"),
        (b"x" * (LARGEST + 1), "1 Mo"),
        (b"\n" * 60_001, "trop de lignes"),
        (FILE.replace("FREQ=WEEKLY;COUNT=3", "FREQ=SECONDLY").encode(), "plusieurs fois par jour"),
        (FILE.replace("FREQ=WEEKLY;COUNT=3", "FREQ=DAILY;BYHOUR=1,2,3").encode(), "plusieurs fois par jour"),
        (FILE.replace("BEGIN:VCALENDAR", "BEGIN:VCARD").encode(), "lisible"),
    ],
)
def test_what_is_no_calendar_is_refused_in_words(content: bytes, sentence: str) -> None:
    with pytest.raises(DomainError, match=sentence):
        read_calendar(content, NOW)


HOSTILE = st.text(max_size=200).map(lambda text: FILE.replace("UID:a", text).encode("utf-8", "replace"))


@given(st.binary(max_size=400) | HOSTILE)
@settings(max_examples=200, deadline=None)
def test_no_file_breaks_the_reader(content: bytes) -> None:
    with suppress(DomainError):
        assert isinstance(read_calendar(content, NOW), list)
