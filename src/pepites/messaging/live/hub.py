"""One per process: one bell, fan-out in memory, streams checked again whenever a right changes."""

import asyncio
import logging
import random
from collections import Counter, defaultdict
from typing import Any

import psycopg
from psycopg import AsyncConnection

from pepites.messaging.functions import EVENTS, READS, RIGHTS
from pepites.messaging.live.store import Event, Reader, Store
from pepites.messaging.live.streams import COMMENT, Stream, encode, frame

COALESCE = 0.010  # seconds: several messages leave in one write
KEEP_ALIVE = 25.0  # seconds
CHECK = 60.0  # seconds between two looks at a stream's session
BATCH = 200  # events a query
PER_USER = 10  # streams

log = logging.getLogger("pepites.flux")


class TooManyStreams(Exception):
    """This account has as many open pages as allowed."""


class Hub:
    """The streams of one process."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.streams: set[Stream] = set()
        self._by_conversation: defaultdict[int, set[Stream]] = defaultdict(set)
        self._by_user: Counter[int] = Counter()
        self._events: list[tuple[int, int]] = []
        self._posted: dict[int, Event] = {}  # by this process: nothing to read again when they ring
        self._reads: dict[tuple[int, str], int] = {}
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._bell: AsyncConnection[Any] | None = None
        self.running = False

    async def start(self) -> None:
        """Open the bell and begin to deliver; raises when the database does not answer."""
        await self.store.open()
        self._bell = await self.store.bell()
        self.running = True
        for work in (self._listen(), self._deliver(), self._keep_alive(), self._check_sessions()):
            self._spawn(work)

    async def stop(self) -> None:
        """Close every stream, then the connections."""
        self.running = False
        self.close_all("arret")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._bell is not None:
            await self._bell.close()
        await self.store.close()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def add(self, stream: Stream) -> None:
        """Take a stream in; from now on it misses nothing."""
        if self._by_user[stream.reader.user_id] >= PER_USER:
            raise TooManyStreams
        self._by_user[stream.reader.user_id] += 1
        self.streams.add(stream)
        self._index(stream)

    def remove(self, stream: Stream) -> None:
        """Forget a stream."""
        if stream in self.streams:
            self.streams.discard(stream)
            self._by_user[stream.reader.user_id] -= 1
            self._unindex(stream)

    def _index(self, stream: Stream) -> None:
        for conversation_id in stream.subscriptions:
            if stream.wants(conversation_id):
                self._by_conversation[conversation_id].add(stream)

    def _unindex(self, stream: Stream) -> None:
        for conversation_id in stream.subscriptions:
            listening = self._by_conversation.get(conversation_id)
            if listening is not None:
                listening.discard(stream)
                if not listening:
                    del self._by_conversation[conversation_id]

    def close_all(self, why: str) -> None:
        """End every stream; clients come back spread over two seconds."""
        for stream in list(self.streams):
            stream.close(why)

    def posted_here(self, event: Event) -> None:
        """An event that this process has just written: it is delivered when it rings, like the others."""
        if event.conversation_id in self._by_conversation:
            self._posted[event.id] = event

    # ── The bell ──
    async def _listen(self) -> None:
        while self.running:
            try:
                if self._bell is None:
                    self._bell = await self.store.bell()
                async for note in self._bell.notifies():
                    self._note(note.channel, note.payload)
            except psycopg.Error as error:
                log.warning("cloche interrompue : %s", type(error).__name__)
            # What rang meanwhile is lost for this process: clients come back and ask.
            self._bell = None
            self.close_all("reprise")
            await asyncio.sleep(random.uniform(0.2, 1.0))  # noqa: S311

    def _note(self, channel: str, payload: str) -> None:
        if channel == EVENTS:
            number, _, conversation = payload.partition(":")
            if int(conversation) in self._by_conversation:
                self._events.append((int(number), int(conversation)))
                self._wake.set()
        elif channel == READS:
            conversation, practice, seq = payload.split(":")
            if int(conversation) in self._by_conversation:
                self._reads[int(conversation), practice] = int(seq)
                self._wake.set()
        elif channel == RIGHTS:
            kind, _, key = payload.partition(":")
            touched = [stream for stream in self.streams if _concerns(stream, kind, key)]
            for stream in touched:
                stream.hold()
            for stream in touched:
                self._spawn(self._reload(stream))

    async def _reload(self, stream: Stream) -> None:
        """Read the session and the conversations again; whoever lost something is closed at once."""
        try:
            async with asyncio.timeout(0.8):  # rights that cannot be read close the stream within the second
                reader = await self.store.reader(stream.reader.session_key)
                fresh = await self.store.subscriptions(reader.practice_id) if reader else {}
        except (psycopg.Error, TimeoutError):
            stream.close("droits")
            return
        lost = stream.subscriptions.keys() - fresh.keys()
        if reader != stream.reader or lost:
            stream.close("session" if reader != stream.reader else "droits")
            return
        if stream in self.streams:
            self._unindex(stream)
            stream.subscriptions = fresh
            self._index(stream)
        stream.release()

    # ── Delivery ──
    async def _deliver(self) -> None:
        while self.running:
            await self._wake.wait()
            await asyncio.sleep(COALESCE)
            self._wake.clear()
            events, self._events = self._events, []
            reads, self._reads = self._reads, {}
            posted, self._posted = self._posted, {}
            for start in range(0, len(events), BATCH):
                try:
                    await self._deliver_batch(events[start : start + BATCH], posted)
                except psycopg.Error as error:
                    log.warning("lecture du direct impossible : %s", type(error).__name__)
                    self.close_all("reprise")
            for (conversation_id, practice), seq in reads.items():
                self._deliver_read(conversation_id, practice, seq)

    async def _deliver_batch(self, events: list[tuple[int, int]], posted: dict[int, Event]) -> None:
        """Read each event as one of those who follow its conversation, then hand the same bytes to all of them.

        The one with the oldest history comes first; if it has just lost its rights, the others are tried. Those that
        this process has ``posted`` are known already.
        """
        found = [posted[number] for number, _ in events if number in posted]
        waiting = {
            number: (conversation, self._practices(conversation))
            for number, conversation in events
            if number not in posted
        }
        while waiting or found:
            asked = [(number, practices.pop(0)) for number, (_, practices) in waiting.items() if practices]
            if asked:
                found += await self.store.events([practice for _, practice in asked], [number for number, _ in asked])
            for event in sorted(found, key=lambda one: one.id):
                waiting.pop(event.id, None)
                self._hand_out(event)
            found = []
            waiting = {number: left for number, left in waiting.items() if left[1]}

    def _practices(self, conversation_id: int) -> list[int]:
        oldest: dict[int, Any] = {}
        for stream in self._by_conversation.get(conversation_id, ()):
            oldest[stream.reader.practice_id] = stream.subscriptions[conversation_id].visible_from
        return sorted(oldest, key=lambda practice: oldest[practice])[:5]

    def _hand_out(self, event: Event) -> None:
        listening = self._by_conversation.get(event.conversation_id)
        if not listening:
            return
        data = b""
        for stream in tuple(listening):
            data = data or encode(event, stream.subscriptions[event.conversation_id].public_id)
            stream.deliver(event, data)

    def _deliver_read(self, conversation_id: int, practice: str, seq: int) -> None:
        listening = tuple(self._by_conversation.get(conversation_id, ()))
        if not listening:
            return
        public_id = listening[0].subscriptions[conversation_id].public_id
        data = frame("lu", f'{{"conversation":"{public_id}","lecteur":"{practice}","seq":{seq}}}')
        for stream in listening:
            if not stream.holding:
                stream.push(data)

    # ── Care ──
    async def _keep_alive(self) -> None:
        while self.running:
            await asyncio.sleep(KEEP_ALIVE)
            for stream in tuple(self.streams):
                stream.push(COMMENT)

    async def _check_sessions(self) -> None:
        """Close the streams whose session ended without a word (idle, too old)."""
        while self.running:
            await asyncio.sleep(CHECK)
            for key in {stream.reader.session_key for stream in self.streams}:
                await self._check(key)

    async def _check(self, session_key: str) -> None:
        try:
            reader: Reader | None = await self.store.reader(session_key)
        except (psycopg.Error, TimeoutError):
            return  # the database is away: the bell's own care closes the streams
        for stream in tuple(self.streams):
            if stream.reader.session_key == session_key and stream.reader != reader:
                stream.close("session")


def _concerns(stream: Stream, kind: str, key: str) -> bool:
    if kind == "practice":
        return str(stream.reader.practice_id) == key
    if kind == "session":
        return stream.reader.session_ref == key
    if kind == "user":
        return str(stream.reader.user_id) == key
    return any(str(one.patient_id) == key for one in stream.subscriptions.values())
