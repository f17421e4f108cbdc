"""`kill -9` of everything while people write and lists are imported: what was acknowledged is there (SE-50, SE-51).

``PEPITES_KILLS`` says how many (20; 200 in the long variant), ``PEPITES_KILLS_SEED`` repeats a given draw.
"""

import csv
import json
import os
import random
import secrets
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo
from tests.cli.serving import Serving, environment, new_var, remove, survivors
from tests.resilience import checking
from tests.resilience.browsing import Browser
from tests.resilience.killing import Importer, Killer, UrgentClock, eventually, open_base, tell
from tests.resilience.writers import Keeper, Ledger, Talker, Writer

from pepites.config.engine import running_postmaster, superuser_dsn
from pepites.config.engine_home import DATABASE, data_dir

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
LINES = 2000
TERRITORY = Path(__file__).with_name("territory.py")


@dataclass
class Experiment:
    """A served territory, those who write in it, and who kills it."""

    serving: Serving
    world: dict[str, Any]
    killer: Killer
    importer: Importer
    clock: UrgentClock
    ledger: Ledger = field(default_factory=Ledger)
    writers: list[Writer] = field(default_factory=list)

    def begin(self, seed: int) -> None:
        dsn = make_conninfo(superuser_dsn(self.serving.var), dbname=DATABASE)
        for number, (kind, login) in enumerate([(Talker, "coordonne"), (Talker, "soigne"), (Keeper, "soigne")]):
            browser = Browser(self.serving.port)
            browser.sign_in(self.world["accounts"][login])
            writer = kind(browser, self.ledger, random.Random(seed + number), 0.02)
            if isinstance(writer, Talker):
                writer.talks = self.world["talks"]
            else:
                writer.files, writer.dsn = self.world["files"], dsn
            self.writers.append(writer)
        for thread in (*self.writers, self.importer, self.clock):
            thread.start()

    def end(self) -> None:
        """Let each act under way be acknowledged, and the list under way be imported."""
        for writer in self.writers:
            writer.finish(60)
        self.importer.finish()
        for thread in (*self.writers, self.importer):
            thread.join(180)
            assert not thread.is_alive(), "quelqu'un écrit encore"

    def check(self) -> None:
        """After a kill: what was acknowledged before is there, once, and nothing is there by half."""
        sent = list(self.ledger.sent)
        with open_base(self.serving.var) as base:
            lost, doubled = checking.lost_or_doubled(base, sent)
            assert not lost, lost
            assert not doubled, doubled
            assert checking.broken_wholes(base) == []
        assert not self.ledger.faults, self.ledger.faults[0]
        assert self.importer.faults == []


@pytest.fixture
def var() -> Iterator[Path]:
    folder = new_var()
    yield folder
    remove(folder)


@pytest.fixture
def experiment(var: Path) -> Iterator[Experiment]:
    serving = Serving(var, PEPITES_DEMO="1", PEPITES_ACCESS_LOG="0")
    importer = Importer(var, LINES)
    made = Experiment(serving, {}, Killer(serving, importer, random.Random(0)), importer, UrgentClock(var))
    try:
        made.world = territory(var)
        yield made
    finally:
        made.clock.finish()
        importer.abandon()
        for writer in made.writers:
            writer.finish(0)
        serving.stop()


def territory(var: Path) -> dict[str, Any]:
    command = [sys.executable, str(TERRITORY)]
    built = subprocess.run(command, env=environment(var), capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    world: dict[str, Any] = json.loads(built.stdout)
    return world


def imported_again(experiment: Experiment) -> Counter[str]:
    """Outcomes of the first list once more, over what the kills left of it."""
    report = experiment.serving.var / "encore.csv"
    assert experiment.importer.once(experiment.importer.files[0], report) == 0
    with report.open(encoding="utf-8-sig", newline="") as lines:
        head = lines.readline()
        lines.seek(0)
        return Counter(row["outcome"] for row in csv.DictReader(lines, delimiter=";" if ";" in head else ","))


def survive(experiment: Experiment, kills: int) -> None:
    seed = int(os.environ.get("PEPITES_KILLS_SEED", secrets.randbelow(10**6)))
    tell(f"Tirage : PEPITES_KILLS_SEED={seed}")
    killer, began = experiment.killer, time.monotonic()
    killer.draw = random.Random(seed)
    experiment.begin(seed)
    for number in range(1, kills + 1):
        time.sleep(killer.draw.uniform(0.1, 1.5))
        part = killer.kill()
        if killer.draw.random() < 0.3:
            continue  # the next one falls while this one is being mended
        killer.wait_until_back()
        experiment.check()
        tell(f"{time.monotonic() - began:6.1f} s  {number:3} {part} : {len(experiment.ledger.sent)} écritures")
    killer.wait_until_back()
    experiment.end()
    judge(experiment)
    told, lists = experiment.ledger, experiment.importer
    tell(
        f"{kills} arrêts brutaux {killer.kills}, {len(told.sent)} écritures acquittées en {told.tries} envois"
        f" ({told.unanswered} sans réponse), {len(lists.files)} listes en {lists.runs} essais"
        f" ({lists.cut} coupés), retour le plus lent {killer.slowest:.1f} s ; 0 perte, 0 doublon"
    )


def judge(experiment: Experiment) -> None:
    """Everything, once nobody writes any more."""
    sent, var = experiment.ledger.sent, experiment.serving.var
    experiment.check()
    with open_base(var) as base:
        assert eventually(lambda: checking.forgotten_jobs(base), 75) == []
        experiment.clock.finish()
        assert checking.broken_wholes(base) == []
        assert checking.changed_answers(base, sent) == []
        assert checking.damaged_files(base, var / "files", sent) == []
        assert eventually(lambda: checking.left_open(base), 10) == []
        persons = "SELECT count(*), count(DISTINCT value) FROM coordination_localidentifier"
        wanted = LINES * len(experiment.importer.files)
        assert base.execute(persons).fetchone() == (wanted, wanted)
        assert imported_again(experiment) == {"connu": LINES}
        assert base.execute(persons).fetchone() == (wanted, wanted)
    kinds = Counter(one.kind for one in sent)
    assert min(kinds[kind] for kind in ("message", "note", "task", "tick")) > 0
    assert any(one.sha256 for one in sent)


def nothing_runs(experiment: Experiment) -> None:
    family = experiment.serving.family()
    assert experiment.serving.stop() < 15
    assert survivors(family, 12) == []
    assert running_postmaster(data_dir(experiment.serving.var)) is None


def test_what_was_acknowledged_survives_kills(experiment: Experiment) -> None:
    survive(experiment, int(os.environ.get("PEPITES_KILLS", "20")))
    nothing_runs(experiment)


@pytest.mark.long
def test_what_was_acknowledged_survives_many_kills(experiment: Experiment) -> None:
    survive(experiment, int(os.environ.get("PEPITES_KILLS", "200")))
    nothing_runs(experiment)
