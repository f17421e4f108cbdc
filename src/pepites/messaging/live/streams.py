"""One open stream: raw ASGI server-sent events, a bounded buffer, one task."""

import asyncio
import contextlib
import itertools
import json
import random
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from uuid import UUID

from pepites.messaging.live.store import Event, Reader, Subscription

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BUFFER = 512 * 1024  # bytes waiting for a slow reader; beyond, the stream closes and the client comes back
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]
COMMENT = b": \n\n"


def retry() -> int:
    """Milliseconds before a client comes back, drawn at random so that a thousand do not come at once."""
    return random.randint(300, 2300)  # noqa: S311


def frame(name: str, data: str, number: int | None = None) -> bytes:
    """One server-sent event. Line ends inside ``data`` become ``data:`` lines."""
    lines = "\n".join(f"data: {line}" for line in data.replace("\r", "").split("\n"))
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {name}\n{lines}\n\n".encode()


def encode(event: Event, public_id: UUID) -> bytes:
    """A conversation's event, the same bytes for every reader."""
    data = {"conversation": str(public_id), "seq": event.seq, "genre": event.kind, "html": event.html}
    return frame("message", json.dumps(data, ensure_ascii=False), event.id)


class Stream:
    """The stream of one open page."""

    _numbers = itertools.count(1)

    def __init__(self, reader: Reader, subscriptions: dict[int, Subscription], only: int | None) -> None:
        self.number = next(self._numbers)
        self.reader, self.subscriptions, self.only = reader, subscriptions, only
        self.held: list[tuple[Event, bytes]] = []  # events kept back while rights are read again, or replayed
        self._holds = 1  # until the replay is over
        self.seen: set[int] = set()  # numbers of the events already replayed
        self.closed = False
        self._buffer = bytearray()
        self._waiting: asyncio.Future[None] | None = None

    def wants(self, conversation_id: int) -> Subscription | None:
        """The subscription to that conversation, if this stream follows it."""
        if self.only is not None and conversation_id != self.only:
            return None
        return self.subscriptions.get(conversation_id)

    def deliver(self, event: Event, data: bytes) -> None:
        """Pass an event on, unless its reader may not see it (history date) or it was replayed."""
        if self.holding:
            self.held.append((event, data))
            return
        subscription = self.wants(event.conversation_id)
        if subscription is None or event.message_at < subscription.visible_from:
            return
        if event.id in self.seen:
            self.seen.discard(event.id)
            return
        self.push(data)

    @property
    def holding(self) -> bool:
        """Whether rights are being read again, or the past replayed."""
        return self._holds > 0

    def hold(self) -> None:
        """Deliver nothing until ``release``: rights are being read again."""
        self._holds += 1

    def release(self) -> None:
        """Deliver what was held, under the rights as they are now; the last of those who hold does it."""
        self._holds -= 1
        if self._holds:
            return
        held, self.held = self.held, []
        for event, data in held:
            self.deliver(event, data)

    def push(self, data: bytes) -> None:
        """Add bytes; a reader that does not take them is let go."""
        if self.closed:
            return
        if len(self._buffer) + len(data) > BUFFER:
            self.close("lent")
            return
        self._buffer += data
        self._wake()

    def close(self, why: str) -> None:
        """End the stream: the client comes back after a pause drawn at random."""
        if not self.closed:
            self._buffer += f"retry: {retry()}\n".encode() + frame("fin", why)
            self.closed = True
            self._wake()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def run(self, receive: Receive, send: Send) -> None:
        """Send until closed or until the client leaves."""
        gone = asyncio.ensure_future(_until_gone(receive))
        gone.add_done_callback(lambda _: self._leave())
        try:
            loop = asyncio.get_running_loop()
            while True:
                if not self._buffer and not self.closed:
                    self._waiting = loop.create_future()
                    await self._waiting
                chunk, last = bytes(self._buffer), self.closed
                self._buffer.clear()
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": chunk, "more_body": not last})
                if last:
                    return
        finally:
            self.closed = True
            gone.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await gone

    def _leave(self) -> None:
        self.closed = True
        self._wake()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
