"""Jobs of the editions."""

from uuid import UUID

from procrastinate.contrib.django import app

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.jobs import AGAIN
from pepites.coordination.editions.services import TASK, perform_edition, sweep_editions
from pepites.documents import store


@app.task(name=TASK, retry=AGAIN)
def make_edition(public_id: str, user_id: int, practice_id: int) -> None:
    """Make one document, with the rights that whoever asked for it has now."""
    actor = build_actor(User.objects.get(pk=user_id), practice_id, channel=Channel.JOB)
    perform_edition(actor=actor, public_id=UUID(public_id))


@app.periodic(cron="*/10 * * * *")
@app.task(name="coordination.editions.sweep", queueing_lock="coordination.editions.sweep")
def sweep(timestamp: int = 0) -> int:
    """Take away the files whose hours are over; returns how many. A cut in between leaves them to the nightly sweep."""
    del timestamp
    with unit_of_work(system_actor("coordination.editions.sweep")):
        names = sweep_editions()
    for name in names:
        store.remove(name)
    return len(names)
