"""The MLLP listener: one message at a time per connection, bounded in size, time and number."""

import asyncio
import contextlib
import hashlib
import logging
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from pepites.interop.hl7v2.errors import rejected
from pepites.interop.hl7v2.framing import FrameError, FrameReader, framed
from pepites.interop.hl7v2.writing import acknowledgement

Answer = Callable[[bytes, str, str], bytes]
PIECE: Final = 16 * 1024
logger = logging.getLogger("pepites.hl7v2")


@dataclass(frozen=True, slots=True)
class Bounds:
    """Times in seconds. ``idle`` between two messages, ``frame`` from the first byte to the last."""

    connections: int = 50
    threads: int = 4
    idle: float = 600.0
    frame: float = 30.0
    stop: float = 5.0


class Listener:
    """Reads frames, hands each to ``answer`` in a thread, writes what it returns."""

    def __init__(self, answer: Answer, *, bounds: Bounds | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._bounds = bounds or Bounds()
        self._tls = tls
        self._pool = ThreadPoolExecutor(self._bounds.threads, thread_name_prefix="hl7v2")
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port, chosen by the system when 0 was asked."""
        handshake = 10.0 if self._tls else None
        self._server = await asyncio.start_server(
            self._connected, host, port, ssl=self._tls, ssl_handshake_timeout=handshake, limit=PIECE * 2
        )
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more, leave the messages under way a moment, then cut."""
        if self._server is not None:
            self._server.close()
        if self._connections:
            await asyncio.wait(set(self._connections), timeout=self._bounds.stop)
        for task in set(self._connections):
            task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None or len(self._connections) >= self._bounds.connections:
            writer.close()
            return
        self._connections.add(task)
        try:
            await self._converse(reader, writer)
        except (ConnectionError, TimeoutError, ssl.SSLError):
            pass
        except Exception as error:  # noqa: BLE001
            logger.error("hl7v2 connection failed: %s", type(error).__name__)
        finally:
            self._connections.discard(task)
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address, certificate = _peer(writer)
        frames = FrameReader()
        while self._server is not None and self._server.is_serving():
            try:
                messages = await self._next(reader, frames)
            except FrameError:
                refusal = rejected("La trame MLLP est mal formée : <VT> message <FS><CR>, 256 Ko au plus.")
                await self._write(writer, acknowledgement(None, refusal))
                return
            if messages is None:
                return
            for data in messages:
                loop = asyncio.get_running_loop()
                done = await loop.run_in_executor(self._pool, self._answer, data, address, certificate)
                await self._write(writer, done)

    async def _next(self, reader: asyncio.StreamReader, frames: FrameReader) -> list[bytes] | None:
        """The frames of the next pieces, None when the peer is gone or silent."""
        async with asyncio.timeout(self._bounds.idle) as clock:
            loop = asyncio.get_running_loop()
            if frames.waiting:
                clock.reschedule(loop.time() + self._bounds.frame)
            while True:
                began = frames.waiting
                piece = await reader.read(PIECE)
                if not piece:
                    return None
                found = list(frames.feed(piece))
                if found:
                    return found
                if frames.waiting and not began:
                    clock.reschedule(loop.time() + self._bounds.frame)

    async def _write(self, writer: asyncio.StreamWriter, message: bytes) -> None:
        writer.write(framed(message))
        async with asyncio.timeout(self._bounds.frame):
            await writer.drain()


def _peer(writer: asyncio.StreamWriter) -> tuple[str, str]:
    """Address, and fingerprint of the certificate that TLS verified."""
    name = writer.get_extra_info("peername")
    tls: ssl.SSLObject | None = writer.get_extra_info("ssl_object")
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    return str(name[0]) if name else "", hashlib.sha256(der).hexdigest() if der else ""


def tls_context(certificate: str, key: str, authorities: str) -> ssl.SSLContext:
    """TLS where the client must show a certificate of these authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authorities)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
