"""Keys of which two records of one person share at least one (identite-ins §5.4 point 2); dates too far apart are
left out."""

import hashlib

from pepites.identity.matching.canonical import Canonical

LARGEST_BLOCK = 100
"""A key shared by more records than this says nothing that another key does not say better."""


def keys(record: Canonical) -> list[str]:
    """Blocking keys. ``d`` date and a sound, ``n`` both names, ``y p q c g`` sounds with year, commune, place, ``m``
    day and
    month, ``t u`` phone, ``o r`` mother, ``i`` INS. Names come in either order (GUY-5)."""
    found: list[str] = []
    sounds = dict.fromkeys((*record.sc, *record.gc))
    pairs = {f"{min(s, g)}|{max(s, g)}" for s in record.sc for g in record.gc}
    if record.y is not None and record.m is not None and record.dd is not None:
        first, last = sorted((record.m, record.dd))
        found += [f"d{record.y}.{first}.{last}{sound}" for sound in sounds]
        found += [f"y{record.y}{pair}" for pair in pairs]
        if not record.wk:
            found += [f"m{first}.{last}{pair}" for pair in pairs]
        found += _with_year(record)
    if record.snk and record.gnk:
        found.append(f"n{min(record.snk, record.gnk)}|{max(record.snk, record.gnk)}")
    for letter, value in (("p", record.co), ("q", record.pl)):
        if value:
            found += [f"{letter}{value}{pair}" for pair in pairs]
    if record.mok:
        found += [f"r{record.mok}{sound}" for sound in record.gc]
    if record.ph:
        found += [f"t{record.ph}{sound}" for sound in sounds]
    if record.ins:
        found.append(f"i{record.ins}")
    return found


def _with_year(record: Canonical) -> list[str]:
    found = []
    if record.ph:
        found.append(f"u{record.ph}{record.y}")
    if record.co and record.snk:
        found.append(f"c{record.y}{record.co}{record.snk}")
    if record.co and record.gnk:
        found.append(f"g{record.y}{record.co}{record.gnk}")
    if record.mok:
        found += [f"o{record.mok}{record.y}{sound}" for sound in record.sc]
    return found


def hashed(record: Canonical) -> list[int]:
    """The keys as signed 64-bit numbers, sorted, so that a table of them reads nobody's name."""
    return sorted(
        {
            int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big", signed=True)
            for key in keys(record)
        }
    )
