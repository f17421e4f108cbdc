"""Notes of the liaison notebook (CdL §3.3)."""

from collections.abc import Collection
from uuid import UUID

from pepites.access.policies import require
from pepites.access.readers import open_reserved, own_practice
from pepites.access.selectors import level_on, same_person
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.coordination import policies
from pepites.coordination.enums import FILED_LENGTH, NOTE_LENGTH, FilKind, NoteStatus, NoteType
from pepites.coordination.events import NoteFiled
from pepites.coordination.models import FilEntry, LiaisonNote
from pepites.coordination.reserved.readers import choose_readers
from pepites.coordination.services.fil import write_fil
from pepites.identity.services import refuse_frozen
from pepites.messaging.markdown import render_text

CODE = "coordination.note.refused"


def add_liaison_note(
    *,
    actor: Actor,
    patient_id: int,
    type: NoteType | str,  # noqa: A002 - the name of the contract
    text: str,
    emergency: bool = False,
    reply_to: LiaisonNote | None = None,
    source_message: UUID | None = None,
    readers: Collection[int] | None = None,
    minor_secret: bool = False,
    key: UUID | None = None,
) -> LiaisonNote:
    """Write a note in a person's notebook; the same ``key`` twice gives the same note.

    ``readers``, practices of the circle, make it a reserved note: nobody else sees that it exists (P8, §2.4-3).
    ``minor_secret``: the minor asked that the parents not be told (L.1111-5); such a note is always reserved.

    Raises ``Refused`` below the level needed, ``DomainError`` for an empty or too long text or a foreign reply.
    """
    require(policies.can_write_note(actor, level_on(patient_id)), code=CODE, subjects=(patient_id,))
    refuse_frozen(patient_id)
    _check(type, text, FILED_LENGTH if source_message else NOTE_LENGTH)
    _check_reply(reply_to, patient_id)
    if minor_secret and readers is None:
        raise DomainError("Un secret demandé par un mineur s'écrit dans une note réservée.")
    asked: dict[str, object] = {
        "patient": patient_id, "type": type, "text": text, "reply": reply_to and reply_to.pk, "urgent": emergency,
    }  # fmt: skip
    if readers is not None:
        asked |= {"readers": sorted(readers), "secret": minor_secret}

    def write() -> dict[str, object]:
        note = LiaisonNote(
            patient_id=patient_id, type=type, emergency=emergency, text=text.strip(), html=render_text(text),
            level=policies.note_level(actor), author_id=own_practice(actor), reply_to=reply_to,
            source_message=source_message, minor_secret=minor_secret, created_at=now(), updated_at=now(),
        )  # fmt: skip
        if readers is not None:
            chosen = choose_readers(actor, patient_id, readers)
            open_reserved(actor=actor, patient_id=patient_id, item=note.public_id, practices=chosen)
            note.reserved = True
        _enter(actor, note)
        return {"id": note.pk}

    return LiaisonNote.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def _check_reply(reply_to: LiaisonNote | None, patient_id: int) -> None:
    if reply_to is None:
        return
    if not same_person(reply_to.patient_id, patient_id):
        raise DomainError("Cette réponse ne concerne pas la même personne.")
    if reply_to.status != NoteStatus.CURRENT:
        raise DomainError("Cette note a été retirée par son auteur : écrivez une nouvelle note.")
    if reply_to.reserved:  # the reply would tell the others that there is one
        raise DomainError("Cette note est réservée à quelques lecteurs : répondez par une note réservée.")


def _enter(actor: Actor, note: LiaisonNote) -> None:
    """Into the notebook and the fil; a reserved note moves nothing that others see."""
    note.save(force_insert=True)
    _journal("coordination.note.added", note, "C")
    label = NoteType(note.type).label + (", secret demandé par la personne mineure" if note.minor_secret else "")
    answered = f", en réponse à {note.reply_to.author.professional.display_name}" if note.reply_to else ""
    write_fil(
        actor=actor, patient_id=note.patient_id, kind=FilKind.NOTE, title=label + answered, html=note.html,
        level=note.level, object_id=note.public_id, urgent=note.emergency, contact="" if note.reserved else label,
        reserved=note.reserved,
    )  # fmt: skip
    publish(NoteFiled(note.pk, note.patient_id, emergency=note.emergency, reserved=note.reserved))


def change_note(*, actor: Actor, note: LiaisonNote, text: str, version: int) -> LiaisonNote:
    """Correct one's own note; the former text stays in its history. ``version`` is the one that was read."""
    decision = policies.can_change_note(actor, note.author_id, note.status)
    require(decision, code=CODE, subjects=(note.patient_id,), object_type="note", object_id=note.public_id)
    _check(note.type, text, FILED_LENGTH if note.source_message else NOTE_LENGTH)
    html = render_text(text)
    done = LiaisonNote.objects.filter(pk=note.pk, version=version, status=NoteStatus.CURRENT).update(
        text=text.strip(), html=html, version=version + 1, updated_at=now()
    )
    if not done:
        raise Conflict("Cette note a changé entre-temps : comparez les textes, puis enregistrez de nouveau.")
    FilEntry.objects.filter(object_id=note.public_id, kind=FilKind.NOTE).update(html=html)
    _journal("coordination.note.changed", note)
    note.refresh_from_db()
    return note


def retire_note(*, actor: Actor, note: LiaisonNote, reason: str) -> LiaisonNote:
    """Withdraw one's own note: it leaves the fil's text, never the base."""
    decision = policies.can_change_note(actor, note.author_id, note.status)
    require(decision, code=CODE, subjects=(note.patient_id,), object_type="note", object_id=note.public_id)
    if not reason.strip():
        raise DomainError("Dites pourquoi vous retirez cette note.", field="reason")
    note.status, note.retired_reason, note.updated_at = NoteStatus.RETIRED, reason.strip()[:200], now()
    note.save(update_fields=["status", "retired_reason", "updated_at"])
    FilEntry.objects.filter(object_id=note.public_id, kind=FilKind.NOTE).update(
        html=render_text(f"*Note retirée par son auteur : {note.retired_reason}*"), urgent=False
    )
    _journal("coordination.note.retired", note)
    return note


def _check(note_type: str, text: str, longest: int) -> None:
    if note_type not in NoteType.values:
        raise DomainError("Choisissez le type de la note.", field="type")
    if not text.strip():
        raise DomainError("Écrivez le texte de la note.", field="text")
    if len(text) > longest:
        raise DomainError(f"Cette note dépasse {longest} caractères : coupez-la en deux.", field="text")


def _journal(code: str, note: LiaisonNote, action: str = "U") -> None:
    record(code, action=action, subjects=(note.patient_id,), object_type="note", object_id=note.public_id)
