"""Jobs: alerts that nobody answered, and what became late."""

from django.db import connection
from django.urls import reverse
from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, system_actor
from pepites.common.clock import today
from pepites.coordination.alerting import kinds
from pepites.coordination.alerting.team import Team, team_of
from pepites.notifications.models import Alert
from pepites.notifications.services import escalate_unanswered, notify
from pepites.notifications.values import Notice

ESCALATE_TASK = "coordination.escalate_alerts"
LATE_TASK = "coordination.tell_late"


@app.periodic(cron="*/5 * * * *")
@app.task(name=ESCALATE_TASK, queueing_lock=ESCALATE_TASK)
def escalate_alerts(timestamp: int = 0) -> int:
    """Warn the next role of what nobody took in hand in time; how many alerts."""
    del timestamp
    with unit_of_work(system_actor(ESCALATE_TASK)):
        return escalate_unanswered(find=_next)


def _next(alert: Alert) -> set[int]:
    return team_of(alert.patient_id).of_role(alert.escalate_to)


@app.periodic(cron="30 9 * * *")  # 6 h 30 in Cayenne
@app.task(name=LATE_TASK, queueing_lock=LATE_TASK)
def tell_late(timestamp: int = 0) -> int:
    """Tell of the tasks and steps that became late, each once; how many notices."""
    del timestamp
    actor = system_actor(LATE_TASK)
    with unit_of_work(actor):
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM coordination_became_late(%s)", [today()])
            rows = cursor.fetchall()
        teams: dict[int, Team] = {}
        return sum(_tell_late(actor, teams, *row) for row in rows)


def _tell_late(
    actor: Actor, teams: dict[int, Team], step: bool, key: str, patient_id: int | None, practice: int | None, role: str
) -> int:
    event = kinds.STEP_LATE if step else kinds.TASK_LATE
    if patient_id is not None and patient_id not in teams:
        teams[patient_id] = team_of(patient_id)
    team = teams.get(patient_id or 0, Team())
    told = {practice} if practice is not None else team.of_role(role) if role else set()
    if any(rule["event"] == event for rule in team.rules):
        told |= team.warned_of(event)
    link = reverse("coordination:file-tasks", args=[team.file]) if team.file else reverse("coordination:tasks")
    title = "Une étape d'un parcours est en retard" if step else "Une tâche est en retard"
    notice = Notice(event=event, key=key, title=title, link=link, patient_id=patient_id)
    return notify(actor=actor, notice=notice, practices=told)
