"""Nightly: roles that nobody confirmed in time are suspended."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.networks.services import suspend_unconfirmed


@app.periodic(cron="27 8 * * *")  # 5 h 27 in Cayenne
@app.task(name="networks.suspend_roles", queueing_lock="networks.suspend_roles")
def suspend_roles(timestamp: int = 0) -> int:
    """Suspend roles left without a review; how many."""
    del timestamp
    with unit_of_work(system_actor("networks.suspend_roles")):
        return suspend_unconfirmed()
