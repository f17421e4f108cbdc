"""The live stream ``/flux``: native ASGI, no Django request, no streaming over a patient's rows (design §3, law 4)."""

from __future__ import annotations

import asyncio
from typing import BinaryIO
from urllib.parse import parse_qs
from uuid import UUID

import psycopg
from psycopg_pool import PoolTimeout

from pepites.messaging.live import refusal
from pepites.messaging.live.hub import Hub, TooManyStreams
from pepites.messaging.live.sending import ShortPath, session_key
from pepites.messaging.live.store import Reader, Store
from pepites.messaging.live.streams import HEADERS, Receive, Scope, Send, Stream, encode, frame, retry

_AWAY = 503
_WORDS = {
    401: "Connectez-vous pour suivre les discussions en direct.",
    403: "Cette demande ne vient pas de Pépites.",
    404: "Cette page n'existe pas ou ne vous est pas ouverte.",
    429: "Trop de pages sont ouvertes en même temps.",
    503: "Le direct reprend dans un instant.",
}


class Flux:
    """The ASGI application behind ``/flux``."""

    def __init__(self, conninfo: str | None = None) -> None:
        self.conninfo = conninfo
        self.hub: Hub | None = None
        self._short: ShortPath

    async def startup(self) -> None:
        """Open the bell; raises when the database does not answer, and may be called again."""
        hub = Hub(Store(self.conninfo))
        try:
            await hub.start()
        except BaseException:
            await hub.store.close()
            raise
        self.hub, self._short = hub, ShortPath(hub.store, hub.posted_here)

    async def shutdown(self) -> None:
        """End every stream and close the connections."""
        hub, self.hub = self.hub, None
        if hub is not None:
            await hub.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        hub = self.hub
        if hub is None:
            await _answer(send, _AWAY)
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if headers.get(b"sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            await _answer(send, 403)
            return
        try:
            stream = await self._open(hub, scope, headers)
        except (psycopg.Error, PoolTimeout):
            await _answer(send, _AWAY)
            return
        if isinstance(stream, int):
            await _answer(send, stream)
            return
        try:
            await self._serve(hub, stream, scope, headers, receive, send)
        finally:
            hub.remove(stream)

    async def post(self, scope: Scope, body: BinaryIO, send: Send) -> bool:
        """Post a plain message without the pages' machinery; False leaves the request to them."""
        return self.hub is not None and await self._short.answer(scope, body, send)

    async def _open(self, hub: Hub, scope: Scope, headers: dict[bytes, str]) -> Stream | int:
        """The stream, subscribed but not yet delivering, or the status of the refusal."""
        reader = await hub.store.reader(session_key(headers))
        if reader is None:
            return 401
        asked = _parameter(scope, "conversation")
        subscriptions = await hub.store.subscriptions(reader.practice_id)
        only = None
        if asked:
            only = next((key for key, one in subscriptions.items() if str(one.public_id) == asked), None)
            if only is None:
                await _note_refusal(reader, asked, scope)
                return 404
        stream = Stream(reader, subscriptions, only)
        try:
            hub.add(stream)
        except TooManyStreams:
            return 429
        return stream

    async def _serve(
        self, hub: Hub, stream: Stream, scope: Scope, headers: dict[bytes, str], receive: Receive, send: Send
    ) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        stream.push(f"retry: {retry()}\n".encode() + frame("bienvenue", "{}"))
        running = asyncio.ensure_future(stream.run(receive, send))
        try:
            await _catch_up(hub, stream, _last_event(scope, headers))
        except (psycopg.Error, PoolTimeout):
            stream.close("reprise")
        await running


async def _catch_up(hub: Hub, stream: Stream, last: int) -> None:
    """Subscribed first, then what was missed, then what rang meanwhile without its doubles (pile-technique, trap 7).

    Rights may change in between: they are read again after the subscription.
    """
    fresh = await hub.store.subscriptions(stream.reader.practice_id)
    if stream.subscriptions.keys() - fresh.keys():
        stream.close("droits")
        return
    events, cut = await hub.store.replay(stream.reader.practice_id, last)
    if cut:
        stream.push(frame("trou", "{}"))
    for event in events:
        subscription = stream.wants(event.conversation_id)
        if subscription is not None:
            stream.push(encode(event, subscription.public_id))
            stream.seen.add(event.id)
    stream.release()


async def _note_refusal(reader: Reader, asked: str, scope: Scope) -> None:
    """Write the refusal in the person's trace, in a unit of its own (``refusal`` is synchronous)."""
    try:
        public_id = UUID(asked)
    except ValueError:
        return
    client = scope.get("client") or ("",)
    await asyncio.to_thread(refusal.write, reader, public_id, str(client[0]))


def _parameter(scope: Scope, name: str) -> str:
    return str(parse_qs(scope.get("query_string", b"").decode("latin-1")).get(name, [""])[0])


def _last_event(scope: Scope, headers: dict[bytes, str]) -> int:
    text = headers.get(b"last-event-id") or _parameter(scope, "depuis")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


async def _answer(send: Send, status: int) -> None:
    body = _WORDS[status].encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


flux = Flux()
