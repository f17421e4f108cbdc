"""One supervisor for the engine, the front and the worker: restarts what dies, stops all of it cleanly."""

from __future__ import annotations

import errno
import fcntl
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from pepites.config.engine import EngineError, EngineHandle, ensure_engine
from pepites.config.engine_process import die_with_parent

_TICK = 0.2
_STEADY = 30.0  # seconds alive after which a process is no longer held to be failing
_LONGEST_WAIT = 15.0
_STOP = 6.5  # seconds left to the children, of the ten a clean stop may take

log = logging.getLogger("pepites.supervisor")


class AlreadyServedError(RuntimeError):
    """Another process holds this data folder or this port; the message is French."""


def granian_command(host: str, port: int, *, workers: int, target: str = "pepites.config.front:app") -> list[str]:
    """Granian as the front needs it: room for thousands of streams (trap 2), a bounded stop (trap 3)."""
    return [
        sys.executable, "-m", "granian", "--interface", "asgi", "--loop", "asyncio", "--http", "1", "--no-ws",
        "--host", host, "--port", str(port), "--workers", str(workers),
        "--backlog", "4096", "--backpressure", "8192", "--http1-header-read-timeout", "20000",
        "--workers-kill-timeout", "5", "--respawn-failed-workers", "--respawn-interval", "0.2",
        "--log-level", "warning", target,
    ]  # fmt: skip


def worker_command() -> list[str]:
    return [sys.executable, "-m", "pepites.config.jobs"]


@dataclass
class Child:
    """One process to keep alive; `log` is the file its output goes to, None for our own output."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    failures: int = 0
    born: float = 0.0
    due: float = 0.0

    def start(self) -> None:
        out = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if self.log else None
        try:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        finally:
            if out is not None:
                os.close(out)
        self.born = time.monotonic()

    def watch(self) -> None:
        """Start the process if it is dead and its waiting time is over."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self.failures = 1 if now - self.born > _STEADY else self.failures + 1
            self.due = now + min(_LONGEST_WAIT, 0.25 * 2 ** (self.failures - 1))
            log.warning("%s s'est arrêté (code %s), relance", self.name, self.process.returncode)
            _end_session(self.process.pid)
            self.process = None
        if self.process is None and now >= self.due:
            self.start()


def _end_session(leader: int) -> None:
    """End what a dead child left in its own session."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


class ServeLock:
    """Only one supervisor serves a data folder."""

    def __init__(self, var: Path) -> None:
        self._path = var / "serve.lock"
        self._descriptor = -1

    def __enter__(self) -> ServeLock:
        self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(self._descriptor, 20).decode("ascii", "replace").strip() or "?"
            os.close(self._descriptor)
            message = (
                f"Pépites sert déjà le dossier de données {self._path.parent} (processus {holder}). Arrêtez ce "
                "processus, ou choisissez un autre dossier par PEPITES_VAR."
            )
            raise AlreadyServedError(message) from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)


def is_served(var: Path) -> bool:
    """Whether a supervisor holds `var` at this moment."""
    try:
        with (var / "serve.lock").open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def check_port(host: str, port: int) -> None:
    """Refuse a port somebody listens on: two Granian would share it without a word (trap 4)."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise AlreadyServedError(_no_address(host)) from None
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRNOTAVAIL:
                raise AlreadyServedError(_no_address(host)) from None
            why = "est déjà pris" if error.errno == errno.EADDRINUSE else "ne peut pas être ouvert"
            message = (
                f"Le port {port} de {host} {why}. Choisissez-en un autre : --port 8001, ou « make demo PORT=8001 »."
            )
            raise AlreadyServedError(message) from None


def _no_address(host: str) -> str:
    return f"L'adresse « {host} » n'existe pas sur cette machine : corrigez --host."


class Supervisor:
    """Keeps `children` and the engine alive until SIGTERM, SIGINT or SIGHUP."""

    def __init__(self, var: Path, engine: EngineHandle, children: list[Child]) -> None:
        self._var = var
        self._engine = engine
        self._children = children
        self._stopping = threading.Event()

    def run(self, ready: Callable[[], bool] | None = None, on_ready: Callable[[], None] | None = None) -> None:
        """Serve until told to stop; calls `on_ready` once, when `ready` first says true. Main thread only."""
        for signum in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(signum, self._stop)
        waiting = ready is not None
        try:
            while not self._stopping.is_set():
                self._mend_engine()
                for child in self._children:
                    child.watch()
                if waiting and ready is not None and ready():
                    waiting = False
                    if on_ready is not None:
                        on_ready()
                self._stopping.wait(_TICK)
        finally:
            self._close()

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        del signum, frame
        self._stopping.set()

    def _mend_engine(self) -> None:
        if self._engine.alive():
            return
        log.warning("la base s'est arrêtée, relance")
        self._engine.stop(patience=1.0)
        try:
            self._engine = ensure_engine(self._var)
        except EngineError as error:
            log.error("%s", error)
            self._stopping.wait(2)

    def _close(self) -> None:
        began = time.monotonic()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            if process.poll() is None:
                process.terminate()
        deadline = began + _STOP
        for process in running:
            try:
                process.wait(max(0.05, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            _end_session(process.pid)
        self._engine.stop(patience=max(3.5, began + 9.5 - time.monotonic()))
