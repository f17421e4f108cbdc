"""Who may read an assessment: its readers are members of the person's circle (coordination §2.4-3)."""

from collections.abc import Collection

from pepites.assessments import services
from pepites.assessments.models import Assessment
from pepites.common.actor import Actor
from pepites.coordination.reserved.readers import choose_readers


def choose_audience(*, actor: Actor, assessment: Assessment, readers: Collection[int] | None) -> Assessment:
    """Put one's own draft for the ``readers`` named, each checked, or back for the circle (None)."""
    chosen = None if readers is None else choose_readers(actor, assessment.patient_id, readers)
    return services.reserve_assessment(actor=actor, assessment=assessment, readers=chosen)
