"""Slows guessing without locking a victim out for ever (PGSSI-S, PG-01; RIE §6.3).

Three counters: one account from one network, the account from everywhere, the network on every account. A few failures
in a row cost nothing; from then each doubles the wait, up to fifteen minutes. Failures from elsewhere never slow a
device on which the account has already signed in: that device has its own counter. One network alone never slows the
account for the others: past its own free tries, it no longer adds to the account's counter.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from pepites.accounts.crypto import fingerprint
from pepites.accounts.models import Throttle
from pepites.accounts.values import Origin
from pepites.common.clock import now
from pepites.common.errors import TooMany

FREE_TRIES = 5
FREE_TRIES_ACCOUNT = 20  # all networks together: someone guesses from many places
FREE_TRIES_NETWORK = 50  # all accounts together: someone tries one password on everybody; a hospital has one address
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Counter:
    """One counter and how many failures it forgives."""

    key: str
    free: int
    alone: bool = True  # tries wait for one another; not those of a whole hospital
    own: bool = True  # whether a network counts past its own free tries


def counters(kind: str, account: object, origin: Origin, *, user_id: int | None) -> tuple[Counter, ...]:
    """The counters of one try; ``kind`` is ``password`` or ``factor``, ``account`` names the account, known or not."""
    if origin.device and user_id is not None and user_id in origin.known_users:
        return (Counter(fingerprint("throttle", kind, "device", origin.device, user_id), FREE_TRIES),)
    return (
        Counter(fingerprint("throttle", kind, "network", account, origin.network), FREE_TRIES),
        Counter(fingerprint("throttle", kind, "account", account), FREE_TRIES_ACCOUNT, own=False),
        Counter(fingerprint("throttle", kind, "everybody", origin.network), FREE_TRIES_NETWORK, alone=False),
    )


def guard(watched: tuple[Counter, ...]) -> None:
    """Let the try through, or raise ``TooMany``; tries with the same counters wait for one another."""
    with connection.cursor() as cursor:
        for counter in sorted((one for one in watched if one.alone), key=lambda item: item.key):
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [counter.key])
    keys = [counter.key for counter in watched]
    moment = now()
    ends = Throttle.objects.filter(key__in=keys, blocked_until__gt=moment).values_list("blocked_until", flat=True)
    latest = max((end for end in ends if end is not None), default=None)
    if latest is not None:
        raise TooMany(f"Trop d'essais. Attendez {_wait_label(latest - moment)}, puis recommencez.")


def fail(watched: tuple[Counter, ...]) -> None:
    """Count one more failure on each counter; call it in a transaction that is kept."""
    moment, first = now(), 0
    for counter in watched:
        if first > FREE_TRIES and not counter.own:
            continue
        failures = _count(counter.key, moment)
        first = first or failures
        Throttle.objects.filter(key=counter.key).update(blocked_until=_blocked_until(failures - counter.free, moment))


def _count(key: str, moment: datetime) -> int:
    """One more failure on a counter, in one statement; returns how many now, the old ones forgotten."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_throttle AS t (key, failures, last_failure_at) VALUES (%s, 1, %s)"
            " ON CONFLICT (key) DO UPDATE SET last_failure_at = EXCLUDED.last_failure_at, failures ="
            " CASE WHEN t.last_failure_at < %s THEN 1 ELSE t.failures + 1 END RETURNING failures",
            [key, moment, moment - FORGET_AFTER],
        )
        return int(cursor.fetchone()[0])


def clear(watched: tuple[Counter, ...]) -> None:
    """Forget the failures: the right secret was given."""
    keys = [counter.key for counter in watched]
    Throttle.objects.filter(key__in=keys, failures__gt=0).update(failures=0, blocked_until=None)


def _blocked_until(over: int, moment: datetime) -> datetime | None:
    if over < 0:
        return None
    return moment + min(LONGEST_WAIT, FIRST_WAIT * (1 << min(over, 10)))


def _wait_label(wait: timedelta) -> str:
    seconds = int(wait.total_seconds()) + 1
    if seconds < 60:
        return f"{seconds} secondes"
    minutes = -(-seconds // 60)
    return f"{minutes} minutes" if minutes > 1 else "1 minute"
