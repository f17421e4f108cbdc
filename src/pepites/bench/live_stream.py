"""One open stream of the live measure: raw HTTP/1.1 on an asyncio protocol, and the rule of the page's script."""

import asyncio
import random
import re
import time
from collections import defaultdict
from collections.abc import Callable

EVENT = re.compile(
    rb'id: (\d+)\nevent: message\ndata: \{"conversation": "([0-9a-f-]{36})", "seq": (\d+), "genre": "message"'
)
PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds, as frontend/js/live.js


class Listener:
    """A reader's page: reopens its stream, drops the events that it knows, notes what arrives and when."""

    def __init__(self, address: tuple[str, int], session: str, arrived: Callable[[int, float], None]) -> None:
        self.address, self.session, self._arrived = address, session, arrived
        self.known: set[int] = set()
        self.numbers: defaultdict[str, set[int]] = defaultdict(set)
        self.shown: defaultdict[str, int] = defaultdict(int)
        self.last_event = 0
        self.replayed = 0
        self.opened = asyncio.Event()
        self.opened_at = 0.0
        self.refused: list[int] = []
        self._pause = PAUSE
        self._wire: Wire | None = None
        self._ended = False

    async def open(self) -> None:
        """Connect once; ``opened`` is set at the server's first words."""
        loop = asyncio.get_running_loop()
        since = f"?depuis={self.last_event}" if self.last_event else ""
        request = (
            f"GET /flux{since} HTTP/1.1\r\nHost: {self.address[0]}:{self.address[1]}\r\nAccept: text/event-stream\r\n"
            f"Cookie: sessionid={self.session}\r\nSec-Fetch-Site: same-origin\r\n\r\n"
        )
        try:
            _, self._wire = await loop.create_connection(lambda: Wire(self, request.encode()), *self.address)
        except OSError:
            self.again()

    def again(self) -> None:
        """Come back after a pause drawn at random, doubled at each failure, as the page's script."""
        self.opened.clear()
        if not self._ended:
            wait = self._pause * (0.5 + random.random())  # noqa: S311
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            loop = asyncio.get_running_loop()
            loop.call_later(wait, lambda: loop.create_task(self.open()))

    def cut(self) -> None:
        """Lose the network."""
        if self._wire is not None and self._wire.transport is not None:
            self._wire.transport.abort()

    def end(self) -> None:
        """Close for good."""
        self._ended = True
        self.cut()

    def status(self, code: int) -> None:
        """The server's answer: only 200 opens."""
        if code != 200:
            self.refused.append(code)

    def frame(self, data: bytes) -> None:
        """One server-sent event."""
        moment = time.perf_counter()
        found = EVENT.match(data)
        if found is None:
            if b"event: bienvenue" in data:
                self._pause, self.opened_at = PAUSE, moment
                self.opened.set()
            return
        number, conversation, seq = int(found[1]), found[2].decode(), int(found[3])
        if number in self.known:
            self.replayed += 1
            return
        self.known.add(number)
        self.last_event = max(self.last_event, number)
        self.show(conversation, seq)
        self._arrived(number, moment)

    def show(self, conversation: str, seq: int) -> None:
        """Put a message in the page; a second time counts as a double."""
        self.numbers[conversation].add(seq)
        self.shown[conversation] += 1


class Wire(asyncio.Protocol):
    """Takes the chunks off a chunked answer, cuts them into events."""

    def __init__(self, listener: Listener, request: bytes) -> None:
        self.listener, self.request = listener, request
        self.transport: asyncio.Transport | None = None
        self._raw = bytearray()
        self._text = b""
        self._headed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self.request)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.listener.again()

    def data_received(self, data: bytes) -> None:
        self._raw += data
        if not self._headed:
            head, found, rest = bytes(self._raw).partition(b"\r\n\r\n")
            if not found:
                return
            self._headed = True
            self.listener.status(int(head.split(b" ", 2)[1]))
            self._raw = bytearray(rest)
        self._chunks()
        *frames, self._text = self._text.split(b"\n\n")
        for one in frames:
            self.listener.frame(one)

    def _chunks(self) -> None:
        while (end := self._raw.find(b"\r\n")) >= 0:
            size = int(self._raw[:end] or b"0", 16)
            if len(self._raw) < end + 2 + size + 2:
                return
            self._text += self._raw[end + 2 : end + 2 + size]
            del self._raw[: end + 2 + size + 2]
            if not size and self.transport is not None:
                self.transport.close()
                return
