"""An assessment for some readers only, as a note may be (coordination §2.4-3; ADR 0034)."""

from collections.abc import Collection

from pepites.access.readers import change_readers, is_author, open_reserved
from pepites.assessments.models import Assessment
from pepites.assessments.services.answering import journal_act, require_change
from pepites.common.actor import Actor
from pepites.identity.services import refuse_frozen


def reserve_assessment(*, actor: Actor, assessment: Assessment, readers: Collection[int] | None) -> Assessment:
    """Put one's own draft for the ``readers`` named, or back for the circle (None); once ended, that is settled.

    The readers are named first: a reserved row is written by nobody who could not read it back.
    """
    require_change(actor, assessment, ended=False)
    refuse_frozen(assessment.patient_id)
    if readers is not None:
        name = change_readers if is_author(actor, assessment.public_id) else open_reserved
        name(actor=actor, patient_id=assessment.patient_id, item=assessment.public_id, practices=readers)
    assessment.reserved = readers is not None
    Assessment.objects.filter(pk=assessment.pk).update(reserved=assessment.reserved)
    journal_act("assessments.saved", assessment)
    return assessment
