"""Keys of which two records of one person share at least one (identite-ins §5.4 point 2); dates too far apart are
left out."""

from pepites.identity.matching.canonical import Canonical

LARGEST_BLOCK = 100
"""A key shared by more records than this says nothing that another key does not say better."""
LARGEST_FILE_BLOCK = 40
"""The same for a file, which has the wide kinds besides: the pairs of a key grow as the square of its records."""

WIDE = frozenset("pqr")
"""Kinds that find few persons among many: a file can afford them, a look-up cannot."""


def look_up_keys(record: Canonical) -> list[str]:
    """The keys under which one record is sought among all others; its INS is kept apart (RNIV-7)."""
    return [key for key in keys(record) if key[0] not in WIDE and key[0] != "i"]


def keys(record: Canonical) -> list[str]:
    """Blocking keys; names come in either order (GUY-5).

    ``d`` date and a sound, ``n`` both names, ``y p q c g`` sounds with year, commune, place, ``m`` day and month,
    ``x z`` years near, ``s e`` day and month with a name, ``t u`` phone, ``o r`` mother, ``i`` INS.
    """
    found: list[str] = []
    sounds = dict.fromkeys((*record.sc, *record.gc))
    pairs = {f"{min(s, g)}|{max(s, g)}" for s in record.sc for g in record.gc}
    if record.y is not None and record.m is not None and record.dd is not None:
        first, last = sorted((record.m, record.dd))
        found += [f"d{record.y}.{first}.{last}{sound}" for sound in sounds]
        found += [f"y{record.y}{pair}" for pair in pairs]
        if not record.wk:
            found += [f"m{first}.{last}{pair}" for pair in pairs]
        found += _with_year(record) + _without_year(record, pairs)
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


def _without_year(record: Canonical, pairs: set[str]) -> list[str]:
    """For years that people guess: the same day and month, or years near when the day is a conventional one (GUY-4)."""
    assert record.y is not None
    found = []
    if record.wk or record.dd in (1, 15):
        found += [f"x{record.y // 4}.{pair}" for pair in pairs] + [f"z{(record.y + 2) // 4}.{pair}" for pair in pairs]
    if record.co and record.snk:
        found.append(f"s{record.snk}{record.co}{record.m}.{record.dd}")
    if record.co and record.gnk:
        found.append(f"e{record.gnk}{record.co}{record.m}.{record.dd}")
    return found
