"""Kinds of notice that the work around a person gives; their titles name nobody and tell no health (law 6)."""

from typing import Final

from pepites.notifications.enums import Urgency
from pepites.notifications.registry import EventType

TASK_GIVEN: Final = "coordination.task.given"
TASK_LATE: Final = "coordination.task.late"
STEP_LATE: Final = "coordination.step.late"
NOTE_URGENT: Final = "coordination.note.urgent"
PLAN_PUBLISHED: Final = "coordination.plan.published"
INVITATION: Final = "coordination.circle.invited"
ASSESSMENT_ALERT: Final = "coordination.assessment.alert"
ADMISSION: Final = "coordination.stay.admission"
DISCHARGE: Final = "coordination.stay.discharge"

ALL: Final = (
    EventType(
        code=NOTE_URGENT, label="Note urgente", urgency=Urgency.URGENT, email=True, acknowledged=True,
        network_rules=True,
    ),
    EventType(
        code=ASSESSMENT_ALERT, label="Évaluation à lire aujourd'hui", urgency=Urgency.URGENT, email=True,
        acknowledged=True, network_rules=True,
    ),
    EventType(code=ADMISSION, label="Entrée à l'hôpital", email=True, acknowledged=True, network_rules=True),
    EventType(code=DISCHARGE, label="Sortie de l'hôpital", email=True, acknowledged=True, network_rules=True),
    EventType(code=TASK_GIVEN, label="Tâche confiée", email=True),
    EventType(code=INVITATION, label="Invitation dans un cercle", email=True),
    EventType(code=PLAN_PUBLISHED, label="Nouvelle version d'un plan", network_rules=True),
    EventType(code=TASK_LATE, label="Tâche en retard", urgency=Urgency.DIGEST, email=True),
    EventType(
        code=STEP_LATE, label="Étape d'un parcours en retard", urgency=Urgency.DIGEST, email=True, network_rules=True
    ),
)  # fmt: skip
