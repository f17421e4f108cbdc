"""A training copy of the demo's first network: fictional persons, one trainee, one session."""

from datetime import timedelta

from pepites.audit.unit import unit_of_work
from pepites.common.clock import today
from pepites.demo.stories import ActorsLike
from pepites.networks.models import Network
from pepites.training.models import TrainingCopy
from pepites.training.services import enrol_trainee, fill_copy, open_copy, plan_session

TRAINER, TRAINEE = "abellony", "ofontanel"


def open_training(actors: ActorsLike) -> None:
    """Opened, filled and staffed by the network's administrator."""
    trainer = actors.actor(TRAINER)
    with unit_of_work(trainer):
        source = Network.objects.get(slug="maia")
        copy = open_copy(actor=trainer, source=source, wanted=8, expires_on=today() + timedelta(days=60))
    trainer = actors.actor(TRAINER)
    fill_copy(actor=trainer, public_id=copy.public_id)
    with unit_of_work(trainer):
        copy = TrainingCopy.objects.select_related("network").get(pk=copy.pk)
        enrol_trainee(actor=trainer, copy=copy, login=TRAINEE)
        plan_session(actor=trainer, copy=copy, day=today() + timedelta(days=7), place="Salle de réunion du DAC")
