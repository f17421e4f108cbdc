"""Words by which the national directory is searched, and the numbers that stand for them in the index."""

from typing import Final
from zlib import crc32

from pepites.common.text import word_set

STOP_WORDS: Final = word_set("de du des la le les et en au aux autre fonction")
MAX_WORD: Final = 40


def words_of(key: str) -> list[str]:
    """Words of a sort key; one-letter words, articles and « autre fonction » say nothing and are left out."""
    return [word[:MAX_WORD] for word in key.split() if len(word) > 1 and word not in STOP_WORDS]


def term(word: str) -> int:
    """The number of a word in the index: 32 bits, signed. Of half a million words some thirty pairs share a number: who
    looks for one finds the other as well."""
    number = crc32(word.encode())
    return number - (1 << 32) if number >= 1 << 31 else number
