"""What a calendar address answers, nobody being signed in; the database checks the account and the place."""

from datetime import datetime
from uuid import UUID

from django.db import connection

FeedLine = tuple[UUID, datetime, datetime, str, str]


def feed_lines(digest: str) -> list[FeedLine] | None:
    """The lines of that address, None when it answers no more."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT agenda_feed_stands(%s)", [digest])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT public_id, starts_at, ends_at, place, state FROM agenda_feed(%s)", [digest])
        lines: list[FeedLine] = cursor.fetchall()
    return lines
