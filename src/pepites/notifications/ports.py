"""Channels by which a person is told that something waits; mail is ours, MSSanté and push belong to other apps. One
that nobody brought shows greyed in the settings."""

from collections.abc import Mapping
from typing import Protocol


class Courier(Protocol):
    """A way to tell somebody that there is something to read; it is given a count, never a word of it (law 6)."""

    def ready(self) -> bool:
        """Whether this instance is set up for it."""
        ...

    def tell(self, *, user_id: int, count: int, urgent: int) -> None:
        """Tell the person of that account; raises when it could not, and is then called again later."""
        ...


_couriers: dict[str, Courier] = {}


def register_courier(channel: str, courier: Courier) -> None:
    """Connect a channel (``enums.Channel``); called in an app's ``ready()``."""
    _couriers[channel] = courier


def couriers() -> Mapping[str, Courier]:
    """What serves each channel that an app brought."""
    return _couriers
