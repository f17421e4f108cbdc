"""What the rest of the house may need to know when rights change."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RightsChanged:
    """Rights on a person changed, for one practice or (None) for several: live streams must be checked again."""

    patient_id: int
    practice_id: int | None


@dataclass(frozen=True, slots=True)
class EmergencyOpened:
    """Somebody opened a person's file by bris de glace: the person's team is told (rgpd §3.6)."""

    patient_id: int
    practice_id: int
    until: datetime
