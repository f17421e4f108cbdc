"""What the identities announce to the upper domains."""

from dataclasses import dataclass
from datetime import datetime


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


@dataclass(frozen=True, slots=True)
class InsWithdrawn:
    """The INS of a person is no longer theirs: whoever sent documents under it must be told (§2.1, RNIV-13)."""

    patient_id: int


@dataclass(frozen=True, slots=True)
class InsiUnavailable:
    """INSi did not answer to somebody who asked for a person: remind them later (INSI-5)."""

    patient_id: int


@dataclass(frozen=True, slots=True)
class PatientsMerged:
    """Two files are one: ``absorbed_id`` is shown under ``survivor_id`` (RNIV-13)."""

    survivor_id: int
    absorbed_id: int


@dataclass(frozen=True, slots=True)
class PatientsSeparated:
    """A merge was undone: two persons again."""

    survivor_id: int
    absorbed_id: int


@dataclass(frozen=True, slots=True)
class RowMisplaced:
    """A row written while two files were one concerns the other person: its author is to write it there.
    The two regional numbers say which files, and name nobody."""

    number: str
    other_number: str
    author_practice_id: int | None
    label: str
    written_at: datetime | None
