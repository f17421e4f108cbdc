"""Jobs of the training."""

from uuid import UUID

from procrastinate.contrib.django import app

from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, Purpose, system_actor
from pepites.common.jobs import AGAIN
from pepites.training.services import TASK, close_expired, fill_copy


@app.task(name=TASK, retry=AGAIN)
def fill(public_id: str, user_id: int, practice_id: int) -> int:
    """Make the fictional persons of a copy, with the rights that whoever opened it has now."""
    user = User.objects.get(pk=user_id)
    actor = build_actor(user, practice_id, channel=Channel.JOB, purpose=Purpose.COORDINATION)
    return fill_copy(actor=actor, public_id=UUID(public_id))


@app.periodic(cron="7 8 * * *")  # 5 h 07 in Cayenne
@app.task(name="training.close_expired", queueing_lock="training.close_expired")
def close_expired_copies(timestamp: int = 0) -> int:
    """Close the training copies whose day is past; returns how many."""
    del timestamp
    with unit_of_work(system_actor("training.close_expired")):
        return close_expired()
