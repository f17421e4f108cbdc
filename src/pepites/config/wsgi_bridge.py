"""From ASGI to Django's WSGI through a2wsgi, with its traps closed (spec: pile-technique, traps 1, 8, 10 to 13)."""

from __future__ import annotations

import asyncio
import html
import io
import re
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from a2wsgi import WSGIMiddleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Any], Iterable[bytes]]
Shortcut = Callable[[Scope, BinaryIO, Send], Awaitable[bool]]

_BODY = "pepites.body"
_CHUNK = 64 * 1024
_NOT_PRINTABLE_ASCII = re.compile(rb"[^\x21-\x7e]")


@dataclass(frozen=True)
class Limits:
    """What one request may send, and how many may wait.

    Sizes in bytes, times in seconds. `idle` is the longest silence between two pieces of a body: a phone on a
    satellite link is slow but not silent.
    """

    body: int = 25 * 1024 * 1024
    memory: int = 1024 * 1024
    idle: float = 20.0
    total: float = 600.0
    uploads: int = 64
    waiting: int = 512


class RefusalError(Exception):
    """The request is answered by the front itself; `sentence` is what the reader sees."""

    def __init__(self, status: int, title: str, sentence: str) -> None:
        super().__init__(status)
        self.status, self.title, self.sentence = status, title, sentence

    async def answer(self, send: Send) -> None:
        page = (
            '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
            f"<title>{html.escape(self.title)} – Pépites</title></head>"
            f"<body><h1>{html.escape(self.title)}</h1><p>{html.escape(self.sentence)}</p></body></html>"
        ).encode()
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(page)).encode()),
            (b"content-security-policy", b"default-src 'none'"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
        ]
        if self.status == 503:
            headers.append((b"retry-after", b"5"))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": page, "more_body": False})


class ClientGoneError(Exception):
    """The client left before its request was whole: nothing to do, nobody to answer."""


def too_large(cap: int) -> RefusalError:
    size = cap // (1024 * 1024)
    return RefusalError(
        413,
        "Envoi trop lourd",
        f"L'envoi dépasse {size} Mo. Réduisez la photo ou partagez le document en plusieurs envois.",
    )


_NO_LENGTH = RefusalError(
    411,
    "Taille inconnue",
    "L'envoi n'annonce pas sa taille. Recommencez depuis l'application ou un navigateur à jour.",
)
_BAD_LENGTH = RefusalError(400, "Demande illisible", "La taille annoncée de l'envoi n'est pas un nombre. Recommencez.")
_TOO_SLOW = RefusalError(
    408, "Envoi interrompu", "L'envoi n'est pas arrivé à temps. Rapprochez-vous du réseau, puis recommencez."
)
_BUSY = RefusalError(
    503, "Serveur très occupé", "Trop de demandes arrivent en même temps. Recommencez dans quelques secondes."
)


def announced_length(scope: Scope) -> int | None:
    """Bytes the headers announce, None when the request has no body; raises RefusalError 411 or 400."""
    lengths = {value for name, value in scope["headers"] if name == b"content-length"}
    if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        raise _NO_LENGTH
    if not lengths:
        return None
    value = lengths.pop()
    if lengths or not value.isdigit() or len(value) > 18:
        raise _BAD_LENGTH
    return int(value)


async def _drain(receive: Receive, cap: int) -> None:
    """Read and drop what still arrives, within reason: a browser that is cut while it sends never shows our answer."""
    seen = 0
    try:
        async with asyncio.timeout(10):
            while seen < cap:
                message = await receive()
                seen += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


async def read_body(receive: Receive, length: int, limits: Limits) -> BinaryIO:
    """The whole body, in memory up to `limits.memory` then on disk; raises RefusalError or ClientGoneError."""
    if length > limits.body:
        await _drain(receive, 4 * limits.body)
        raise too_large(limits.body)
    store = io.BytesIO() if length <= limits.memory else tempfile.TemporaryFile()  # noqa: SIM115
    body = cast("BinaryIO", store)
    try:
        await _fill(body, receive, length, limits)
    except TimeoutError:
        body.close()
        raise _TOO_SLOW from None
    except BaseException:
        body.close()
        raise
    body.seek(0)
    return body


async def _fill(body: BinaryIO, receive: Receive, length: int, limits: Limits) -> None:
    """One clock, moved on at each piece: most bodies come in one."""
    received, loop = 0, asyncio.get_running_loop()
    end = loop.time() + limits.total
    async with asyncio.timeout(min(limits.idle, limits.total)) as clock:
        while received < length:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGoneError
            piece = message.get("body", b"")
            received += len(piece)
            if received > length:
                raise _BAD_LENGTH
            body.write(piece)
            if received < length:
                if not message.get("more_body"):
                    raise ClientGoneError
                clock.reschedule(min(loop.time() + limits.idle, end))


async def _nothing_more() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


def wsgi_scope(scope: Scope, body: BinaryIO) -> Scope:
    """The scope as a2wsgi can bear it.

    The query string is plain ASCII (trap 12), and headers with an underscore are dropped: WSGI would take them for
    the genuine ones written with a dash.
    """
    quoted = _NOT_PRINTABLE_ASCII.sub(lambda found: b"%%%02X" % found.group()[0], scope["query_string"])
    headers = [(name, value) for name, value in scope["headers"] if b"_" not in name]
    return {**scope, "query_string": quoted, "headers": headers, _BODY: body}


def _in_large_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join small pieces: each one costs a trip between the thread and the loop."""
    held = bytearray()
    try:
        for piece in pieces:
            held += piece
            if len(held) >= _CHUNK:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)
    finally:
        getattr(pieces, "close", lambda: None)()


def _with_read_body(app: WsgiApp) -> WsgiApp:
    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ["wsgi.input"] = environ["asgi.scope"][_BODY]
        return _in_large_pieces(app(environ, start_response))

    return call


class WsgiBridge:
    """An ASGI application in front of one WSGI application.

    `threads` must not exceed the database pool (trap 13). A request enters a thread only when its body is here, and
    leaves it even if its reader is slow or gone: answers are held in memory, bounded by what views may send.
    ``shortcut`` is offered each request first, its body read; it answers and returns True, or leaves it as it is.
    """

    def __init__(
        self, app: WsgiApp, *, threads: int, limits: Limits | None = None, shortcut: Shortcut | None = None
    ) -> None:
        self.limits = limits or Limits()
        self._shortcut = shortcut
        self._inner = WSGIMiddleware(_with_read_body(app), workers=threads, send_queue_size=0)  # type: ignore[arg-type]
        self._uploads = 0
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await self._body(scope, receive)
        except ClientGoneError:
            return
        except RefusalError as refusal:
            await refusal.answer(send)
            return
        try:
            if self._shortcut is None or not await self._shortcut(scope, body, send):
                body.seek(0)
                await self._hand_over(scope, body, send)
        finally:
            body.close()

    async def _body(self, scope: Scope, receive: Receive) -> BinaryIO:
        length = announced_length(scope)
        if not length:
            return io.BytesIO()
        if length <= self.limits.memory:
            return await read_body(receive, length, self.limits)
        if self._uploads >= self.limits.uploads:
            raise _BUSY
        self._uploads += 1
        try:
            return await read_body(receive, length, self.limits)
        finally:
            self._uploads -= 1

    async def _hand_over(self, scope: Scope, body: BinaryIO, send: Send) -> None:
        if self._waiting >= self.limits.waiting:
            await _BUSY.answer(send)
            return
        self._waiting += 1
        try:
            await self._inner(wsgi_scope(scope, body), _nothing_more, _forgiving(send))  # type: ignore[arg-type]
        finally:
            self._waiting -= 1


def _forgiving(send: Send) -> Send:
    """A `send` that drops what a vanished client will not read: the view's thread never waits for it (trap 8)."""
    gone = False

    async def forgiving(message: Message) -> None:
        nonlocal gone
        if gone:
            return
        try:
            await send(message)
        except (RuntimeError, OSError):
            gone = True

    return forgiving
