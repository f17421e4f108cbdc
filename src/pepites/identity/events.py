"""What the identities announce to the upper domains."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """The traits, status or attributes of a person changed."""

    patient_id: int


@dataclass(frozen=True, slots=True)
class CardSettled:
    """A worklist card was decided; ``network_id`` when it came from an import: the pathway may be opened."""

    card_id: int
    patient_id: int
    other_id: int | None
    network_id: int | None
    same: bool
