"""What the regional server announces: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RecordsLinked:
    """Two records are now one regional person; domains are told by the rows of ``Notification``."""

    record_id: int
    other_id: int
    origin: str


@dataclass(frozen=True, slots=True)
class RecordUnlinked:
    """A record left its regional person (STIC-9, A37)."""

    record_id: int
