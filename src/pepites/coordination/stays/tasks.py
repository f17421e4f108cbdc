"""The job that tells a stay."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.jobs import AGAIN
from pepites.coordination.stays.services import TELL_TASK
from pepites.coordination.stays.telling import tell


@app.task(name=TELL_TASK, retry=AGAIN)
def tell_stay(stay_id: int) -> bool:
    """Tell the circle what changed in a stay; whether there was anything to tell."""
    actor = system_actor(TELL_TASK)
    with unit_of_work(actor):
        return tell(actor=actor, stay_id=stay_id)
