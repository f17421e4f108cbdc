"""A person's comparable forms as text, computed when the identity is written and read back for each look-up.

What depends on the region's counts (rarity) or is kept apart (INS) is put back when it is read.
"""

import datetime as dt
import json
from operator import attrgetter
from typing import Any, Final

from pepites.identity.frequencies import current
from pepites.identity.matching import standard
from pepites.identity.matching.canonical import Canonical
from pepites.identity.written import Written

_KEPT: Final = (
    "sn", "snk", "snt", "un", "unk", "sall", "gn", "gnk", "g1", "g1k", "gt", "gall", "og", "ogt", "y", "m", "dd", "wk",
    "sx", "pl", "co", "ph", "mo", "mok",
)  # fmt: skip
_WORDS: Final = tuple(_KEPT.index(name) for name in ("snt", "sall", "gt", "gall", "ogt"))
_READ: Final = attrgetter(*_KEPT, "nb")
_READER: Final = json.JSONDecoder()
VERSION: Final = 1
PREFIX: Final = f"[{VERSION},"
"""How a text of this version begins; any other is computed again."""


def packed(one: Written) -> str:
    """The forms and phones of a person, as JSON."""
    return json.dumps([VERSION, [_READ(form) for form in one.forms], one.phones], separators=(",", ":"))


def unpacked(text: str, ins: str = "") -> Written:
    """What ``packed`` wrote, rarity of today and INS put back. Texts of another version are never asked for."""
    _, shapes, phones = _READER.raw_decode(text)[0]
    number = standard.ins_body(ins) if ins else None
    return Written(tuple(_form(shape, number) for shape in shapes), (), tuple(phones))


def _form(shape: list[Any], number: str | None) -> Canonical:
    for rank in _WORDS:
        if shape[rank] is not None:
            shape[rank] = tuple(shape[rank])
    year, month, day = shape[14], shape[15], shape[16]
    born = dt.date(year, month, day) if year else None
    rarity = current().rarity(shape[0], shape[1], shape[6], shape[7], born)
    return Canonical._make((*shape[:-1], number, shape[-1], (), (), *rarity, None, None))
