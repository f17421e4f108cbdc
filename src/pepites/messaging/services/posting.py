"""Sending a message, correcting it, withdrawing it, acknowledging it."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app as jobs

from pepites.access import policies as access_policies
from pepites.access.services import database_refusals
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Decision
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.common.text import words
from pepites.documents.services import keep_file
from pepites.documents.values import KeptFile
from pepites.messaging import policies, selectors
from pepites.messaging.enums import EventKind, MessageKind
from pepites.messaging.markdown import MAX_LENGTH, render_text
from pepites.messaging.mentions import find_mentions
from pepites.messaging.models import Attachment, Conversation, Message
from pepites.messaging.notices import tell_message
from pepites.messaging.rendering import SEQ_MARK, render_around_seq, render_entry
from pepites.messaging.values import ESCALATE_AFTER, MessageView, Upload

MAX_FILES = 5
ESCALATE_TASK = "messaging.escalate_urgent"
_KEY_SERVED = "Cet envoi a déjà servi pour un autre message. Rechargez la page, puis recommencez."


def _refusals(conversation: Conversation) -> AbstractContextManager[None]:
    subjects = (conversation.patient_id,) if conversation.patient_id else ()
    return database_refusals("messaging.conversation.refused", *subjects)


def checked_text(text: str, *, files: int) -> str:
    """The text as it will be kept; raises ``DomainError`` when it is too long, or when nothing is sent."""
    text = text.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > MAX_LENGTH:
        raise DomainError(f"Votre message dépasse {MAX_LENGTH} caractères. Partagez-le en deux.", field="texte")
    if not text and not files:
        raise DomainError("Écrivez un message ou joignez un fichier.", field="texte")
    if files > MAX_FILES:
        raise DomainError(f"Joignez au plus {MAX_FILES} fichiers par message.", field="fichiers")
    return text


def _resolve(conversation: Conversation, text: str, asked: Iterable[int]) -> tuple[list[int], list[str]]:
    asked = list(asked)
    if "@" not in text and not asked:
        return [], []
    return find_mentions(text, selectors.participants_of(conversation), asked)


def post_message(
    *,
    actor: Actor,
    conversation: Conversation,
    text: str,
    key: UUID,
    urgent: bool = False,
    mentions: Iterable[int] = (),
    files: Sequence[Upload] = (),
) -> Message:
    """Send a message of at most 4,000 characters, with at most 5 photos or PDF. The same key gives the same message.

    Files are kept before the row is written. ``mentions`` are practice ids, added to those written with « @ ». The
    answer carries ``fragment``. Raises ``DomainError``, ``Conflict``, ``Refused`` when the actor does not take part.
    """
    text = checked_text(text, files=len(files))
    kept = [keep_file(name=one.name, content=one.content) for one in files]
    return _send(actor, conversation, text, key, urgent, _resolve(conversation, text, mentions), kept)


def _send(
    actor: Actor,
    conversation: Conversation,
    text: str,
    key: UUID | None,
    urgent: bool,
    mentions: tuple[list[int], list[str]],
    kept: Sequence[KeptFile],
    kind: MessageKind = MessageKind.TEXT,
) -> Message:
    html = render_text(text, mentions[1]) if text else ""
    rows = [_attachment(one) for one in kept]
    view = MessageView(
        public_id=new_uuid(), conversation=conversation.public_id, seq=SEQ_MARK, kind=kind, html=html, urgent=urgent,
        author_key=selectors.practice_key(actor.practice_id or 0), author=actor.professional_name,
        role=actor.role_label, created_at=now(), mentioned=selectors.mention_keys(mentions[0]),
        files=tuple(selectors.file_view(one.public_id, one.name, one.content_type, one.size) for one in rows),
    )  # fmt: skip
    message = _insert(conversation, actor, view, text, key, mentions[0])
    if message.fragment:
        _attach(message, rows)
        _note_sent(conversation, message, len(rows))
        tell_message(actor, conversation, message)
    elif message.urgent != urgent or _digests(message.attachments.all()) != _digests(rows):
        raise Conflict(_KEY_SERVED)
    return message


def _digests(files: Iterable[Attachment]) -> list[str]:
    return sorted(one.sha256 for one in files)


def _insert(
    conversation: Conversation, actor: Actor, view: MessageView, text: str, key: UUID | None, mentioned: list[int]
) -> Message:
    head, tail = render_around_seq(view)
    with _refusals(conversation), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM messaging_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::bigint[])",
            [
                conversation.pk, view.public_id, key, view.kind, text, view.html, words(text), head, tail, view.urgent,
                mentioned,
            ],
        )  # fmt: skip
        row = cursor.fetchone()
    if row is None:
        raise Conflict(_KEY_SERVED)
    pk, public_id, seq, event_id, at, fresh = row
    message = Message(
        id=pk, public_id=public_id, conversation=conversation, patient_id=conversation.patient_id, seq=seq,
        kind=view.kind, author_id=actor.practice_id, author_user_id=actor.user_id, client_key=key, text=text,
        html=view.html, mentions=mentioned, urgent=view.urgent, created_at=at,
    )  # fmt: skip
    message._state.adding = False  # noqa: SLF001
    if not fresh:
        return Message.objects.select_related("conversation").get(pk=pk)
    message.fragment, message.event_id = f"{head}{seq}{tail}", event_id
    return message


def _attachment(kept: KeptFile) -> Attachment:
    return Attachment(
        public_id=new_uuid(), name=kept.name, content_type=kept.content_type, size=kept.size, sha256=kept.sha256,
        blob=kept.blob, thumbnail=kept.thumbnail,
    )  # fmt: skip


def _attach(message: Message, rows: list[Attachment]) -> None:
    for row in rows:
        row.message = message
        row.conversation_id = message.conversation_id
        row.patient_id = message.patient_id
    if rows:
        Attachment.objects.bulk_create(rows)


def _note_sent(conversation: Conversation, message: Message, files: int) -> None:
    record(
        "messaging.message.posted",
        action="C",
        subjects=(conversation.patient_id,) if conversation.patient_id else (),
        object_type="message",
        object_id=message.public_id,
        basis="participation",
        detail={"urgent": message.urgent, "files": files},
    )
    if message.urgent:
        # In the same transaction: no message without its job, no job without its message.
        delay = {"seconds": int(ESCALATE_AFTER.total_seconds())}
        jobs.configure_task(ESCALATE_TASK, schedule_in=delay).defer(message_id=message.pk)


def post_notice(*, actor: Actor, conversation: Conversation, text: str) -> Message:
    """Say in the conversation what the actor did to it (somebody joined, somebody left)."""
    return _send(actor, conversation, text, None, False, ([], []), (), MessageKind.SYSTEM)


def edit_message(*, actor: Actor, message: Message, text: str) -> Message:
    """Correct one's own message within ten minutes; the former text stays in the trace (interface §10)."""
    _require(policies.can_edit(actor, message), message, "messaging.message.edit_refused")
    text = checked_text(text, files=0)
    conversation = message.conversation
    mentioned, shown = _resolve(conversation, text, ())
    changes = {"text": text, "html": render_text(text, shown), "search_text": words(text), "mentions": mentioned}
    _change(message, EventKind.EDIT, changes | {"edited_at": now()})
    _record(message, "messaging.message.edited")
    tell_message(actor, conversation, message)
    return message


def withdraw_message(*, actor: Actor, message: Message) -> Message:
    """Withdraw one's own message within a day: nobody reads it any more, its text stays in the trace. Twice is once."""
    if message.withdrawn_at is not None and message.author_id == actor.practice_id:
        return message
    _require(policies.can_withdraw(actor, message), message, "messaging.message.withdraw_refused")
    changes = {"text": "", "html": "", "search_text": "", "mentions": [], "withdrawn_at": now()}
    _change(message, EventKind.WITHDRAW, changes)
    _record(message, "messaging.message.withdrawn")
    return message


def acknowledge(*, actor: Actor, message: Message) -> Message:
    """Take charge of an urgent message: the others see who and when. Doing it after somebody else changes nothing."""
    locked = (
        Message.objects.select_for_update(of=("self",)).select_related("conversation").filter(pk=message.pk).first()
    )
    if locked is None:
        raise selectors.refused("message", message.public_id)
    message = locked
    if message.acknowledged_at is not None:
        return message
    _require(policies.can_acknowledge(actor, message), message, "messaging.message.ack_refused")
    _change(message, EventKind.ACK, {"acknowledged_by_id": actor.practice_id, "acknowledged_at": now()})
    _record(message, "messaging.message.acknowledged")
    return message


def _require(decision: Decision, message: Message, code: str) -> None:
    subjects = (message.patient_id,) if message.patient_id else ()
    access_policies.require(
        decision,
        code=code,
        subjects=subjects,
        object_type="message",
        object_id=message.public_id,
    )


def _change(message: Message, kind: EventKind, changes: dict[str, object]) -> None:
    """Write the change and ring it, with the whole entry printed again for every reader."""
    with _refusals(message.conversation):
        for name, value in changes.items():
            setattr(message, name, value)
        message.save(update_fields=[name.removesuffix("_id") for name in changes])
    fragment = render_entry(selectors.view_of(message))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT messaging_emit(%s, %s, %s, %s, %s, %s, %s)",
            [
                message.conversation_id,
                message.patient_id,
                message.pk,
                kind,
                message.seq,
                fragment,
                message.created_at,
            ],
        )
        message.event_id = cursor.fetchone()[0]
    message.fragment = fragment


def _record(message: Message, code: str) -> None:
    record(
        code,
        action="U",
        subjects=(message.patient_id,) if message.patient_id else (),
        object_type="message",
        object_id=message.public_id,
    )
