"""The short path of a plain message: one statement, no thread, no page machinery (docs/adr/0016).

It knows only how to succeed. A file, an urgency, a mention, a doubt on the session or on the rights: the request is
left whole to the page's view, which says what is wrong and writes refusals in the journal.
"""

import json
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import BinaryIO
from urllib.parse import parse_qsl
from uuid import UUID

import psycopg
from django.conf import settings
from psycopg_pool import PoolTimeout

import pepites
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.identifiers import new_uuid
from pepites.common.request_id import request_id_of
from pepites.common.text import words
from pepites.messaging.live.store import Event, Sender, Store
from pepites.messaging.live.streams import Scope, Send
from pepites.messaging.markdown import render_text
from pepites.messaging.rendering import SEQ_MARK, render_around_seq
from pepites.messaging.services.posting import checked_text
from pepites.messaging.values import MessageView

_PATH = re.compile(r"/discussions/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/envoyer/")
_FORM = b"application/x-www-form-urlencoded"
_FIELDS = {"texte", "cle", "csrfmiddlewaretoken"}
_LONGEST = 64 * 1024  # bytes: 4,000 characters, percent-encoded, and the other fields
_KEPT = 2_000  # senders remembered


@dataclass(frozen=True, slots=True)
class Plain:
    """A message that this path can post."""

    conversation: UUID
    key: UUID
    text: str


def session_key(headers: dict[bytes, str]) -> str:
    """The session's key in the cookies, empty when there is none."""
    try:
        cookies: SimpleCookie = SimpleCookie(headers.get(b"cookie", ""))
    except CookieError:
        return ""
    found = cookies.get(settings.SESSION_COOKIE_NAME)
    return "" if found is None else str(found.value)


class ShortPath:
    """Posts plain messages for one process. Senders are remembered to print their name; the statement checks each
    time that their session, account and place of practice are still those that were read."""

    def __init__(self, store: Store, posted: Callable[[Event], None]) -> None:
        self._store, self._posted = store, posted
        self._senders: OrderedDict[str, Sender] = OrderedDict()

    async def answer(self, scope: Scope, body: BinaryIO, send: Send) -> bool:
        """Post and answer; False when the page's view must do it."""
        place = _PATH.fullmatch(scope["path"])
        if place is None:
            return False
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not _from_our_page(headers):
            return False
        message = read_plain(place[1], body.read(_LONGEST + 1))
        if message is None:
            return False
        request_id = request_id_of(headers.get(b"x-request-id", ""))
        ip = str((scope.get("client") or ("",))[0])[:45]
        try:
            posted = await self._post(session_key(headers), message, request_id, ip)
        except (psycopg.Error, PoolTimeout):
            return False  # refused or away: the view asks again, and tells
        if posted is None:
            return False
        await _send_json(send, posted, request_id)
        return True

    async def _post(self, key: str, message: Plain, request_id: str, ip: str) -> dict[str, object] | None:
        known = self._senders.get(key)
        for sender in (known, None):
            found = sender or await self._sender(key)
            if found is None:
                return None
            view = _view(found, message)
            head, tail = render_around_seq(view)
            written = (view.public_id, message.key, message.text, view.html, words(message.text))
            origin = (request_id, ip, pepites.__version__)
            event = await self._store.post(found, message.conversation, written, (head, tail), origin)
            if event is not None:
                self._posted(event)
                return {"seq": event.seq, "id": str(view.public_id), "html": event.html, "evenement": event.id}
            self._senders.pop(key, None)
            if sender is None:
                return None
        return None

    async def _sender(self, key: str) -> Sender | None:
        found = await self._store.sender(key) if key else None
        if found is not None:
            self._senders[key] = found
            while len(self._senders) > _KEPT:
                self._senders.popitem(last=False)
        return found


def _from_our_page(headers: dict[bytes, str]) -> bool:
    """Sent by the script of one of our pages. Browsers set this header themselves, no page of another site can."""
    return (
        headers.get(b"sec-fetch-site") == "same-origin"
        and headers.get(b"accept", "").startswith("application/json")
        and headers.get(b"content-type", "").partition(";")[0].strip().encode() == _FORM
    )


def read_plain(conversation: str, body: bytes) -> Plain | None:
    """The message of a form body, None when it is not a plain one or not a good one."""
    if len(body) > _LONGEST:
        return None
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=8, errors="strict")
        fields = dict(pairs)
        if len(fields) != len(pairs) or not fields.keys() <= _FIELDS:
            return None
        text = checked_text(fields["texte"].strip(), files=0)
        key = UUID(fields["cle"])
    except (ValueError, KeyError, DomainError):
        return None
    if "@" in text or "\x00" in fields["texte"]:
        return None
    return Plain(UUID(conversation), key, text)


def _view(sender: Sender, message: Plain) -> MessageView:
    return MessageView(
        public_id=new_uuid(), conversation=message.conversation, seq=SEQ_MARK, kind="text",
        author_key=str(sender.practice_public_id), author=sender.name, role=sender.role_label,
        html=render_text(message.text), urgent=False, created_at=now(),
    )  # fmt: skip


async def _send_json(send: Send, values: dict[str, object], request_id: str) -> None:
    body = json.dumps(values).encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
        (b"x-request-id", request_id.encode()),
    ]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
