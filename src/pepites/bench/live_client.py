"""The load of the live measure, in a process of its own: streams, posters, and the count of what arrived.

Only the standard library: what it spends is taken from the server it measures. Reads its orders on the standard input
(a JSON line, then one empty line to begin), answers one JSON line at each.
"""

import asyncio
import gc
import json
import random
import statistics
import sys
import time
from collections import defaultdict
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from pepites.bench.live_stream import Listener

POSTERS = 16
CSRF = "x" * 32
SETTLE = 3.0  # seconds left to the last events before they are counted


class Poster:
    """One kept-alive connection that sends as the page's script does."""

    def __init__(self, load: "Load") -> None:
        self.load = load
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter

    async def open(self) -> None:
        """Connect."""
        self.reader, self.writer = await asyncio.open_connection(*self.load.address)

    async def ask(self, path: str, session: str, body: bytes | None = None) -> Any:
        """One request; the JSON of its answer."""
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body or b'')}\r\n"
        method, host = ("GET" if body is None else "POST"), "{}:{}".format(*self.load.address)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nAccept: application/json\r\nSec-Fetch-Site: same-origin\r\n"
            f"Cookie: sessionid={session}; csrftoken={CSRF}\r\n{kind if body else ''}\r\n"
        )
        self.writer.write(head.encode() + (body or b""))
        answer = await self.reader.readuntil(b"\r\n\r\n")
        lines = answer.decode("latin-1").lower().split("\r\n")
        size = next(int(line.partition(":")[2]) for line in lines if line.startswith("content-length"))
        content = await self.reader.readexactly(size)
        if " 200 " not in lines[0]:
            raise RuntimeError(f"{lines[0]} : {content[:200]!r}")
        return json.loads(content)

    async def post(self, due: float | None = None) -> None:
        """Send one message to a conversation drawn at random, as one of its participants."""
        talk = random.choice(self.load.talks)  # noqa: S311
        fields = {"csrfmiddlewaretoken": CSRF, "cle": str(uuid4()), "texte": "Passage fait ce matin, tout va bien."}
        session = random.choice(talk["sessions"])  # noqa: S311
        sent = time.perf_counter()
        answer = await self.ask(f"/discussions/{talk['id']}/envoyer/", session, urlencode(fields).encode())
        back = time.perf_counter()
        self.load.note(talk["id"], answer, sent, back, sent if due is None else due)


class Load:
    """Everything open at once, and what was sent and received."""

    def __init__(self, orders: dict[str, Any]) -> None:
        self.address = (str(orders["host"]), int(orders["port"]))
        self.talks: list[dict[str, Any]] = orders["talks"]
        self.orders = orders
        self.listeners = [
            Listener(self.address, session, self._arrived) for talk in self.talks for session in talk["sessions"]
        ]
        self.posters = [Poster(self) for _ in range(POSTERS)]
        self.arrivals: defaultdict[int, list[float]] = defaultdict(list)
        self.sent: dict[int, tuple[float, float, float]] = {}
        self.numbers: defaultdict[str, set[int]] = defaultdict(set)

    def _arrived(self, event: int, moment: float) -> None:
        self.arrivals[event].append(moment)

    def note(self, talk: str, answer: dict[str, Any], sent: float, back: float, due: float) -> None:
        """Keep an acknowledged message: when it was due, sent, acknowledged."""
        self.sent[int(answer["evenement"])] = (due, sent, back)
        self.numbers[talk].add(int(answer["seq"]))

    async def open(self) -> float:
        """Open the posters and the streams; seconds taken by the streams."""
        for poster in self.posters:
            await poster.open()
        start = time.perf_counter()
        for at in range(0, len(self.listeners), 50):
            await asyncio.gather(*(one.open() for one in self.listeners[at : at + 50]))
        await self.all_open(60)
        return round(time.perf_counter() - start, 2)

    async def all_open(self, limit: float) -> None:
        """Wait for every stream."""
        async with asyncio.timeout(limit):
            await asyncio.gather(*(one.opened.wait() for one in self.listeners))

    # ── Phases ──
    async def offer(self, rate: int, seconds: float) -> None:
        """``rate`` messages a second, evenly; a late poster sends at once, and the delay counts."""
        start = time.perf_counter()
        turns = iter(range(int(rate * seconds)))

        async def work(poster: Poster) -> None:
            for turn in turns:
                due = start + turn / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                await poster.post(due)

        await asyncio.gather(*(work(poster) for poster in self.posters))

    async def saturate(self, seconds: float) -> None:
        """As many messages as sixteen posters can, each waiting for its answer."""
        end = time.perf_counter() + seconds

        async def work(poster: Poster) -> None:
            while time.perf_counter() < end:
                await poster.post()

        await asyncio.gather(*(work(poster) for poster in self.posters))

    async def cut(self, rate: int, seconds: float) -> dict[str, Any]:
        """Cut every stream at once while messages go on."""
        posting = asyncio.ensure_future(self.offer(rate, seconds))
        await asyncio.sleep(seconds * 0.3)
        moment = time.perf_counter()
        for one in self.listeners:
            one.cut()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await self.all_open(60)
        await posting
        back = sorted(one.opened_at - moment for one in self.listeners)
        return {"back_s": round(back[-1], 2), "back_median_s": round(statistics.median(back), 2)}

    async def phase(self, work: Any) -> dict[str, Any]:
        """Run one phase, then tell its delays, rate, and what was lost or doubled."""
        self.sent, before = {}, {one: one.replayed for one in self.listeners}
        start = time.perf_counter()
        extra = await work or {}
        elapsed = time.perf_counter() - start
        await asyncio.sleep(SETTLE)
        holes = await self.fill()
        delays, late, answers = [], [], []
        for event, (due, sent, back) in self.sent.items():
            delays += [(moment - sent) * 1000 for moment in self.arrivals[event]]
            late += [(moment - due) * 1000 for moment in self.arrivals[event]]
            answers.append((back - sent) * 1000)
        return {
            "messages": len(self.sent), "per_second": round(len(self.sent) / elapsed, 1), "events": len(delays),
            "live": _spread(delays), "live_since_due": _spread(late), "answer": _spread(answers),
            "replayed": sum(one.replayed - before[one] for one in self.listeners), "holes_asked": holes,
            "lost": self._lost(), "doubled": self._doubled(),
            "refused": sum(len(one.refused) for one in self.listeners),
        } | extra  # fmt: skip

    # ── Counts ──
    async def fill(self) -> int:
        """Ask for the holes by number, as the page's script; how many streams had one."""
        asked = 0
        for talk, listener, session in self._places():
            missing = self.numbers[talk] - listener.numbers[talk]
            newest = max(listener.numbers[talk], default=0)
            if any(seq < newest for seq in missing):
                asked += 1
                path = f"/discussions/{talk}/evenements/?apres={min(missing) - 1}"
                for one in (await self.posters[0].ask(path, session))["messages"]:
                    if one["seq"] in missing:
                        listener.show(talk, one["seq"])
        return asked

    def _places(self) -> list[tuple[str, Listener, str]]:
        pairs = [(talk["id"], session) for talk in self.talks for session in talk["sessions"]]
        return [(talk, self.listeners[at], session) for at, (talk, session) in enumerate(pairs)]

    def _lost(self) -> int:
        return sum(len(self.numbers[talk] - listener.numbers[talk]) for talk, listener, _ in self._places())

    def _doubled(self) -> int:
        return sum(sum(one.shown.values()) - sum(map(len, one.numbers.values())) for one in self.listeners)

    async def run(self) -> dict[str, Any]:
        """All the phases. The cut comes first: the replay of two minutes then holds its own traffic only."""
        orders = self.orders
        await self.offer(10, 1)  # warm-up
        found = {"cut": await self.phase(self.cut(orders["cut_rate"], orders["cut_seconds"]))}
        found["offered"] = await self.phase(self.offer(orders["rate"], orders["seconds"]))
        found["sustained"] = await self.phase(self.saturate(orders["saturated_seconds"]))
        for one in self.listeners:
            one.end()
        return found


def _spread(values: list[float]) -> dict[str, float]:
    if len(values) < 2:
        return {}
    steps = statistics.quantiles(values, n=100)
    return {"median_ms": round(steps[49], 1), "p95_ms": round(steps[94], 1), "p99_ms": round(steps[98], 1)}


def _say(words: dict[str, Any]) -> None:
    print(json.dumps(words), flush=True)  # noqa: T201 - read by the parent process


async def main() -> None:
    """Open, wait for the word, run, tell."""
    loop = asyncio.get_running_loop()
    load = Load(json.loads(sys.stdin.readline()))
    _say({"open_s": await load.open()})
    await loop.run_in_executor(None, sys.stdin.readline)
    gc.collect()
    gc.freeze()
    gc.disable()
    _say(await load.run())


if __name__ == "__main__":
    asyncio.run(main())
