"""Conversations of invented people. Call the builders outside ``as_owner()``: they take it by themselves."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

from tests import factories
from tests.conftest import as_owner

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.messaging import services
from pepites.messaging.models import Conversation, Message
from pepites.patients.models import Patient


@dataclass
class Circle:
    """A person, two members of the circle in its conversation, an outsider."""

    patient: Patient
    ana: Actor
    jean: Actor
    outsider: Actor
    conversation: Conversation


def circle() -> Circle:
    with as_owner():
        patient = factories.patient()
        practices = [factories.practice() for _ in range(3)]
        for practice in practices[:2]:
            factories.grant(patient, practice)
        ana, jean, outsider = (factories.actor_for(practice) for practice in practices)
    with unit_of_work(ana):
        conversation = services.ensure_circle_conversation(actor=ana, patient_id=patient.pk)
    with unit_of_work(jean):
        services.ensure_circle_conversation(actor=jean, patient_id=patient.pk)
    return Circle(patient, ana, jean, outsider, conversation)


def post(
    actor: Actor, conversation: Conversation, text: str = "Bonjour", key: UUID | None = None, **more: object
) -> Message:
    with unit_of_work(actor):
        return services.post_message(actor=actor, conversation=conversation, text=text, key=key or uuid4(), **more)  # type: ignore[arg-type]


@contextmanager
def acting(actor: Actor) -> Generator[None]:
    with unit_of_work(actor):
        yield
