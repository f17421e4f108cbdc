"""Asking for a document, making it, handing it over, taking it away (design, law 4)."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import InterfaceError, OperationalError
from procrastinate.contrib.django import app as jobs

from pepites.access.enums import Level
from pepites.access.policies import practising, require
from pepites.access.selectors import level_on
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError, NotFound
from pepites.coordination.editions.enums import EditionKind, EditionState
from pepites.coordination.editions.models import Edition
from pepites.coordination.editions.selectors import is_over
from pepites.coordination.editions.sources import paper_of
from pepites.coordination.editions.typesetting import typeset
from pepites.documents import store

TASK: Final = "coordination.edition"
REFUSED: Final = "coordination.edition.refused"
CHANGED = "Ce document a changé, ou vos droits sur le dossier ont changé. Demandez-le de nouveau."
_LOST = timedelta(days=1)  # after which a document that no worker made is given up


def ask_edition(
    *, actor: Actor, patient_id: int, kind: EditionKind, item: UUID, number: int = 0, archive: bool = False
) -> Edition:
    """Have the worker put an item on paper. Asked again while it is being made, or while it still says the same, it is
    the same document."""
    level = level_on(patient_id)
    require(practising(actor, level, Level.SOCIAL), code=REFUSED, subjects=(patient_id,))
    assert actor.user_id is not None
    assert actor.practice_id is not None
    asked = Edition(
        patient_id=patient_id, user_id=actor.user_id, practice_id=actor.practice_id, kind=kind, item=item,
        number=number, archive=archive, level=level, asked_at=now(),
    )  # fmt: skip
    paper = paper_of(actor, asked)
    if paper is None or paper.patient_id != patient_id:
        raise NotFound
    same = Edition.objects.filter(kind=kind, item=item, number=number, archive=archive)
    ready = same.filter(state=EditionState.READY, digest=paper.digest, ends_at__gt=now()).first()
    if ready is not None:
        return ready
    Edition.objects.bulk_create([asked], ignore_conflicts=True)  # a double click: the first one is made
    standing = same.get(state=EditionState.ASKED)
    if standing.public_id == asked.public_id:
        jobs.configure_task(TASK).defer(
            public_id=str(asked.public_id), user_id=actor.user_id, practice_id=actor.practice_id
        )
        _journal("coordination.edition.asked", standing, "E")
    return standing


def perform_edition(*, actor: Actor, public_id: UUID) -> None:
    """The job: made with the rights that whoever asked has now; run again after a cut, it is made once."""
    try:
        _perform(actor, public_id)
    except DomainError as error:
        _stop(actor, public_id, error.message)
    except (OperationalError, InterfaceError):
        raise  # the base was cut: the job is tried again
    except Exception:
        _stop(actor, public_id, "Le document n'a pas pu être fait. Demandez-le de nouveau.")
        raise


def _perform(actor: Actor, public_id: UUID) -> None:
    with unit_of_work(actor):
        edition = Edition.objects.filter(public_id=public_id, state=EditionState.ASKED).first()
        if edition is None:
            return
        level, paper = level_on(edition.patient_id), paper_of(actor, edition)
    if paper is None:
        raise DomainError(CHANGED)
    content = typeset(paper, printed_by=actor.professional_name, archive=edition.archive)
    blob = store.keep(content)  # before the row that names it: what no row names is swept
    with unit_of_work(actor):
        made = Edition.objects.filter(pk=edition.pk, state=EditionState.ASKED).update(
            state=EditionState.READY, blob=blob, sha256=store.digest(content), digest=paper.digest, level=level,
            ends_at=now() + timedelta(hours=settings.PEPITES_EDITION_HOURS),
        )  # fmt: skip
        if made:
            record(paper.code, action="E", subjects=(edition.patient_id,), object_type=paper.object_type,
                   object_id=edition.item)  # fmt: skip


def _stop(actor: Actor, public_id: UUID, message: str) -> None:
    with unit_of_work(actor):
        Edition.objects.filter(public_id=public_id, state=EditionState.ASKED).update(
            state=EditionState.FAILED, message=message[:300]
        )


def hand_over(*, actor: Actor, edition: Edition) -> tuple[str, bytes]:
    """The file and its name, once everything was checked again: what its reader may read today is what it says.

    Raises ``Conflict`` when it is over, or says something else than what the reader may read today.
    """
    paper = paper_of(actor, edition)
    if edition.state != EditionState.READY or is_over(edition) or paper is None or paper.digest != edition.digest:
        raise Conflict(CHANGED)
    _journal("coordination.edition.opened", edition, "E")
    return paper.file_name, store.read(edition.blob, sha256=edition.sha256)


def sweep_editions() -> list[str]:
    """Forget the files whose hours are over, and what no worker made; returns the names to remove from the store."""
    over = Edition.objects.filter(state=EditionState.READY, ends_at__lte=now())
    names = list(over.values_list("blob", flat=True))
    gone = {"state": EditionState.GONE, "blob": "", "sha256": "", "digest": ""}
    over.update(**gone)
    Edition.objects.filter(state=EditionState.ASKED, asked_at__lte=now() - _LOST).update(**gone)
    return names


def _journal(code: str, edition: Edition, action: str) -> None:
    record(code, action=action, subjects=(edition.patient_id,), object_type="edition", object_id=edition.public_id)
