"""A client of the live stream that speaks ASGI directly, and sessions for it. Everything is really committed."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import psycopg.conninfo
from django.conf import settings
from django.db import connections
from tests.messaging.factories import Circle

from pepites.accounts.models import User
from pepites.accounts.sessions import SessionStore
from pepites.common.actor import Actor
from pepites.config import engine
from pepites.messaging.live import Flux

T = TypeVar("T")
Scenario = Callable[[Flux, Circle, dict[str, str]], Awaitable[None]]


def web_conninfo(database: dict[str, str]) -> str:
    return psycopg.conninfo.make_conninfo(engine.database_urls(engine.var_dir()).web, dbname=database["dbname"])


def sign_in(actor: Actor, *, strong: bool = True) -> str:
    """The cookie of a session of that actor."""
    user = User.objects.get(pk=actor.user_id)
    store = SessionStore()
    store.update(
        {
            "_auth_user_id": str(user.pk),
            "_auth_user_backend": settings.AUTHENTICATION_BACKENDS[0],
            "_auth_user_hash": user.get_session_auth_hash(),
            "practice_id": actor.practice_id,
            "strong": strong,
        }
    )
    store.create()
    return str(store.session_key)


async def in_thread(work: Callable[[], T]) -> T:
    """Run database work as a request would: in a thread, on its own connection."""

    def run() -> T:
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)


class Page:
    """One open page."""

    def __init__(self, flux: Flux, cookie: str, query: str = "", headers: dict[str, str] | None = None) -> None:
        self.status = 0
        self.events: list[tuple[int, str, dict[str, Any]]] = []
        self._raw = b""
        self._left, self._news = asyncio.Event(), asyncio.Event()
        lines = {"cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"} | (headers or {})
        scope = {
            "type": "http", "method": "GET", "path": "/flux", "query_string": query.encode(), "client": ("10.0.0.9", 1),
            "headers": [(name.encode(), value.encode()) for name, value in lines.items()],
        }  # fmt: skip
        self.task = asyncio.ensure_future(flux(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        self._raw += message.get("body", b"")
        while b"\n\n" in self._raw:
            block, self._raw = self._raw.split(b"\n\n", 1)
            self._read(block.decode())
        self._news.set()

    def _read(self, block: str) -> None:
        fields: dict[str, str] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(": ")
            fields[name] = fields[name] + "\n" + value if name in fields else value
        if "event" in fields:
            with suppress(json.JSONDecodeError):
                data = json.loads(fields["data"]) if "{" in fields["data"] else {}
                self.events.append((int(fields.get("id", 0)), fields["event"], data))

    @property
    def seqs(self) -> list[int]:
        return [data["seq"] for _, name, data in self.events if name == "message"]

    @property
    def ended(self) -> bool:
        return self.task.done()

    async def until(self, condition: Callable[["Page"], bool], timeout: float = 5.0) -> None:  # noqa: ASYNC109
        async with asyncio.timeout(timeout):
            while not condition(self):
                self._news.clear()
                waits = [asyncio.ensure_future(self._news.wait()), asyncio.ensure_future(asyncio.sleep(0.02))]
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                for wait in waits:
                    wait.cancel()

    async def opened(self) -> "Page":
        await self.until(lambda page: page.status != 0)
        if self.status == 200:
            await self.until(lambda page: any(name == "bienvenue" for _, name, _ in page.events))
        return self

    async def leave(self) -> None:
        self._left.set()
        await self.task
