"""Mentions: « @ » then a name, a role or « @cercle », among those who take part; nobody else can be named."""

import re
from collections.abc import Iterable, Sequence

from pepites.common.text import fold
from pepites.messaging.values import ParticipantView

EVERYBODY = ("@cercle", "@tous")


def words_of(one: ParticipantView) -> tuple[str, ...]:
    """The ways to mention a participant: by name, by role."""
    return tuple(f"@{word}" for word in (one.name, one.role) if word)


def find_mentions(
    text: str, participants: Sequence[ParticipantView], asked: Iterable[int] = ()
) -> tuple[list[int], list[str]]:
    """Practices mentioned in ``text`` (or asked by the caller), and the words to show as mentions.

    The longest name wins: « @Infirmière coordinatrice » is not every « @Infirmière ».
    """
    wanted = set(asked)
    practices: dict[int, None] = {one.practice_id: None for one in participants if one.practice_id in wanted}
    shown: dict[str, None] = {}
    if "@" not in text:
        return list(practices), []
    names: dict[str, tuple[str, list[int]]] = {}
    for one in participants:
        for word in words_of(one):
            names.setdefault(fold(word), (word, []))[1].append(one.practice_id)
    for word in EVERYBODY:
        names[fold(word)] = (word, [one.practice_id for one in participants])
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    for found in re.finditer(rf"(?<![A-Z0-9])(?:{longest_first})(?![A-Z0-9])", fold(text)):
        word, mentioned = names[found[0]]
        shown[word] = None
        practices.update(dict.fromkeys(mentioned))
    return list(practices), list(shown)
