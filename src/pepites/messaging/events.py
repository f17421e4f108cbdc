"""What upper domains may need to know of messages: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class UrgentUnanswered:
    """Nobody acknowledged an urgent message in time; ``coordinator_ids`` are practices of the person's networks."""

    message_id: int
    conversation_id: int
    patient_id: int | None
    coordinator_ids: tuple[int, ...]
