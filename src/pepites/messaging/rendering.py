"""The HTML entry of a message: rendered once in the transaction, stored, and sent to every reader as it is."""

import re
from functools import lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.template import Context
from django.template.loader import get_template
from django.utils.html import escape

from pepites.messaging.values import MessageView

SEQ_MARK = "pp-seq-0"

# What changes from one plain message to another; all the rest of the entry depends on its kind and urgency only.
_IDS = {"public_id": UUID(int=1), "conversation": UUID(int=2)}
_WORDS = ("seq", "author_key", "author", "role", "html", "datetime", "day_key", "day_label", "time_label")
_MARKS = {name: f"\ue000{name}\ue001" for name in _WORDS} | {name: str(value) for name, value in _IDS.items()}
_SPLIT = re.compile("|".join(f"({re.escape(mark)})" for mark in _MARKS.values()))
_NAMES = {mark: name for name, mark in _MARKS.items()}


@lru_cache(maxsize=1)
def _template() -> Any:
    return get_template("messaging/_message.html")


def _print(view: object) -> str:
    return str(_template().template.render(Context({"m": view})))


def render_entry(view: MessageView) -> str:
    """The whole ``<li>`` of a message, reader-neutral."""
    return _print(view)


@lru_cache(maxsize=8)
def _skeleton(kind: str, urgent: bool) -> tuple[str, ...]:
    """The entry of a plain message cut at what changes: text, name, text, name… printed once by the same template."""
    values: dict[str, object] = {name: _MARKS[name] for name in _WORDS}
    flags = {"kind": kind, "urgent": urgent, "files": (), "withdrawn": False, "edited": False, "own": False}
    empty = {"mentioned": "", "acknowledged": "", "state": ""}
    pieces = _SPLIT.split(_print(SimpleNamespace(**values, **_IDS, **flags, **empty)))
    return tuple(_NAMES.get(piece, piece) for piece in pieces if piece is not None)


def _is_plain(view: MessageView) -> bool:
    return bool(view.html) and not (
        view.files or view.mentioned or view.acknowledged or view.state or view.withdrawn or view.edited or view.own
    )


def render_around_seq(view: MessageView) -> tuple[str, str]:
    """What comes before and after the number that the database gives. The mark stands before any typed text."""
    if not _is_plain(view):
        head, _, tail = render_entry(view).partition(SEQ_MARK)
        return head, tail
    pieces = list(_skeleton(view.kind, view.urgent))
    for at in range(1, len(pieces), 2):
        name = pieces[at]
        value = str(getattr(view, name))
        pieces[at] = value if name == "html" else str(escape(value))
    head, _, tail = "".join(pieces).partition(SEQ_MARK)
    return head, tail
