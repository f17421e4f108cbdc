"""What the rest of the house may need to know of appointments; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppointmentsChanged:
    """Appointments of a person were planned, moved, ended or cancelled."""

    patient_id: int
    appointment_id: int
    what: str
