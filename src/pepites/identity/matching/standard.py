"""Records in comparable form (identite-ins §5.4 point 1): names as words and sounds, dates in parts, what says nothing removed."""

import datetime as dt
import functools
import re
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from pepites.common.text import words
from pepites.identity.normalisation import TraitError, ins_key
from pepites.identity.phonetics import name_tokens, spelling_key

PLACEHOLDERS = frozenset(
    {
        "INCONNU", "INCONNUE", "NON RENSEIGNE", "NON RENSEIGNEE", "NON CONNU", "NON COMMUNIQUE", "SANS PRENOM", "SANS NOM",
        "SANS", "PRENOM INCONNU", "NOM INCONNU", "ANONYME", "NR", "NC", "SP", "X", "XX", "XXX", "NEANT", "INDETERMINE",
    }
)  # fmt: skip
"""What people write when they do not know: no evidence (INS-12, INS-13)."""

NEWBORNS = frozenset(
    {
        "BB", "BEBE", "NN", "NOUVEAU NE", "NOUVEAU NEE", "NE", "GARCON", "FILLE", "BEBE GARCON", "BEBE FILLE", "BB GARCON",
        "BB FILLE", "JUMEAU", "JUMELLE", "JUMEAU 1", "JUMEAU 2", "JUMELLE 1", "JUMELLE 2", "BB1", "BB2", "BB 1", "BB 2",
        "ENFANT", "BEBE 1", "BEBE 2", "BEBEGARCON", "BEBEFILLE", "N", "BEBE1", "BEBE2",
    }
)  # fmt: skip
"""Names given for the first days (GUY-12)."""

UNKNOWN_PLACES = frozenset({"", "99999", "99100"})


@dataclass(frozen=True, slots=True)
class NameForm:
    """One name: ``joined`` words, their set, their sound, the first word and its sound, coarse sounds for blocking."""

    joined: str
    tokens: tuple[str, ...]
    sound: str
    first: str
    first_sound: str
    coarse: tuple[str, ...]


_SILENT_END = re.compile(r"(?<=..)[ESTXDP]+$")
_VOWELS = re.compile(r"(?<=.)[AEIOUH]")
_DOUBLE = re.compile(r"(.)\1+")


@functools.lru_cache(maxsize=200_000)
def skeleton(word: str) -> str:
    """Coarse sound for blocking: the first sound and the two consonants that follow, silent endings dropped."""
    sound = _SILENT_END.sub("", spelling_key(word))
    return _DOUBLE.sub(r"\1", sound[:1] + _VOWELS.sub("", sound)[1:])[:3]


@functools.lru_cache(maxsize=200_000)
def name_form(text: str) -> NameForm | None:
    """Comparable forms of a written name; None when it says nothing (empty, placeholder, newborn)."""
    plain = words(text)
    if not plain or plain in PLACEHOLDERS or is_newborn(plain) or plain.isdigit():
        return None
    tokens = name_tokens(plain)
    return NameForm(
        joined="".join(tokens),
        tokens=tokens,
        sound="".join(spelling_key(one) for one in tokens),
        first=tokens[0],
        first_sound=spelling_key(tokens[0]),
        coarse=tuple(sorted({skeleton(one) for one in tokens})),
    )


@functools.lru_cache(maxsize=200_000)
def is_newborn(text: str) -> bool:
    """Whether the given name is one of the first days, a slip allowed (GUY-12)."""
    plain = words(text)
    if plain in NEWBORNS:
        return True
    first = plain.split(" ", 1)[0]
    return first in {"BEBE", "BB", "JUMEAU", "JUMELLE"} or (
        first[:1] == "B" and 4 <= len(first) <= 5 and DamerauLevenshtein.distance(first, "BEBE") == 1
    )


def phone_key(text: str) -> str | None:
    """Last eight digits; None when shorter, or an invented number (six times the same digit at the end)."""
    digits = text if text.isdecimal() else "".join(c for c in text if c.isdigit())
    tail = digits[-8:] if len(digits) >= 8 else ""
    return tail if tail and len(set(tail[-6:])) > 1 and not tail.endswith("123456") else None


@functools.lru_cache(maxsize=50_000)
def address_words(text: str) -> tuple[str, ...]:
    """Words and numbers of an address, once each."""
    plain = words(text)
    return () if plain in PLACEHOLDERS else tuple(dict.fromkeys(plain.split()))


def read_date(text: str) -> dt.date | None:
    """An ISO date; None when missing or impossible."""
    try:
        return dt.date.fromisoformat(text.strip()[:10]) if text.strip() else None
    except ValueError:
        return None


def is_conventional(date: dt.date) -> bool:
    """01/01 and 31/12 are probably interpreted even when unflagged (GUY-4)."""
    return (date.month, date.day) in {(1, 1), (12, 31)}


def ins_body(text: str) -> str | None:
    """The 13 characters of a matricule whose key is right, or was not given; None otherwise (INS-6)."""
    plain = "".join(c for c in text.upper() if c.isalnum() and c.isascii())
    try:
        key = ins_key(plain[:13])
    except TraitError:
        return None
    return plain[:13] if len(plain) == 13 or (len(plain) == 15 and plain[13:] == key) else None
