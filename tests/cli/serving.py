"""Start the real `pepites serve` in a data folder of its own, watch it, kill parts of it."""

import fcntl
import hashlib
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

from pepites.config.engine_home import data_dir, engine_home

SRC = Path(__file__).parents[2] / "src"


def new_var() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="pepites-essai-"))
    folder.chmod(0o711)
    return folder


def prepared_var() -> Path:
    """A data folder of its own, its base prepared and empty: a copy of one made once for this very code."""
    digest = hashlib.sha256()
    for path in sorted(path for path in (SRC / "pepites").rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(path.read_bytes())
    known = Path(tempfile.gettempdir()) / f"pepites-prete-{os.getuid()}-{digest.hexdigest()[:12]}"
    with known.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not known.exists():
            for old in known.parent.glob(f"pepites-prete-{os.getuid()}-*"):
                shutil.rmtree(old, ignore_errors=True)
            made = new_var()
            report = pepites(made, "doctor", patience=300)
            assert "✔ Tables à jour" in report.stdout, report.stdout + report.stderr
            assert engine_home(made) == made / ".", "les données du moteur sont ailleurs : rien à copier"
            assert not (data_dir(made) / "postmaster.pid").exists(), "le moteur n'est pas arrêté"
            made.rename(known)
    var = new_var()
    subprocess.run(["cp", "-a", f"{known}/.", str(var)], check=True)
    return var


def environment(var: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PEPITES_", "DJANGO_"))}
    return kept | {"PEPITES_VAR": str(var), "PYTHONPATH": str(SRC)} | more


def pepites(var: Path, *arguments: str, patience: float = 120, **more: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pepites.cli.main", *arguments]
    return subprocess.run(
        command, env=environment(var, **more), capture_output=True, text=True, check=False, timeout=patience
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
