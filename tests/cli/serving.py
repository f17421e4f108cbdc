"""Start the real `pepites serve` in a data folder of its own, watch it, kill parts of it."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

SRC = Path(__file__).parents[2] / "src"


def new_var() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pepites-essai-"))
    folder.chmod(0o711)
    return folder


def environment(var: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PEPITES_", "DJANGO_"))}
    return kept | {"PEPITES_VAR": str(var), "PYTHONPATH": str(SRC)} | more


def pepites(var: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pepites.cli.main", *arguments]
    return subprocess.run(
        command, env=environment(var, **more), capture_output=True, text=True, check=False, timeout=120
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


class Serving:
    """One running `pepites serve`."""

    def __init__(self, var: Path, *command: str, patience: float = 240, **more: str) -> None:
        self.var, self.port = var, free_port()
        self.output = var / "sortie.log"
        arguments = [sys.executable, "-m", "pepites.cli.main", *(command or ("serve",)), "--port", str(self.port)]
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(arguments, env=environment(var, **more), stdout=out, stderr=out)
        wait_until(self.ready, patience, "jamais prêt")

    def ready(self) -> bool:
        text = self.output.read_text(errors="replace")
        assert self.process.poll() is None, text
        return f"Prêt : http://127.0.0.1:{self.port}" in text

    def answers(self) -> bool:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=3)
        try:
            connection.request("GET", "/")
            return connection.getresponse().status < 500
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def family(self) -> list[psutil.Process]:
        """Every process of this instance: the supervisor's descendants and the engine's."""
        found = psutil.Process(self.process.pid).children(recursive=True)
        for process in psutil.process_iter():
            try:
                if str(self.var) in " ".join(process.cmdline()) and process.pid != self.process.pid:
                    found += [process, *process.children(recursive=True)]
            except psutil.Error:
                continue
        return list(dict.fromkeys(found))

    def named(self, mark: str) -> list[psutil.Process]:
        found = []
        for process in self.family():
            with suppress(psutil.Error):  # gone since
                if mark in " ".join(process.cmdline()):
                    found.append(process)
        return found

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(20)
        finally:
            self.process.kill()
        return time.monotonic() - began


def survivors(processes: list[psutil.Process], seconds: float) -> list[psutil.Process]:
    def alive() -> list[psutil.Process]:
        kept = []
        for process in processes:
            try:
                if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                    kept.append(process)
            except psutil.Error:
                continue
        return kept

    deadline = time.monotonic() + seconds
    while alive() and time.monotonic() < deadline:
        time.sleep(0.1)
    return alive()


def remove(var: Path) -> None:
    shutil.rmtree(var, ignore_errors=True)
