"""Messages that an actor may read: pages of a conversation, one message, search, mentions, files."""

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.text import words
from pepites.messaging.models import Attachment, Conversation, Message
from pepites.messaging.selectors.conversations import practice_key, refused
from pepites.messaging.values import FileView, MessageView, ParticipantView, day_label, hour_label

PAGE = 50
SEARCH_LIMIT = 50

_COLUMNS = """
    SELECT m.id, m.public_id, c.public_id, m.seq, m.kind, pr.public_id::text,
           concat_ws(' ', nullif(f.civility, ''), f.given_name, f.family_name), pr.role_label, m.html, m.urgent,
           m.created_at, m.edited_at, m.withdrawn_at, m.acknowledged_at,
           concat_ws(' ', nullif(af.civility, ''), af.given_name, af.family_name), m.mentions, m.patient_id
    FROM messaging_message m
    JOIN messaging_conversation c ON c.id = m.conversation_id
    LEFT JOIN directory_practitionerrole pr ON pr.id = m.author_id
    LEFT JOIN directory_professional f ON f.id = pr.professional_id
    LEFT JOIN directory_practitionerrole ap ON ap.id = m.acknowledged_by_id
    LEFT JOIN directory_professional af ON af.id = ap.professional_id
"""


def _select(where: str, params: Sequence[Any]) -> list[tuple[int, MessageView]]:
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS + where, list(params))
        rows = cursor.fetchall()
    files = _files([row[0] for row in rows])
    return [(row[0], _view(row, files.get(row[0], ()))) for row in rows]


def _view(row: Sequence[object], files: tuple[FileView, ...]) -> MessageView:
    (_, public_id, conversation, seq, kind, author_key, author, role, html, urgent, at, edited, withdrawn, ack_at,
     ack_by, mentions, patient_id) = row  # fmt: skip
    return MessageView(
        public_id=public_id,  # type: ignore[arg-type]
        conversation=conversation,  # type: ignore[arg-type]
        seq=seq,
        kind=str(kind),
        author_key=str(author_key or ""),
        author=str(author or "Pépites"),
        role=str(role or ""),
        html="" if withdrawn else str(html),
        urgent=bool(urgent),
        created_at=at,  # type: ignore[arg-type]
        acknowledged=acknowledged_label(str(ack_by), ack_at) if isinstance(ack_at, datetime) else "",
        edited=edited is not None,
        withdrawn=withdrawn is not None,
        files=() if withdrawn else files,
        mentioned=mention_keys(mentions),  # type: ignore[arg-type]
        patient_id=patient_id,  # type: ignore[arg-type]
    )


def acknowledged_label(name: str, moment: datetime) -> str:
    """« Pris en compte par Dr Ana Costa à 8 h 52 »."""
    return f"Pris en compte par {name} à {hour_label(moment)}"


def mention_keys(practice_ids: Iterable[int]) -> str:
    """Public identifiers of those mentioned, separated by spaces, for the page's script."""
    return " ".join(practice_key(one) for one in practice_ids)


def size_label(size: int) -> str:
    """« 240 Ko »."""
    return f"{size / 1_048_576:.1f} Mo".replace(".", ",") if size >= 1_048_576 else f"{max(size // 1024, 1)} Ko"


def file_view(public_id: UUID, name: str, content_type: str, size: int) -> FileView:
    """A file as the message shows it."""
    return FileView(public_id, name, content_type.startswith("image/"), size_label(size))


def _files(keys: list[int]) -> dict[int, tuple[FileView, ...]]:
    found: dict[int, tuple[FileView, ...]] = {}
    if keys:
        for one in Attachment.objects.filter(message_id__in=keys).order_by("id"):
            view = file_view(one.public_id, one.name, one.content_type, one.size)
            found[one.message_id] = (*found.get(one.message_id, ()), view)
    return found


def messages_visible_to(
    actor: Actor, conversation: Conversation, participants: Sequence[ParticipantView], *, before: int | None = None
) -> tuple[list[MessageView], bool]:
    """A page of messages ending just before ``before`` (or the last ones), and whether older ones exist."""
    where = " WHERE m.conversation_id = %s AND m.seq < %s ORDER BY m.seq DESC LIMIT %s"
    rows = _select(where, [conversation.pk, before or 2_147_483_647, PAGE + 1])
    views = [view for _, view in rows[:PAGE]][::-1]
    return dress(actor, views, participants), len(rows) > PAGE


def messages_after(
    actor: Actor, conversation: Conversation, seq: int, *, changed_since: datetime | None = None, limit: int = 200
) -> list[MessageView]:
    """Messages whose number is greater, oldest first: what a client asks to fill a hole.

    With ``changed_since``, those corrected, withdrawn or taken charge of since then too: a client without a stream
    would keep showing what its author took back.
    """
    del actor
    values: list[Any] = [conversation.pk, seq]
    where = " WHERE m.conversation_id = %s AND (m.seq > %s"
    if changed_since is not None:
        where += (
            " OR m.id IN (SELECT e.message_id FROM messaging_conversationevent e WHERE e.conversation_id = %s"
            " AND e.created_at > %s AND e.kind <> 'message')"
        )
        values += [conversation.pk, changed_since]
    return [view for _, view in _select(f"{where}) ORDER BY m.seq LIMIT %s", [*values, limit])]


def dress(actor: Actor, views: list[MessageView], participants: Sequence[ParticipantView]) -> list[MessageView]:
    """Mark the reader's own messages with their receipts, and each first message of a day."""
    own_key = practice_key(actor.practice_id) if actor.practice_id else ""
    others = [one for one in participants if one.practice_id != actor.practice_id]
    day, dressed = "", []
    for view in views:
        own = view.author_key == own_key and view.kind == "text"
        state = receipt(view.seq, others) if own and not view.withdrawn else ""
        dressed.append(dataclasses.replace(view, own=own, state=state, new_day=view.day_key != day))
        day = view.day_key
    return dressed


def receipt(seq: object, others: Sequence[ParticipantView]) -> str:
    """« Lu par 3/5 », or that the server has it."""
    read = sum(one.last_read_seq >= int(str(seq)) for one in others)
    return f"Lu par {read}/{len(others)}" if read else "Reçu par le serveur"


def message_visible_to(actor: Actor, public_id: UUID) -> Message:
    """The message of a page, or a refusal written in the person's trace."""
    del actor
    found = Message.objects.select_related("conversation").filter(public_id=public_id).first()
    if found is None:
        raise refused("message", public_id)
    return found


def view_of(message: Message) -> MessageView:
    """A message ready to print, read again."""
    return _select(" WHERE m.id = %s", [message.pk])[0][1]


def attachment_visible_to(actor: Actor, public_id: UUID) -> Attachment:
    """The file behind a link, or a refusal written in the person's trace; none once the message is withdrawn."""
    del actor
    found = Attachment.objects.filter(public_id=public_id, message__withdrawn_at__isnull=True).first()
    if found is None:
        raise refused("attachment", public_id)
    return found


def search_visible_to(actor: Actor, text: str) -> list[MessageView]:
    """Messages the actor may read that hold every word asked, most recent first, at most 50."""
    asked = words(text).split()[:6]
    if not asked:
        return []
    tests = " AND ".join(["m.search_text LIKE %s"] * len(asked))
    where = (
        " JOIN messaging_conversationparticipant me ON me.conversation_id = m.conversation_id AND me.practice_id = %s"
        f" AND me.left_at IS NULL WHERE {tests} AND m.withdrawn_at IS NULL ORDER BY m.created_at DESC LIMIT %s"
    )
    return [view for _, view in _select(where, [actor.practice_id, *(f"%{word}%" for word in asked), SEARCH_LIMIT])]


def mentions_visible_to(actor: Actor) -> list[MessageView]:
    """Messages that mention the actor, most recent first, at most 50."""
    where = " WHERE m.mentions @> ARRAY[%s]::bigint[] AND m.withdrawn_at IS NULL ORDER BY m.created_at DESC LIMIT %s"
    return [view for _, view in _select(where, [actor.practice_id, SEARCH_LIMIT])]


def readers_of(message: Message, participants: Sequence[ParticipantView]) -> list[tuple[ParticipantView, bool]]:
    """Each participant but the author, and whether it has read the message."""
    return [(one, one.last_read_seq >= message.seq) for one in participants if one.practice_id != message.author_id]


def long_label(moment: datetime) -> str:
    """« mardi 4 mars 2025 à 8 h 52 »."""
    return f"{day_label(moment)} à {hour_label(moment)}"
