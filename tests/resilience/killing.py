"""The whole experiment: serve for real, write, import, kill, look."""

import csv
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg
from tests.cli.serving import Serving, environment

from pepites.config.engine import running_postmaster, superuser_dsn
from pepites.config.engine_home import DATABASE, data_dir

RECOVERY = 30.0  # seconds (SE-51)
_SYLLABLES = [first + second for first in "BDFGKLMNPRSTVZ" for second in "AEIOU"]
_HEADERS = ["N° dossier", "Nom de naissance", "Prénoms", "Sexe", "Né(e) le", "Lieu de naissance", "Accord recueilli"]


def tell(line: str) -> None:
    """Shown by pytest when the test fails, or with ``-s``."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def open_base(var: Path) -> "psycopg.Connection[Any]":
    """A look at the base as its superuser, past every policy."""
    return psycopg.connect(superuser_dsn(var), dbname=DATABASE, autocommit=True, connect_timeout=5)


def write_list(path: Path, number: int, lines: int) -> Path:
    """A *file active* of invented people, unlike one another; the same number gives the same file."""
    draw = random.Random(number)

    def name(parts: int) -> str:
        return "".join(draw.choice(_SYLLABLES) for _ in range(parts))

    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(_HEADERS)
        for line in range(lines):
            birth = f"{draw.randint(1, 28):02}/{draw.randint(1, 12):02}/{draw.randint(1930, 2015)}"
            who = [f"K{number:03}-{line:05}", name(5), name(4), draw.choice("MF"), birth, "Cayenne"]
            writer.writerow([*who, draw.choice(["oui", ""])])
    return path


class Importer(threading.Thread):
    """Imports list after list with the real command, each one again until it ends well."""

    def __init__(self, var: Path, lines: int) -> None:
        super().__init__(daemon=True)
        self.var, self.lines = var, lines
        self.process: subprocess.Popen[bytes] | None = None
        self.files: list[Path] = []
        self.runs = self.cut = 0
        self.faults: list[str] = []
        self._over, self._abandoned = threading.Event(), threading.Event()

    def run(self) -> None:
        while not self._over.is_set():
            number = len(self.files) + 1
            self.files.append(write_list(self.var / f"liste{number}.csv", number, self.lines))
            deadline = time.monotonic() + 600
            while self.once(self.files[-1]) != 0:
                self.cut += 1
                if self._abandoned.is_set():
                    return
                if time.monotonic() > deadline:
                    self.faults.append("un import n'aboutit jamais")
                    return
                time.sleep(0.3)

    def once(self, file: Path, report: Path | None = None) -> int:
        """One run of the command; its exit code, negative when it was killed."""
        command = [sys.executable, "-m", "pepites.cli.main", "import", "patients", str(file), "--network", "diam"]
        command += ["--report", str(report)] if report else []
        self.runs += 1
        with (self.var / "import.log").open("ab") as out:
            self.process = subprocess.Popen(command, env=environment(self.var), stdout=out, stderr=out)
        return self.process.wait()

    def finish(self) -> None:
        """The list under way is the last."""
        self._over.set()

    def abandon(self) -> None:
        """Stop now."""
        self._over.set()
        self._abandoned.set()
        if self.process is not None:
            self.process.kill()
        if self.is_alive():
            self.join(10)


class UrgentClock(threading.Thread):
    """Makes the ten minutes of urgent messages pass at once, so that the worker works during the kills."""

    def __init__(self, var: Path) -> None:
        super().__init__(daemon=True)
        self.var = var
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(1.0):
            try:
                with open_base(self.var) as base:
                    base.execute(
                        "UPDATE procrastinate_jobs SET scheduled_at = now()"
                        " WHERE status = 'todo' AND scheduled_at > now()"
                    )
            except psycopg.Error:
                continue

    def finish(self) -> None:
        self._over.set()


@dataclass
class Killer:
    """Kills a part chosen by the draw, and says how long the whole took to come back."""

    serving: Serving
    importer: Importer
    draw: random.Random
    kills: dict[str, int] = field(default_factory=dict)
    slowest: float = 0.0

    def targets(self) -> dict[str, list[int]]:
        """Process ids by part; only parts alive at this moment."""
        front = self.serving.named("granian")
        postmaster = running_postmaster(data_dir(self.serving.var))
        running = self.importer.process
        parts = {
            "front": [one.pid for one in front if _child_of(one, self.serving.process.pid)],
            "enfant du front": [one.pid for one in front if not _child_of(one, self.serving.process.pid)],
            "tâches": [one.pid for one in self.serving.named("pepites.config.jobs")],
            "base": [postmaster] if postmaster else [],
            "import": [running.pid] if running is not None and running.poll() is None else [],
        }
        return {part: pids for part, pids in parts.items() if pids}

    def kill(self) -> str:
        """Kill one part that lives, with no warning."""
        while not (alive := self.targets()):
            time.sleep(0.1)
        weights = {"front": 3, "enfant du front": 2, "tâches": 3, "base": 5, "import": 5}
        part = self.draw.choices(list(alive), [weights[name] for name in alive])[0]
        for pid in alive[part]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.kills[part] = self.kills.get(part, 0) + 1
        return part

    def wait_until_back(self) -> None:
        """Wait until pages and base answer again."""
        began = time.monotonic()
        while not (self._base_answers() and self.serving.answers()):
            took = time.monotonic() - began
            assert took < RECOVERY, f"pas revenu en {RECOVERY:.0f} s"
            time.sleep(0.1)
        self.slowest = max(self.slowest, time.monotonic() - began)

    def _base_answers(self) -> bool:
        try:
            with open_base(self.serving.var):
                return True
        except psycopg.OperationalError:
            return False


def _child_of(process: psutil.Process, parent: int) -> bool:
    try:
        return process.ppid() == parent
    except psutil.Error:
        return False


def eventually(look: Callable[[], list[str]], seconds: float) -> list[str]:
    """The faults that remain after at most ``seconds``."""
    deadline = time.monotonic() + seconds
    while (faults := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return faults
