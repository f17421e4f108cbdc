"""What the plan does when a task ends, and when the person takes back the agreement to share."""

from django.db import connection

from pepites.audit.unit import current
from pepites.common.events import subscribe
from pepites.coordination.events import SharingWithdrawn, TaskEnded
from pepites.coordination.plan.drafting import close_plans_of


def subscribe_plan() -> None:
    """Called once, when the app is ready."""
    subscribe(TaskEnded, end_action)
    subscribe(SharingWithdrawn, close_plans)


def end_action(event: TaskEnded) -> None:
    """A task ticked is its action done; a recurring one goes on with its next occurrence."""
    if event.patient_id is not None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT coordination_plan_task_ended(%s)", [event.task_id])


def close_plans(event: SharingWithdrawn) -> None:
    """No plan goes on without the agreement it rests on."""
    close_plans_of(actor=current().actor, patient_id=event.patient_id, reason="Consentement retiré")
