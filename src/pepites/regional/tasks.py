"""Jobs of the regional server."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.regional.models import RuleSet
from pepites.regional.rekey import count_names, form_records
from pepites.regional.services.drift import take_look
from pepites.regional.services.figures import missing_days, take_figures

COUNT_TASK = "regional.names.count"
FIGURES_TASK = "regional.figures.take"
DRIFT_TASK = "regional.drift.look"


@app.periodic(cron="41 4 * * *")  # 1 h 41 in Cayenne
@app.task(name=COUNT_TASK, queueing_lock=COUNT_TASK)
def count_names_at_night(timestamp: int = 0) -> int:
    """Names counted again, since a rare one weighs more than a common one; forms of the day computed."""
    del timestamp
    with unit_of_work(system_actor(COUNT_TASK)):
        if RuleSet.objects.get(pk=1).closed_at is not None:
            return 0
        form_records()
        return count_names()


@app.periodic(cron="23 6 * * *")  # 3 h 23 in Cayenne
@app.task(name=FIGURES_TASK, queueing_lock=FIGURES_TASK)
def take_nightly(timestamp: int = 0) -> int:
    """Count yesterday, and the days missed before it, one unit each; returns how many."""
    del timestamp
    actor = system_actor(FIGURES_TASK)
    with unit_of_work(actor):
        days = missing_days()
    for day in days:
        with unit_of_work(actor):
            take_figures(actor=actor, day=day)
    return len(days)


@app.periodic(cron="17 7 * * 1")  # Monday, 4 h 17 in Cayenne
@app.task(name=DRIFT_TASK, queueing_lock=DRIFT_TASK)
def look_at_drift(timestamp: int = 0) -> int:
    """Whether the region still looks like what the model learnt; the number of alerts."""
    del timestamp
    actor = system_actor(DRIFT_TASK)
    with unit_of_work(actor):
        return len(take_look(actor=actor))
