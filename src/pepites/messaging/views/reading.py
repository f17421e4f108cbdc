"""Screens that read: list, conversation, search, one message, files."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from pepites.access.selectors import level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, whole_number
from pepites.documents import store
from pepites.identity.selectors import band
from pepites.messaging import policies, selectors
from pepites.messaging.models import Conversation
from pepites.messaging.ports import message_actions
from pepites.messaging.rendering import render_entry
from pepites.messaging.values import REPLAY_WINDOW, ConversationView, MessageView, ParticipantView


def about(conversation: Conversation) -> tuple[int, ...]:
    """The person a conversation speaks of, for the journal."""
    return (conversation.patient_id,) if conversation.patient_id else ()


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return found if found.tzinfo and found.year > 2000 else None


@require_safe
def conversation_list(request: HttpRequest) -> HttpResponse:
    """The actor's discussions; ``vue`` narrows them to what is unread or mentions the actor."""
    actor, view = actor_of(request), request.GET.get("vue", "")
    page = max(whole_number(request.GET.get("page"), 1), 1)
    context: dict[str, Any] = {"view": view, "page": page}
    if view == "mentions":
        context["found"] = selectors.mentions_visible_to(actor)
        _record_shown("messaging.messages.searched", context["found"], mentions=True)
    else:
        context["rows"], context["more"] = selectors.list_visible_to(actor, unread_only=view == "nonlus", page=page)
        _record_shown("messaging.list.read", context["rows"])
    return render(request, "messaging/list.html", context)


def _record_shown(code: str, shown: Sequence[MessageView | ConversationView], **detail: object) -> None:
    """Journal words read in a list: each person they speak of finds it in the trace of their file."""
    persons = tuple(dict.fromkeys(one.patient_id for one in shown if one.patient_id))
    record(code, subjects=persons, detail={"count": len(shown)} | detail)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search inside the messages one may read."""
    asked = request.GET.get("q", "").strip()[:100]
    found = selectors.search_visible_to(actor_of(request), asked)
    if asked:
        _record_shown("messaging.messages.searched", found)
    return render(request, "messaging/search.html", {"asked": asked, "found": found})


@require_safe
def conversation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One discussion, its last messages and the composer."""
    found = selectors.conversation_visible_to(actor_of(request), public_id)
    record("messaging.conversation.read", subjects=about(found), object_type="conversation", object_id=public_id)
    return conversation_page(request, found)


def conversation_page(
    request: HttpRequest, found: Conversation, *, text: str = "", key: object = None, error: str = "", status: int = 200
) -> HttpResponse:
    """The page of a discussion; with what was typed and the reason when a send failed."""
    actor = actor_of(request)
    participants = selectors.participants_of(found)
    before = whole_number(request.GET.get("avant")) or None
    entries, older = selectors.messages_visible_to(actor, found, participants, before=before)
    own = next(one for one in participants if one.practice_id == actor.practice_id)
    context = {
        "conversation": found, "title": selectors.title_of(found, participants, actor), "entries": entries,
        "older": entries[0].seq if older and entries else "", "before": before, "participants": participants,
        "names": ", ".join(f"{one.name} ({one.role})" for one in participants), "own": own,
        "band": _band(found), **_mentionable(actor, participants),
        "key": key or new_uuid(), "text": text, "error": error, "last": max(found.last_seq, 0),
        "new_from": next((one.public_id for one in entries if not one.own and _seq(one) > own.last_read_seq), None),
    }  # fmt: skip
    return render(request, "messaging/conversation.html", context, status=status)


def _seq(entry: MessageView) -> int:
    return entry.seq if isinstance(entry.seq, int) else 0


def _band(found: Conversation) -> object:
    """Identity band, when the actor may still see the person behind the discussion."""
    if found.patient_id is None or not level_on(found.patient_id) or found.patient is None:
        return None
    return band(found.patient)


@require_safe
def events(request: HttpRequest, public_id: UUID) -> JsonResponse:
    """What a client missed: messages after ``apres`` and those changed since ``depuis`` (the ``heure`` of the last
    answer), receipts, unread total. Also the fallback without live stream."""
    actor, hour = actor_of(request), now()
    found = selectors.conversation_visible_to(actor, public_id)
    record("messaging.conversation.read", subjects=about(found), object_type="conversation", object_id=public_id)
    since = _moment(request.GET.get("depuis", ""))
    entries = selectors.messages_after(
        actor, found, whole_number(request.GET.get("apres")), changed_since=since and since - REPLAY_WINDOW
    )
    participants = selectors.participants_of(found)
    return JsonResponse(
        {
            "messages": [{"seq": one.seq, "html": render_entry(one)} for one in entries],
            "lecteurs": {str(one.public_id): one.last_read_seq for one in participants},
            "mentions": render_to_string("messaging/_mentions.html", _mentionable(actor, participants)),
            "noms": ", ".join(f"{one.name} ({one.role})" for one in participants),
            "dernier": found.last_seq,
            "heure": hour.isoformat(),
            "non_lus": selectors.unread_total(actor),
        }
    )


def _mentionable(actor: Actor, participants: Sequence[ParticipantView]) -> dict[str, Any]:
    """Those whom the reader may mention, by name or by role."""
    others = [one for one in participants if one.practice_id != actor.practice_id]
    return {"others": others, "roles": sorted({one.role for one in others if one.role})}


@require_safe
def unread(request: HttpRequest) -> JsonResponse:
    """The unread total, for the badge."""
    return JsonResponse({"non_lus": selectors.unread_total(actor_of(request))})


@require_safe
def message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One message: who read it and when, and what may be done with it."""
    actor = actor_of(request)
    found = selectors.message_visible_to(actor, public_id)
    record(
        "messaging.message.read",
        subjects=about(found.conversation),
        object_type="message",
        object_id=public_id,
    )
    participants = selectors.participants_of(found.conversation)
    context = {
        "message": found, "entry": selectors.dress(actor, [selectors.view_of(found)], participants)[0],
        "readers": selectors.readers_of(found, participants), "band": _band(found.conversation),
        "can_edit": policies.can_edit(actor, found), "can_withdraw": policies.can_withdraw(actor, found),
        "can_acknowledge": policies.can_acknowledge(actor, found), "sent": selectors.long_label(found.created_at),
        "actions": message_actions(about_person=found.patient_id is not None) if not found.withdrawn_at else [],
    }  # fmt: skip
    return render(request, "messaging/message.html", context)


@require_safe
def attachment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A file of a message: a photo in the page, a PDF as a download. Each opening is journalled."""
    found = selectors.attachment_visible_to(actor_of(request), public_id)
    record(
        "messaging.attachment.opened",
        subjects=(found.patient_id,) if found.patient_id else (),
        object_type="attachment",
        object_id=public_id,
    )
    kind = "inline" if found.content_type == "image/jpeg" else "attachment"
    response = _bytes(store.read(found.blob, sha256=found.sha256), found.content_type)
    plain = found.name.encode("ascii", "ignore").decode().replace('"', "") or "document"
    response["Content-Disposition"] = f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name)}"
    return response


@require_safe
def thumbnail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The small picture of a photo, at most 6 KB; seen with its message, whose reading is journalled."""
    found = selectors.attachment_visible_to(actor_of(request), public_id)
    return _bytes(store.read(found.thumbnail), "image/jpeg")


def _bytes(content: bytes, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
