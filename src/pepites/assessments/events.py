"""What the rest of the house may need to know of assessments; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AssessmentEnded:
    """An assessment was ended, or corrected once ended."""

    assessment_id: int
    patient_id: int
    corrected: bool = False


@dataclass(frozen=True, slots=True)
class AssessmentAlertRaised:
    """Answers of an ended assessment must be seen at once."""

    assessment_id: int
    patient_id: int


@dataclass(frozen=True, slots=True)
class AssessmentWithdrawn:
    """An ended assessment was entered by mistake."""

    assessment_id: int
    patient_id: int
