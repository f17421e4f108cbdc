"""Channels that other apps bring: MSSanté, push. None is connected yet: the settings show them greyed."""

from collections.abc import Sequence
from typing import Protocol

from pepites.notifications.enums import Channel


class Courier(Protocol):
    """A way to tell somebody that there is something to read; it is given a count, never a word of it (law 6)."""

    def tell(self, *, user_id: int, count: int, urgent: bool) -> None:
        """Tell the person of that account; raises when it could not, and is then called again later."""
        ...


_couriers: dict[Channel, Courier] = {}


def register_courier(channel: Channel, courier: Courier) -> None:
    """Connect a channel; called in an app's ``ready()``."""
    _couriers[channel] = courier


def courier_of(channel: Channel) -> Courier | None:
    """What serves a channel, None while nothing does."""
    return _couriers.get(channel)


def connected() -> Sequence[Channel]:
    """Channels that somebody may choose today."""
    return [one for one in Channel if one in _couriers]
