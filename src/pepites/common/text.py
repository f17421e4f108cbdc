"""Text helpers shared by sorting, searching and matching: no accents, no case, no surprises."""

import re
import unicodedata

_SPECIAL_LETTERS = str.maketrans(
    {
        "Æ": "AE", "æ": "ae", "Œ": "OE", "œ": "oe", "ß": "SS", "ẞ": "SS", "Ø": "O", "ø": "o",
        "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ð": "D", "ð": "d", "ı": "I", "ɨ": "i", "Ɨ": "I",
        "’": "'", "ʼ": "'", "‘": "'", "ʻ": "'", "ˈ": "'", "‛": "'", "ꞌ": "'", "Ꞌ": "'", "`": "'", "´": "'", "′": "'",
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
    }
)  # fmt: skip
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
"""Marks that pasting from a web page or a spreadsheet leaves in a text: nobody sees nor means them."""
_NOT_ALPHANUMERIC = re.compile(r"[^A-Z0-9]+")


def fold(text: str) -> str:
    """Upper case without diacritics (INS-11 rules 1–2): ligatures opened, typographic marks made ASCII.

    Every other visible character is kept, spaces included; runs of white space become one space, ends are trimmed.
    """
    if text.isascii():
        return " ".join(text.upper().split())
    decomposed = unicodedata.normalize("NFKD", _INVISIBLE.sub("", text).translate(_SPECIAL_LETTERS))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(bare.translate(_SPECIAL_LETTERS).upper().split())


def words(text: str) -> str:
    """Fold, then keep letters and digits only, one space between words: for comparing labels."""
    return _NOT_ALPHANUMERIC.sub(" ", fold(text)).strip()


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a set: keeps long vocabularies readable."""
    return frozenset(text.split())


def sort_key(text: str) -> str:
    """Stored ordering key for names: plain byte order on it gives French alphabetical order (law 1).

    Hyphens and apostrophes count as spaces, so that D'ALMEIDA, D ALMEIDA and DALMEIDA stay neighbours.
    """
    return words(text).lower()


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain_cell(text: str) -> str:
    """A cell of a file for spreadsheets: never the start of a formula (CWE-1236)."""
    return f"'{text}" if text.startswith(_FORMULA) else text
