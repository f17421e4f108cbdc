"""Closed lists of hospital movements."""

from enum import StrEnum


class Movement(StrEnum):
    """What a hospital says of a stay; the values are the events of HL7 v2 (IHE PAM)."""

    ADMISSION = "A01"
    TRANSFER = "A02"
    DISCHARGE = "A03"
    ADMISSION_CANCELLED = "A11"
    DISCHARGE_CANCELLED = "A13"
