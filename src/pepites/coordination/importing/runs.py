"""Imports made through the screen: file received, columns corrected, checked, imported by a job."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app as jobs

from pepites.access.policies import require
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.decision import Decision
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination import policies
from pepites.coordination.importing import storage
from pepites.coordination.importing.deciding import FileMemory
from pepites.coordination.importing.enums import WORKING, Outcome, RunState
from pepites.coordination.importing.errors import ImportFileError, MappingError
from pepites.coordination.importing.lines import LineResult
from pepites.coordination.importing.models import ImportRun
from pepites.coordination.importing.plan import parse_file
from pepites.coordination.importing.service import Import, Results, import_rows
from pepites.networks.models import Network

TASK = "coordination.import"
_SHOWN = 20
_OPEN = (RunState.UPLOADED, RunState.CHECKED, RunState.FAILED)
_CHANGED = "Cet import a changé d'état entre-temps. Rechargez la page."


def can_import(actor: Actor, network: Network) -> Decision:
    """Whoever coordinates or administers the network."""
    return policies.can_open_pathway(actor, network.pk)


def receive_file(*, actor: Actor, network: Network, name: str, chunks: Iterable[bytes]) -> ImportRun:
    """Keep an uploaded file and open its import. Raises ``DomainError`` when it is no list that can be read."""
    require(can_import(actor, network), code="coordination.import.refused", object_type="network", object_id=network.pk)
    public_id = new_uuid()
    try:
        path = storage.keep_source(public_id, chunks)
        parse_file(path, None, today())
    except MappingError as error:
        if not error.headers:
            storage.forget_source(public_id)
            raise DomainError(str(error), field="file") from None
    except ImportFileError as error:
        storage.forget_source(public_id)
        raise DomainError(str(error), field="file") from None
    assert actor.user_id is not None
    assert actor.practice_id is not None
    run = ImportRun.objects.create(
        public_id=public_id, network=network, user_id=actor.user_id, practice_id=actor.practice_id,
        file_name=PurePath(name).name[:150] or "liste", created_at=now(),
    )  # fmt: skip
    record("coordination.import.uploaded", action="C", object_type="import", object_id=public_id)
    return run


def correct_mapping(*, actor: Actor, run: ImportRun, mapping: dict[str, object]) -> None:
    """Keep the columns as corrected, after checking that the file can be read with them; what was checked no longer is.

    Raises ``DomainError``, ``Conflict`` once the import is under way.
    """
    require(can_import(actor, run.network), code="coordination.import.refused", object_id=run.public_id)
    try:
        parse_file(storage.source_path(run.public_id), mapping, today())
    except ImportFileError as error:
        raise DomainError(str(error)) from None
    still = ImportRun.objects.filter(pk=run.pk, state__in=_OPEN)
    if not still.update(mapping=mapping, state=RunState.UPLOADED, preview={}):
        raise Conflict(_CHANGED)


def ask_job(*, actor: Actor, run: ImportRun, dry_run: bool) -> None:
    """Have the worker check the file, or import it once it is checked; the same request twice asks once.

    Raises ``Conflict`` when the import is in no state for that.
    """
    require(can_import(actor, run.network), code="coordination.import.refused", object_id=run.public_id)
    wanted = RunState.CHECKING if dry_run else RunState.RUNNING
    allowed = _OPEN if dry_run else (RunState.CHECKED,)
    moved = ImportRun.objects.filter(pk=run.pk, state__in=allowed).update(
        state=wanted, done=0, last_line=0, counts={}, message="", total=0
    )
    if not moved:
        run.refresh_from_db()
        if run.state == wanted:
            return
        raise Conflict(_CHANGED)
    jobs.configure_task(TASK).defer(
        public_id=str(run.public_id), user_id=actor.user_id, practice_id=actor.practice_id, dry_run=dry_run
    )
    record(
        "coordination.import.asked", action="E", object_type="import", object_id=run.public_id,
        detail={"check": dry_run},
    )  # fmt: skip


def perform(*, actor: Actor, public_id: UUID, dry_run: bool) -> None:
    """The job itself: bears being run again after a cut, taking up after the last committed batch."""
    with unit_of_work(actor):
        run = ImportRun.objects.select_related("network").filter(public_id=public_id, state__in=WORKING).first()
    if run is None:
        return
    try:
        _perform(actor, run, dry_run)
    except (DomainError, ImportFileError, OSError) as error:
        _stop(actor, run, getattr(error, "message", str(error)) if not isinstance(error, OSError) else _LOST)
    except (OperationalError, InterfaceError):
        raise  # the base was cut: the job is tried again, and goes on where it stopped
    except Exception:
        _stop(actor, run, "L'import s'est arrêté sur une erreur : ce qui est importé le reste, relancez-le.")
        raise


_LOST = "Le fichier n'est plus là : déposez-le de nouveau."


def _perform(actor: Actor, run: ImportRun, dry_run: bool) -> None:
    path = storage.source_path(run.public_id)
    plan = parse_file(path, run.mapping, today())
    with unit_of_work(actor):
        ImportRun.objects.filter(pk=run.pk).update(total=plan.count_lines())
    after, refused = 0, list[LineResult]()
    memory = FileMemory()
    if not dry_run:
        after = run.last_line
        memory.claimed.update(storage.start_report(run.public_id, after))
    counts: Counter[str] = Counter() if dry_run else Counter(run.counts)
    done = 0 if dry_run else run.done

    def on_batch(results: Results) -> None:
        nonlocal done
        counts.update(str(result.outcome) for result in results)
        done += len(results)
        if dry_run:
            room = _SHOWN - len(refused)
            refused.extend([r for r in results if r.outcome is Outcome.REFUSED][:room])
        else:
            storage.add_to_report(run.public_id, results)
        last_line = 0 if dry_run else results[-1].line
        ImportRun.objects.filter(pk=run.pk).update(done=done, counts=counts, last_line=last_line)

    import_rows(Import(actor, run.network, plan, run.file_name, dry_run, on_batch, after, memory))
    with unit_of_work(actor):
        if dry_run:
            shown = [{"line": r.line, "column": r.column, "message": r.message} for r in refused]
            preview = {"counts": dict(counts), "refused": shown}
            ImportRun.objects.filter(pk=run.pk).update(state=RunState.CHECKED, preview=preview)
        else:
            ImportRun.objects.filter(pk=run.pk).update(state=RunState.DONE, ended_at=now())
    if not dry_run:
        storage.forget_source(run.public_id)


def _stop(actor: Actor, run: ImportRun, message: str) -> None:
    with unit_of_work(actor):
        ImportRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, message=message[:300])
        record("coordination.import.failed", action="E", object_type="import", object_id=run.public_id)
