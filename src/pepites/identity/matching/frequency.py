"""How common names are in the region, in twelve bytes a name: sorted hashes and counts, which read nobody's name."""

from __future__ import annotations

import datetime as dt
import hashlib
import struct
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field

from pepites.identity.matching import standard
from pepites.identity.matching.canonical import Rare, rare

MAX_BYTES = 64_000_000
_REMEMBERED = 100_000
_HEAD = struct.Struct("<4sQ")
_MAGIC = b"PEP1"


class FrequencyError(ValueError):
    """Counts that cannot be read."""


def _hash(kind: str, text: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{kind}{text}".encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class PackedCounts:
    """Counts by hash; what is not there was seen once. ``version`` tells one from another in memory."""

    total: int
    keys: array[int] = field(default_factory=lambda: array("Q"), repr=False)
    counts: array[int] = field(default_factory=lambda: array("I"), repr=False)
    version: str = ""
    _known: dict[Hashable, tuple[int, int]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def of(self, kind: str, text: str) -> int:
        """Records that have ``text``: ``s g b`` sounds of surname, given name, both; ``S G`` as written; ``d`` date."""
        wanted = _hash(kind, text)
        rank = bisect_left(self.keys, wanted)
        return self.counts[rank] if rank < len(self.keys) and self.keys[rank] == wanted else 1

    def rarity(self, sn: str | None, snk: str | None, gn: str | None, gnk: str | None, born: dt.date | None) -> Rare:
        """``rs rg nc ns ng ex`` of a record, as the comparisons read them."""
        known = self._known
        names = known.get(("s", sn, snk)) or self._seen("s", "S", snk, sn, ("s", sn, snk))
        given = known.get(("g", gn, gnk)) or self._seen("g", "G", gnk, gn, ("g", gn, gnk))
        both, _ = known.get((snk, gnk)) or self._seen("b", "", f"{snk or ''}|{gnk or ''}", None, (snk, gnk))
        day = self.total / 20_000
        if born:
            day, _ = known.get(born) or self._seen("d", "", born.isoformat(), None, born)
        return rare(self.total, names[0], given[0], both, (names[1], given[1]), day)

    def _seen(self, kind: str, spelt: str, text: str | None, spelling: str | None, key: Hashable) -> tuple[int, int]:
        """``of`` a sound and of a spelling, remembered under ``key``: the same names come back."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        found = self._known[key] = (self.of(kind, text) if text else 1, self.of(spelt, spelling) if spelling else 1)
        return found


def count(rows: Iterable[tuple[str, str, dt.date | None]]) -> tuple[int, Counter[int]]:
    """Counts of names and dates: the number of rows, and hash → records. What says nothing is left out."""
    total, found = 0, Counter[int]()
    for surname, given, born in rows:
        total += 1
        one, two = standard.name_form(surname), standard.name_form(given)
        if one:
            found[_hash("s", one.sound)] += 1
            found[_hash("S", one.joined)] += 1
        if two:
            found[_hash("g", two.sound)] += 1
            found[_hash("G", two.joined)] += 1
        if one and two:
            found[_hash("b", f"{one.sound}|{two.sound}")] += 1
        if born:
            found[_hash("d", born.isoformat())] += 1
    return total, found


def pack(total: int, found: Mapping[int, int]) -> bytes:
    """The counts as bytes, little-endian; those of 1 are left out."""
    kept = sorted(key for key, number in found.items() if number > 1)
    keys, counts = array("Q", kept), array("I", (min(found[key], 2**32 - 1) for key in kept))
    if sys.byteorder == "big":
        keys.byteswap()
        counts.byteswap()
    return _HEAD.pack(_MAGIC, total) + keys.tobytes() + counts.tobytes()


def unpack(body: bytes, version: str = "") -> PackedCounts:
    """The counts read back. Raises ``FrequencyError``."""
    if len(body) < _HEAD.size or len(body) > MAX_BYTES or (len(body) - _HEAD.size) % 12:
        raise FrequencyError("Le relevé des fréquences de noms est abîmé.")
    magic, total = _HEAD.unpack_from(body)
    if magic != _MAGIC or total < 1:
        raise FrequencyError("Le relevé des fréquences de noms est abîmé.")
    size = (len(body) - _HEAD.size) // 12
    keys, counts = array("Q"), array("I")
    keys.frombytes(body[_HEAD.size : _HEAD.size + 8 * size])
    counts.frombytes(body[_HEAD.size + 8 * size :])
    if sys.byteorder == "big":
        keys.byteswap()
        counts.byteswap()
    return PackedCounts(total, keys, counts, version)
