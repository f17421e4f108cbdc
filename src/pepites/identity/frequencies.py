"""How common names are in the region: counted at night over every domain, kept in memory by each process."""

import math
import time
from typing import Final

from django.db import connection

from pepites.common.clock import now
from pepites.identity.matching.frequency import PackedCounts, unpack
from pepites.identity.models import NameFrequencies

SECONDS: Final = 60.0
"""How long a process trusts what it holds before it asks whether a newer count is there."""
NOT_COUNTED: Final = PackedCounts(total=1_000)
"""A region nobody counted yet: every name is rather common, which is the prudent side."""


class _Held:
    counts: PackedCounts = NOT_COUNTED
    asked: float = -SECONDS


def current() -> PackedCounts:
    """The counts in force."""
    if time.monotonic() - _Held.asked >= SECONDS:
        _Held.asked = time.monotonic()
        version = NameFrequencies.objects.filter(pk=1).values_list("version", flat=True).first()
        if version is None:
            _Held.counts = NOT_COUNTED
        elif version != _Held.counts.version:
            row = NameFrequencies.objects.get(pk=1)
            _Held.counts = unpack(bytes(row.body), row.version)
    return _Held.counts


def forget() -> None:
    """Ask again at the next comparison."""
    _Held.asked = -SECONDS


def hold(counts: PackedCounts) -> None:
    """Keep these, whatever the base says: for a measure or a test."""
    _Held.counts, _Held.asked = counts, math.inf


def store(body: bytes) -> PackedCounts:
    """Put a new count in force; the server's own jobs and commands only."""
    counts = unpack(body, f"{now():%Y%m%d%H%M%S%f}")
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_store_frequencies(%s, %s, %s)", [counts.version, counts.total, body])
    forget()
    return counts
