"""Reviewing a bris de glace, and closing one's own before its time."""

from uuid import UUID

from pepites.access.enums import Basis, ReviewResult
from pepites.access.selectors_emergency import emergency_to_review, open_emergency
from pepites.access.services import call, end_access
from pepites.audit.unit import current, record, refusal_line
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, NotFound, Refused


def review_emergency(*, actor: Actor, public_id: UUID, result: ReviewResult, comment: str) -> None:
    """Say whether a bris de glace was legitimate, within 72 hours; never one's own (rgpd §3.6).

    Anything but legitimate wants a comment. Raises ``Refused`` for one who may not review it.
    """
    line = emergency_to_review(public_id)
    if result is not ReviewResult.LEGITIMATE and len(comment.strip()) < 10:
        raise DomainError("Expliquez votre avis en une phrase (10 caractères au moins).", field="comment")
    call(
        "access.emergency.review",
        line.patient_id,
        "SELECT access_review_emergency(%s, %s, %s)",
        [public_id, result, comment.strip()],
    )
    record(
        "access.emergency.reviewed",
        action="U",
        subjects=(line.patient_id,),
        object_type="emergency",
        object_id=public_id,
        detail={"result": str(result)},
    )
    del actor


def close_emergency(*, actor: Actor, patient_id: int) -> None:
    """Close one's own bris de glace before its end."""
    if actor.practice_id is None or open_emergency(actor, patient_id) is None:
        raise NotFound
    end_access(actor=actor, patient_id=patient_id, practice_id=actor.practice_id, basis=Basis.EMERGENCY)


def note_refusal(refused: Refused) -> None:
    """Journal a refusal shown as a form's error: nothing was written, so nothing is rolled back."""
    current().lines.append(refusal_line(refused))
