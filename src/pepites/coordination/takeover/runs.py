"""Takeovers made through the screen: archive received, checked, taken over by a job."""

from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Final
from uuid import UUID

from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app as jobs

from pepites.access.policies import require
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Decision
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination.importing import storage
from pepites.coordination.importing.enums import WORKING, RunState
from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.policies import can_open_pathway
from pepites.coordination.takeover import report
from pepites.coordination.takeover.archive import open_archive
from pepites.coordination.takeover.enums import OUT
from pepites.coordination.takeover.lines import count_lines
from pepites.coordination.takeover.matching import REFUSED
from pepites.coordination.takeover.models import HistoryRun
from pepites.coordination.takeover.service import Results, Takeover, take_over
from pepites.networks.acts import act_left
from pepites.networks.models import Network

TASK: Final = "coordination.takeover"
_SHOWN = 20
_MAY_CHECK = (RunState.UPLOADED, RunState.CHECKED, RunState.FAILED, RunState.DONE)
_LOST = "L'archive n'est plus là : déposez-la de nouveau."


def can_take_over(actor: Actor, network: Network) -> Decision:
    """Whoever coordinates or administers the network, unless it withholds the writing of notes from their role."""
    left = act_left(actor, "note.write")
    return can_open_pathway(actor, network.pk) if left else left


def receive_archive(*, actor: Actor, network: Network, tool: str, name: str, chunks: Iterable[bytes]) -> HistoryRun:
    """Keep an archive and open its takeover. Raises ``DomainError`` when it is none that can be read."""
    require(can_take_over(actor, network), code=REFUSED, object_type="network", object_id=network.pk)
    public_id = new_uuid()
    try:
        path = storage.keep_source(public_id, chunks)
        with open_archive(path) as archive:
            total = count_lines(archive.tables)
    except ImportFileError as error:
        storage.forget_source(public_id)
        raise DomainError(str(error), field="file") from None
    assert actor.user_id is not None
    assert actor.practice_id is not None
    run = HistoryRun.objects.create(
        public_id=public_id, network=network, user_id=actor.user_id, practice_id=actor.practice_id, tool=tool,
        file_name=PurePath(name).name[:150] or "archive", total=total, created_at=now(),
    )  # fmt: skip
    record("coordination.takeover.uploaded", action="C", object_type="takeover", object_id=public_id)
    return run


def ask_takeover(*, actor: Actor, run: HistoryRun, dry_run: bool) -> None:
    """Have the worker check the archive, or take it over once checked; the same request twice asks once.

    What was taken over may be checked and taken over again: only what is new is written. Raises ``Conflict``.
    """
    require(can_take_over(actor, run.network), code=REFUSED, object_type="takeover", object_id=run.public_id)
    wanted = RunState.CHECKING if dry_run else RunState.RUNNING
    allowed = _MAY_CHECK if dry_run else (RunState.CHECKED,)
    moved = HistoryRun.objects.filter(pk=run.pk, state__in=allowed).update(
        state=wanted, done=0, counts={}, problems=[], message=""
    )
    if not moved:
        run.refresh_from_db()
        if run.state == wanted:
            return
        raise Conflict("Cette reprise a changé d'état entre-temps. Rechargez la page.")
    jobs.configure_task(TASK).defer(
        public_id=str(run.public_id), user_id=actor.user_id, practice_id=actor.practice_id, dry_run=dry_run
    )
    record(
        "coordination.takeover.asked", action="E", object_type="takeover", object_id=run.public_id,
        detail={"check": dry_run},
    )  # fmt: skip


def perform_takeover(*, actor: Actor, public_id: UUID, dry_run: bool) -> None:
    """The job itself: bears being run again after a cut, since nothing is taken over twice."""
    with unit_of_work(actor):
        run = HistoryRun.objects.select_related("network").filter(public_id=public_id, state__in=WORKING).first()
    if run is None:
        return
    try:
        _perform(actor, run, dry_run)
    except (DomainError, ImportFileError) as error:
        _stop(actor, run, getattr(error, "message", str(error)))
    except (OperationalError, InterfaceError):
        raise  # the base was cut: the job is tried again
    except OSError:
        _stop(actor, run, _LOST)
    except Exception:
        _stop(actor, run, "La reprise s'est arrêtée sur une erreur : ce qui est repris le reste, relancez-la.")
        raise


def _perform(actor: Actor, run: HistoryRun, dry_run: bool) -> None:
    counts: dict[str, Counter[str]] = {}
    problems: list[dict[str, object]] = []
    done = 0
    path = report.report_path(run.public_id)
    report.start(path)

    def on_batch(results: Results) -> None:
        nonlocal done
        done += len(results)
        for one in results:
            counts.setdefault(str(one.table), Counter())[str(one.outcome)] += 1
            if one.outcome in OUT and len(problems) < _SHOWN:
                problems.append({"table": f"{one.table}.csv", "line": one.line, "message": one.message})
        report.add(path, results)
        HistoryRun.objects.filter(pk=run.pk).update(done=done, counts=counts, problems=problems)

    with open_archive(storage.source_path(run.public_id)) as archive:
        take_over(Takeover(actor, run.network, run.tool, archive, dry_run, on_batch))
    with unit_of_work(actor):
        state = RunState.CHECKED if dry_run else RunState.DONE
        HistoryRun.objects.filter(pk=run.pk).update(state=state)


def _stop(actor: Actor, run: HistoryRun, message: str) -> None:
    with unit_of_work(actor):
        HistoryRun.objects.filter(pk=run.pk).update(state=RunState.FAILED, message=message[:300])
        record("coordination.takeover.failed", action="E", object_type="takeover", object_id=run.public_id)
