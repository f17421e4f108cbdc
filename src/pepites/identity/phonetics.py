"""Spelling variants met in Guiana, kept as data and applied to all names alike (GUY-5 to GUY-9)."""

import functools
import re
from typing import Final

from pepites.common.text import word_set, words

PARTICLES: Final = word_set("DA DE DO DOS DAS DEL DU LA LAS LE LOS VAN VON DER DEN E Y D L")
SUFFIXES: Final = word_set("FILHO FILHA NETO NETA JUNIOR JR SOBRINHO")

SPELLING_RULES: Final[tuple[tuple[str, str], ...]] = (
    (r"CH|SH|SJ|X", "9"),
    (r"TC?9|TJ|SC9|S9", "9"),
    (r"DJ|GE(?=[AOU])|G(?=[EIY])", "J"),
    (r"PH", "F"),
    (r"QU|CK|KH|GU(?=[EI])|Q|C(?![EIY])", "K"),
    (r"C|Z|SS", "S"),
    (r"EAU|AU", "O"),
    (r"OE|OU|OO|W", "U"),
    (r"EN(?![AEIOUY])", "AN"),
    (r"IJ|EI|AI|AY|EY|IE|EE|Y", "I"),
    (r"AA", "A"),
    (r"LH|LL", "L"),
    (r"NH|GN|NG", "N"),
    (r"V", "B"),
    (r"H", ""),
    (r"(.)\1+", r"\1"),
)
"""Ordered rewriting rules: Dutch oe/ou/u and ij/y, creole k/c/qu and an/en, au/o, Brazilian lh/nh/ss, Spanish v/b…"""

_RULES = tuple((re.compile(pattern), sound) for pattern, sound in SPELLING_RULES)


@functools.lru_cache(maxsize=100_000)
def name_tokens(name: str) -> tuple[str, ...]:
    """Words of a name, hyphens and apostrophes read as spaces, particles and suffixes set apart (GUY-6)."""
    tokens = tuple(words(name).split())
    return tuple(t for t in tokens if t not in PARTICLES and t not in SUFFIXES) or tokens


@functools.lru_cache(maxsize=100_000)
def spelling_key(token: str) -> str:
    """Sound of one word, vowels kept: POEKETI and PUKETI, ECCHANTUS and EXANTUS sound alike."""
    for pattern, sound in _RULES:
        token = pattern.sub(sound, token)
    return token
