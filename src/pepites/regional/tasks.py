"""Jobs of the regional server."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.regional.rekey import count_names, form_records

COUNT_TASK = "regional.names.count"


@app.periodic(cron="41 4 * * *")  # 1 h 41 in Cayenne
@app.task(name=COUNT_TASK, queueing_lock=COUNT_TASK)
def count_names_at_night(timestamp: int = 0) -> int:
    """Names counted again, since a rare one weighs more than a common one; forms of the day computed."""
    del timestamp
    with unit_of_work(system_actor(COUNT_TASK)):
        form_records()
        return count_names()
