"""What the rest of the house may need to know of the work around a person; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """A member of a circle was invited, answered, became active or left."""

    patient_id: int
    practice_id: int
    status: str


@dataclass(frozen=True, slots=True)
class TaskEnded:
    """A task was done or cancelled."""

    task_id: int
    patient_id: int | None


@dataclass(frozen=True, slots=True)
class NoteFiled:
    """A liaison note entered a file; nothing may be told of a reserved one."""

    note_id: int
    patient_id: int
    emergency: bool
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class SharingWithdrawn:
    """The person took back the last consent to sharing outside the care team; told before it takes effect."""

    patient_id: int


@dataclass(frozen=True, slots=True)
class TaskGiven:
    """A task was made, for somebody or for a role."""

    task_id: int


@dataclass(frozen=True, slots=True)
class PlanPublished:
    """A version of a plan is in force."""

    plan_id: int
    patient_id: int
    number: int
