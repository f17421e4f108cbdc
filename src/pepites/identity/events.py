"""What the identities announce to the upper domains."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IdentityCreated:
    """Persons were created: one by hand, or the batch of an import; names, phones and keys are all stored."""

    patient_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class IdentityChanged:
    """The traits, status, attributes, other names or phones of a person changed."""

    patient_id: int


@dataclass(frozen=True, slots=True)
class CardSettled:
    """A worklist card was decided; ``network_id`` when it came from an import: the pathway may be opened."""

    card_id: int
    patient_id: int
    other_id: int | None
    network_id: int | None
    same: bool
