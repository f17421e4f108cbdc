"""Jobs: the figures of large networks, each night and when somebody asks."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import today
from pepites.common.jobs import AGAIN
from pepites.coordination.figures.services import COUNT_TASK, keep_figures
from pepites.networks.selectors import active_networks

NIGHTLY_TASK = "coordination.figures.nightly"


@app.periodic(cron="53 5 * * *")  # 2 h 53 in Cayenne
@app.task(name=NIGHTLY_TASK, queueing_lock=NIGHTLY_TASK)
def count_nightly(timestamp: int = 0) -> int:
    """Count the large networks, one unit each; how many periods were kept."""
    del timestamp
    actor = system_actor(NIGHTLY_TASK)
    with unit_of_work(actor):
        networks = [one.pk for one in active_networks()]
    kept = 0
    for network_id in networks:
        with unit_of_work(actor):
            kept += keep_figures(actor=actor, network_id=network_id, day=today())
    return kept


@app.task(name=COUNT_TASK, retry=AGAIN)
def count_one(network_id: int) -> int:
    """Count one network again, as somebody asked; how many periods were kept."""
    actor = system_actor(COUNT_TASK)
    with unit_of_work(actor):
        return keep_figures(actor=actor, network_id=network_id, day=today())
