"""Which messages are taken: a handler by type and event. A later issue registers its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pepites.common.actor import Actor
from pepites.interop.gateway import Domain
from pepites.interop.hl7v2.parsing import Message


@dataclass(frozen=True, slots=True)
class Reception:
    """One message to handle, from a proved client, for its domain. ``key`` names it for ever (MSH-10 and sender)."""

    actor: Actor
    domain: Domain
    message: Message
    key: str


@dataclass(frozen=True, slots=True)
class Done:
    """What a handler did, for the journal: counts and codes only."""

    subjects: tuple[int, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)


Handler = Callable[[Reception], Done]


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is taken: its handler, the scope it asks, its journal code."""

    type: str
    event: str
    handler: Handler
    scope: str
    code: str
    action: str = "U"


_accepted: dict[tuple[str, str], Accepted] = {}


def register(*entries: Accepted) -> None:
    """Take these messages; two handlers for one message is a mistake."""
    for entry in entries:
        place = (entry.type, entry.event)
        if _accepted.get(place, entry) != entry:
            raise ValueError(f"already taken: {place}")
        _accepted[place] = entry


def accepted(message_type: str, event: str) -> Accepted | None:
    """The handler of a message."""
    return _accepted.get((message_type, event))


def knows(message_type: str) -> bool:
    """Whether some event of that type is taken."""
    return any(kind == message_type for kind, _ in _accepted)
