"""Domain events: how a lower domain reaches an upper one without knowing it. Handlers run in the same transaction."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

E = TypeVar("E")
_handlers: dict[type, list[Callable[[Any], None]]] = defaultdict(list)


def subscribe(event_type: type[E], handler: Callable[[E], None]) -> None:
    """Call ``handler`` for each event of that exact type; done once, in the app's ``ready()``."""
    if handler not in _handlers[event_type]:
        _handlers[event_type].append(handler)


def publish(event: object) -> None:
    """Hand a frozen event (ids only) to its handlers, in order; an exception undoes the whole unit of work."""
    for handler in _handlers[type(event)]:
        handler(event)
