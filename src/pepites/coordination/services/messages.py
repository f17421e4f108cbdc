"""« Verser au dossier », and the report of an access."""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.errors import Conflict, DomainError
from pepites.coordination import policies
from pepites.coordination.enums import MemberRole, NoteType, TaskKind
from pepites.coordination.models import LiaisonNote, Task
from pepites.coordination.services.notes import add_liaison_note
from pepites.coordination.services.tasks import create_task
from pepites.messaging.models import Message
from pepites.messaging.selectors import message_visible_to


def file_message(
    *,
    actor: Actor,
    message_public_id: UUID,
    as_note: NoteType | str | None = None,
    as_task: str = "",
    due_on: date | None = None,
    owner_practice_id: int | None = None,
    emergency: bool = False,
    key: UUID | None = None,
) -> LiaisonNote | Task:
    """Bring a message into the file: as a note of that type, once, or as a task with the title ``as_task``.

    The note is signed by who files it, quotes who wrote the message, and names its files. Raises ``Refused`` for a
    message out of the actor's sight, ``DomainError`` when the discussion is about nobody or the message was withdrawn.
    """
    message = message_visible_to(actor, message_public_id)
    if message.patient_id is None:
        raise DomainError("Cette discussion ne concerne pas une personne : rien à verser dans un dossier.")
    if message.withdrawn_at is not None:
        raise DomainError("Ce message a été retiré par son auteur.")

    def work() -> dict[str, object]:
        filed: LiaisonNote | Task
        if as_task:
            filed = create_task(
                actor=actor, patient_id=message.patient_id, title=as_task, due_on=due_on, detail=message.text[:1000],
                owner_practice_id=owner_practice_id, source_message=message.public_id,
            )  # fmt: skip
        else:
            filed = _as_note(actor, message, as_note or NoteType.GENERAL, emergency)
        record(
            "coordination.message.filed", action="C", subjects=(message.patient_id or 0,), object_type="message",
            object_id=message.public_id,
        )  # fmt: skip
        return {"id": filed.pk}

    asked = {"message": message.public_id, "note": as_note, "task": as_task, "due": due_on}
    key_of = int(str(once(actor, key, asked, work)["id"]))
    return Task.objects.get(pk=key_of) if as_task else LiaisonNote.objects.get(pk=key_of)


def _as_note(actor: Actor, message: Message, kind: NoteType | str, emergency: bool) -> LiaisonNote:
    author = message.author.professional.display_name if message.author else "Pépites"
    said = message.created_at.astimezone(CAYENNE).strftime("%d/%m/%Y à %H h %M")
    files = ", ".join(one.name for one in message.attachments.order_by("id"))
    parts = [f"Message de {author}, {said} :", message.text, files and f"Joint à la discussion : {files}"]
    try:
        with transaction.atomic():
            return add_liaison_note(
                actor=actor, patient_id=message.patient_id or 0, type=kind, text="\n\n".join(filter(None, parts)),
                emergency=emergency, source_message=message.public_id,
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("Ce message est déjà dans le cahier de liaison.") from None


def report_access(*, actor: Actor, patient_id: int, entry_id: int, comment: str, key: UUID | None = None) -> Task:
    """Report an access that looks wrong: the network's coordination gets a task that names the line of the trace."""
    require(
        policies.can_read_file(actor, level_on(patient_id)), code="coordination.file.refused", subjects=(patient_id,)
    )
    if not comment.strip():
        raise DomainError("Dites en une phrase ce qui vous paraît anormal.", field="comment")
    task = create_task(
        actor=actor,
        patient_id=patient_id,
        title="Vérifier un accès signalé",
        detail=f"Ligne {entry_id} de la trace. {comment.strip()}",
        owner_role=MemberRole.COORDINATOR,
        kind=TaskKind.ACCESS_REPORT,
        key=key,
    )
    record("coordination.access.reported", action="C", subjects=(patient_id,), object_type="entry", object_id=entry_id)
    return task
