"""Bringing a network's *file active* into the base, 500 lines a unit of work (design, law 4)."""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from django.db import connection

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, Purpose
from pepites.common.errors import Conflict
from pepites.coordination import policies
from pepites.coordination.importing.deciding import Decision, FileMemory, decide
from pepites.coordination.importing.enums import Outcome
from pepites.coordination.importing.lines import Line, LineResult, read_line
from pepites.coordination.importing.plan import ImportPlan
from pepites.coordination.importing.writing import told, write_batch
from pepites.identity.bulk import card_states, known_persons
from pepites.identity.services import lock_for_import
from pepites.networks.models import Network

BATCH = 500
_LOCK = 0x1307  # with the network's id: one import of a network at a time

Results = Sequence[LineResult]


@dataclass(slots=True)
class Import:
    """One passage of a file. ``on_batch`` is called inside each batch's unit of work, with its lines in order.

    ``after_line`` and ``memory`` take up an import cut short: lines up to there are committed already.
    """

    actor: Actor
    network: Network
    plan: ImportPlan
    source: str
    dry_run: bool = False
    on_batch: Callable[[Results], None] | None = None
    after_line: int = 0
    memory: FileMemory = field(default_factory=FileMemory)


def import_rows(work: Import) -> Counter[Outcome]:
    """Import every line of the plan, or only tell what would become of them; counts by outcome.

    Each batch is committed whole or not at all, so an import cut short is simply done again. Raises ``Refused`` for
    whoever neither coordinates nor administers the network, ``Conflict`` when another import of it is under way.
    """
    actor = work.actor.for_purpose(Purpose.COORDINATION)
    counts: Counter[Outcome] = Counter()
    with unit_of_work(actor):
        _require(actor, work.network)
    with network_held(work.network, dry_run=work.dry_run):
        for batch in _batches(work):
            with unit_of_work(actor):
                results = _run_batch(actor, work, batch)
                if work.on_batch:
                    work.on_batch(results)
            counts.update(result.outcome for result in results)
        with unit_of_work(actor):
            code = "coordination.import.checked" if work.dry_run else "coordination.import.done"
            _record(code, work, (), {str(outcome): count for outcome, count in counts.items()})
    return counts


@contextmanager
def network_held(network: Network, *, dry_run: bool) -> Generator[None]:
    """A real import holds its network; a check holds nothing. Raises ``Conflict``."""
    if dry_run:
        yield
        return
    key = [_LOCK, network.pk]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise Conflict(
                "Un autre import est en cours pour ce réseau : attendez qu'il soit terminé, puis recommencez."
            )
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _require(actor: Actor, network: Network) -> None:
    from pepites.access.policies import require

    decision = policies.can_open_pathway(actor, network.pk)
    require(decision, code="coordination.import.refused", object_type="network", object_id=network.pk)


def _batches(work: Import) -> Iterator[list[Line | LineResult]]:
    lines = (read_line(number, parsed) for number, parsed in work.plan.rows if number > work.after_line)
    while batch := list(islice(lines, BATCH)):
        yield batch


def _run_batch(actor: Actor, work: Import, batch: list[Line | LineResult]) -> list[LineResult]:
    if not work.dry_run:
        lock_for_import()
    decisions = _decide_batch(work, [item for item in batch if isinstance(item, Line)])
    if work.dry_run:
        made = {decision.line.number: told(decision) for decision in decisions}
    else:
        made = write_batch(actor, work.network, work.source, decisions)
        ids = {d.line.placeholder: made[d.line.number].patient_id for d in decisions if d.outcome is Outcome.CREATED}
        work.memory.written({placeholder: pk for placeholder, pk in ids.items() if pk is not None})
        subjects = {result.patient_id for result in made.values() if result.patient_id}
        subjects |= {d.person.patient_id for d in decisions if d.person and d.person.patient_id > 0}
        outcomes = Counter(str(result.outcome) for result in made.values())
        _record("coordination.import.batch", work, tuple(sorted(subjects)), dict(outcomes))
    return [item if isinstance(item, LineResult) else made[item.number] for item in batch]


def _decide_batch(work: Import, lines: list[Line]) -> list[Decision]:
    known = known_persons([(line.match, line.keys) for line in lines])
    cards = card_states(line.fingerprint for line in lines)
    return [
        decide(line, persons, cards.get(line.fingerprint, {}), work.memory)
        for line, persons in zip(lines, known, strict=True)
    ]


def _record(code: str, work: Import, subjects: tuple[int, ...], detail: dict[str, int]) -> None:
    action = "R" if work.dry_run else "C"
    record(
        code, action=action, subjects=subjects, object_type="network", object_id=work.network.pk,
        detail={**detail, "file": fingerprint(work.plan.path)},
    )  # fmt: skip


def fingerprint(path: Path) -> str:
    """First half of the file's SHA-256: tells in the journal which file it was without its name."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()[:32]
