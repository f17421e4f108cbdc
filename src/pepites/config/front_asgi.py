"""The front process: `/flux` to the native live stream, all the rest to Django (design §3)."""

from __future__ import annotations

import asyncio
import ctypes
import ipaddress
import logging
import os
import re
import signal
import time
from collections.abc import Callable
from typing import Any, BinaryIO, Protocol

from pepites.config.wsgi_bridge import (
    Limits,
    Message,
    Receive,
    RefusalError,
    Scope,
    Send,
    WsgiApp,
    WsgiBridge,
)

_PR_SET_PDEATHSIG = 1
_LIVE_PATH = "/flux"
_STATE_PATH = "/etat"
_RETRY = 2.0  # seconds between two attempts to open the live stream's own connection
_PATIENCE = 2.0  # seconds left to the streams to end by themselves
_TELLING = re.compile(r"\d|^.{25,}$")

access_log = logging.getLogger("pepites.access_log")
log = logging.getLogger("pepites.front")

_NO_LIVE = RefusalError(
    503,
    "Direct indisponible",
    "Les messages en direct reprennent dans un instant ; l'application reste utilisable.",
)
_FAILED = RefusalError(
    500,
    "Une erreur est survenue",
    "La page n'a pas pu être servie. Recommencez ; si cela dure, prévenez votre référent.",
)


class Live(Protocol):
    """The live stream as the front needs it; `messaging.live` has one."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...

    async def startup(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def post(self, scope: Scope, body: BinaryIO, send: Send) -> bool: ...


def discreet_path(path: str) -> str:
    """`path` with every segment that could name somebody or open something (number, identifier, token) as `:id`."""
    return "/".join(":id" if _TELLING.search(part) else part for part in path.split("/"))[:200]


def behind_the_proxy(scope: Scope) -> Scope:
    """The scope with the reader's own address: the last one of `X-Forwarded-For`, which our reverse proxy wrote.

    Without it the journal names the proxy in every line, and everybody shares the proxy's failed sign-ins.
    """
    said = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for")
    last = said.rpartition(b",")[2].strip().decode("ascii", "replace")
    try:
        address = str(ipaddress.ip_address(last))
    except ValueError:
        return scope
    return {**scope, "client": (address, 0), "peer": scope.get("client")}


class Front:
    """The ASGI application of one front process; ``proxied`` when a reverse proxy of ours stands before it."""

    def __init__(
        self,
        wsgi: WsgiApp,
        live: Live | None,
        *,
        threads: int = 4,
        limits: Limits | None = None,
        log_access: bool = True,
        proxied: bool = False,
    ) -> None:
        self._bridge = WsgiBridge(wsgi, threads=threads, limits=limits, shortcut=self._post)
        self._live = live
        self._live_ready = False
        self._log_access = log_access
        self._proxied = proxied
        self._streams: set[asyncio.Task[Any]] = set()
        self._background: set[asyncio.Task[Any]] = set()
        self._closing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "http" and scope["path"] == _STATE_PATH:
            await _tell_instance(send)
        elif scope["type"] == "http":
            await self._http(behind_the_proxy(scope) if self._proxied else scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1000})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def take() -> Message:
            # Granian's own `receive` is no coroutine function, which a2wsgi refuses (trap 1).
            return await receive()

        began, status = time.monotonic(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            if scope["path"].rstrip("/") == _LIVE_PATH:
                await self._stream(scope, take, noted)
            else:
                await self._bridge(scope, take, noted)
        except Exception as error:  # noqa: BLE001
            # The error's text may quote a person: only its kind is logged.
            log.error("requête interrompue : %s", type(error).__name__)
            if not status:
                await _FAILED.answer(noted)
        finally:
            if self._log_access:
                spent = (time.monotonic() - began) * 1000
                access_log.info("%s %s %s %.0f ms", scope["method"], discreet_path(scope["path"]), status, spent)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        if self._live is None or not self._live_ready or self._closing or task is None:
            await _NO_LIVE.answer(send)
            return
        self._streams.add(task)
        try:
            await self._live(scope, receive, send)
        except asyncio.CancelledError:
            if not self._closing:
                raise
        finally:
            self._streams.discard(task)

    async def _post(self, scope: Scope, body: BinaryIO, send: Send) -> bool:
        """A message that the live part can post by itself (docs/adr/0016)."""
        if self._live is None or not self._live_ready or self._closing or scope["method"] != "POST":
            return False
        return await self._live.post(scope, body, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        _die_with_the_master()
        self._chain_signals()
        self._keep(self._open_live())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _keep(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def _open_live(self) -> None:
        while self._live is not None and not self._closing:
            try:
                await self._live.startup()
            except Exception as error:  # noqa: BLE001
                log.warning("direct pas encore ouvert : %s", type(error).__name__)
                await asyncio.sleep(_RETRY)
            else:
                self._live_ready = True
                return

    def _chain_signals(self) -> None:
        """End the streams when the process is asked to stop, then let Granian do its part (trap 3)."""
        loop = asyncio.get_running_loop()
        handlers: dict[int, Any] = getattr(loop, "_signal_handlers", {})
        for signum in (signal.SIGTERM, signal.SIGINT):
            previous = handlers.get(signum)
            loop.add_signal_handler(signum, self._on_stop, previous)

    def _on_stop(self, previous: Any) -> None:
        self._keep(self.close())
        if previous is not None:
            _call(previous)

    async def close(self) -> None:
        """End every open stream: asked politely, then cut. Safe to call again."""
        if self._closing:
            return
        self._closing = True
        if self._live is not None and self._live_ready:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._live.shutdown()
            except Exception as error:  # noqa: BLE001
                log.warning("direct mal fermé : %s", type(error).__name__)
        if self._streams:
            await asyncio.wait(set(self._streams), timeout=0.3)
        for task in set(self._streams):
            task.cancel()


async def _tell_instance(send: Send) -> None:
    """Which supervisor this process belongs to, so that it knows its own front from a stranger on the port."""
    body = os.environ.get("PEPITES_INSTANCE", "").encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _call(handle: Any) -> None:
    callback: Callable[..., object] = handle._callback  # noqa: SLF001
    callback(*handle._args)  # noqa: SLF001


def _die_with_the_master() -> None:
    """A killed master must not leave this process behind with the port open."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
