"""Which encoding a text file was written in: byte-order mark, then UTF-8, UTF-16, then the eight-bit ones."""

import codecs
from collections import Counter
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL: Final = frozenset("àâçéèêëîïôùûœÀÂÇÉÈÊËÎÏÔÛŒ°’\u00a0")
_POSSIBLE: Final = frozenset("äãáåíìñóöõòüúÿæÄÃÁÍÑÓÖÕÙÜÚÆºª‘“”«»–—…€²±")
_EIGHT_BITS: Final = ("cp1252", "latin-1", "cp850", "mac_roman")
_CHUNK: Final = 1 << 20
_C1_CONTROLS: Final = range(0x80, 0xA0)


def detect_encoding(path: str) -> str:
    """Python codec name of a text file; never fails, the last resort reads any byte."""
    with open(path, "rb") as source:  # noqa: PTH123
        head = source.read(4096)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if wide := _wide_without_mark(head):
            return wide
        decoder = codecs.getincrementaldecoder("utf-8")()
        counts: Counter[int] = Counter()
        valid = True
        chunk = head
        while chunk:
            if valid:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    valid = False
            if not chunk.isascii():
                counts.update(byte for byte in chunk if byte >= 0x80)
            chunk = source.read(_CHUNK)
    return "utf-8" if valid else _eight_bits(counts)


def _wide_without_mark(head: bytes) -> str:
    if len(head) < 4 or head.count(0) < len(head) // 4:
        return ""
    even, odd = head[::2].count(0), head[1::2].count(0)
    return "utf-16-le" if odd > even else "utf-16-be"


def _eight_bits(counts: Counter[int]) -> str:
    def plausible(name: str) -> float:
        score = 0.0
        for byte, times in counts.items():
            character = bytes([byte]).decode(name, errors="replace")
            weight = 1.0 if character in _USUAL else 0.3 if character in _POSSIBLE else -2.0
            score += weight * times
        return score

    if not any(byte in _C1_CONTROLS for byte in counts):
        return max(("cp1252", "cp850", "mac_roman"), key=plausible)
    best = max(_EIGHT_BITS, key=plausible)
    undefined = best == "cp1252" and any(byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) for byte in counts)
    return "latin-1" if undefined else best
