"""What the live stream reads of the database: its own connection for the bell, a few others for the rest.

Everything is read as the actor of a stream, through functions with the caller's rights: the policies apply, and no
role of this process sees every conversation (docs/adr/0010).
"""

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.conf import settings
from django.db import connections
from django.utils.crypto import constant_time_compare
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

from pepites.accounts.models import User
from pepites.accounts.sessions import SessionStore
from pepites.common.clock import now
from pepites.directory.models import Professional
from pepites.messaging.functions import EVENTS, READS, RIGHTS
from pepites.messaging.values import REPLAY_WINDOW

REPLAY_LIMIT = 2000  # events; beyond, the client asks by number
POOL = 12  # waiting for a connection costs the loop more than opening one

_POST_PLAIN = f"SELECT * FROM messaging_post_plain({', '.join(['%s'] * 15)})"  # noqa: S608


@dataclasses.dataclass(frozen=True, slots=True)
class Reader:
    """Who listens: read from the session table, never from the browser."""

    user_id: int
    practice_id: int
    session_key: str = dataclasses.field(repr=False)

    @property
    def session_ref(self) -> str:
        """The part of the key that the journal and the bell use."""
        return self.session_key[:8]


@dataclasses.dataclass(frozen=True, slots=True)
class Sender:
    """A reader who writes: what is printed beside the words. ``fingerprint`` changes with anything read here."""

    reader: Reader
    practice_public_id: UUID
    name: str
    role_label: str
    fingerprint: str = dataclasses.field(repr=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Subscription:
    """A conversation that a reader takes part in."""

    conversation_id: int
    public_id: UUID
    patient_id: int | None
    visible_from: datetime


@dataclasses.dataclass(frozen=True, slots=True)
class Event:
    """Something to deliver."""

    id: int
    conversation_id: int
    seq: int
    kind: str
    html: str
    message_at: datetime


def connection_info() -> str:
    """Address of the web role, as Django has it."""
    values = connections["default"].settings_dict
    known = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return psycopg.conninfo.make_conninfo(
        "",
        **{name: values[key] for name, key in known.items() if values.get(key)},
        application_name="pepites-flux",
        # Few statements, each run all day by key: planned once a connection, not five times under their policies.
        options="-c plan_cache_mode=force_generic_plan -c statement_timeout=30000 -c random_page_cost=1.1",
    )


class _SenderRow(NamedTuple):
    user_id: int
    practice_id: int
    practice_public_id: UUID
    organization_id: int
    role_code: str
    role_label: str
    civility: str
    given_name: str
    family_name: str
    auth: str
    session_data: str
    password: str
    fingerprint: str


class Store:
    """The connections of one process's live stream."""

    def __init__(self, conninfo: str | None = None) -> None:
        self._conninfo = conninfo
        self._pool: AsyncConnectionPool[AsyncConnection[Any]] | None = None

    @property
    def conninfo(self) -> str:
        """Address, read when first needed: settings may not be ready at import."""
        return self._conninfo or connection_info()

    async def open(self) -> None:
        """Open the pool; raises when the database does not answer."""
        self._pool = AsyncConnectionPool(
            self.conninfo,
            min_size=1,
            max_size=POOL,
            timeout=5,
            open=False,
            kwargs={"autocommit": True, "prepare_threshold": 1},
        )
        await self._pool.open(wait=True, timeout=5)

    async def close(self) -> None:
        """Close the pool."""
        if self._pool is not None:
            await self._pool.close(timeout=1)
            self._pool = None

    async def bell(self) -> AsyncConnection[Any]:
        """A connection that listens."""
        connection = await AsyncConnection.connect(self.conninfo, autocommit=True)
        for channel in (EVENTS, RIGHTS, READS):
            await connection.execute(f"LISTEN {channel}")
        return connection

    async def _fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        if self._pool is None:
            raise psycopg.OperationalError("live stream closed")
        async with self._pool.connection() as connection:
            cursor = await connection.execute(sql, params)
            return await cursor.fetchall()

    async def reader(self, session_key: str) -> Reader | None:
        """Who is behind a session, if it is in force, strong, and in a place of practice."""
        sender = await self.sender(session_key)
        return sender.reader if sender else None

    async def sender(self, session_key: str) -> Sender | None:
        """The same, with what is printed of them."""
        rows = await self._fetch("SELECT * FROM messaging_sender(%s, %s, %s)", [session_key, *_limits()])
        if not rows:
            return None
        row = _SenderRow(*rows[0])
        if not _proved(row.session_data, row.password):
            return None
        who = Professional(civility=row.civility, given_name=row.given_name, family_name=row.family_name)
        return Sender(
            Reader(row.user_id, row.practice_id, session_key), row.practice_public_id, who.display_name, row.role_label,
            row.fingerprint,
        )  # fmt: skip

    async def post(
        self,
        sender: Sender,
        conversation: UUID,
        written: tuple[UUID, UUID, str, str, str],
        printed: tuple[str, str],
        origin: tuple[str, str, str],
    ) -> Event | None:
        """Post a plain message as ``sender``, journal included; the event to deliver, None when it cannot be.

        ``written`` is identifier, key, text, HTML and words to search; ``printed`` the entry around the number;
        ``origin`` the request's identifier, its address and the program's version.
        """
        values = [sender.reader.session_key, sender.fingerprint, *_limits(), conversation, *written, *printed, *origin]
        rows = await self._fetch(_POST_PLAIN, values)
        if not rows:
            return None
        seq, number, conversation_id, at = rows[0]
        return Event(number, conversation_id, seq, "message", f"{printed[0]}{seq}{printed[1]}", at)

    async def subscriptions(self, practice_id: int) -> dict[int, Subscription]:
        """The conversations of a practice, read as that practice."""
        rows = await self._fetch("SELECT * FROM messaging_subscriptions(%s)", [practice_id])
        return {row[0]: Subscription(*row) for row in rows}

    async def events(self, practices: list[int], ids: list[int]) -> list[Event]:
        """Those events, each read as the practice beside it; one that this practice may not see is absent."""
        rows = await self._fetch("SELECT * FROM messaging_events_as(%s::bigint[], %s::bigint[])", [practices, ids])
        return [Event(*row) for row in rows]

    async def replay(self, practice_id: int, after: int) -> tuple[list[Event], bool]:
        """What came since event ``after``, and in any case in the last two minutes; whether some was left out."""
        rows = await self._fetch(
            "SELECT * FROM messaging_replay(%s, %s, %s, %s)", [practice_id, after, now() - REPLAY_WINDOW, REPLAY_LIMIT]
        )
        return [Event(*row) for row in rows], len(rows) == REPLAY_LIMIT


def _limits() -> tuple[float, float]:
    """Seconds a session may stay idle, and last."""
    return settings.PEPITES_IDLE_MINUTES * 60.0, settings.PEPITES_SESSION_HOURS * 3600.0


def _proved(session_data: str, password: str) -> bool:
    """Second factor given, and password unchanged since sign-in."""
    data = SessionStore().decode(session_data)
    expected = User(password=password).get_session_auth_hash()
    return bool(data.get("strong")) and constant_time_compare(str(data.get("_auth_user_hash", "")), expected)
