"""The kinds of notice: each app registers its own when it is ready, ``notifications`` knows none of them."""

from dataclasses import dataclass

from pepites.notifications.enums import Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType:
    """One kind of notice. ``email``: whether a mail says it to who chose nothing; ``acknowledged``: whether somebody
    must say that it is taken in hand; ``network_rules``: whether a network chooses whom to warn of it."""

    code: str
    label: str
    urgency: Urgency = Urgency.NORMAL
    email: bool = False
    acknowledged: bool = False
    network_rules: bool = False


_types: dict[str, EventType] = {}


def register_event_type(*types: EventType) -> None:
    """Declare kinds of notice; two of the same code is a mistake."""
    for one in types:
        if _types.get(one.code, one) != one:
            raise ValueError(f"already registered: {one.code}")
        _types[one.code] = one


def event_type(code: str) -> EventType:
    """A kind of notice by its code; one that no app declares any more is an ordinary one under its code."""
    return _types.get(code) or EventType(code=code, label=code)


def known(code: str) -> bool:
    """Whether an app declares it."""
    return code in _types


def event_types() -> list[EventType]:
    """All of them, the urgent ones first, then by label."""
    order = list(Urgency.values)
    return sorted(_types.values(), key=lambda one: (order.index(one.urgency), one.label))
