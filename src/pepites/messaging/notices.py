"""Telling those that a message names, or that it is urgent (interface §10); the text stays in the discussion."""

from typing import Final

from django.urls import reverse

from pepites.access.enums import Level
from pepites.common.actor import Actor
from pepites.messaging import selectors
from pepites.messaging.models import Conversation, Message
from pepites.notifications.enums import Urgency
from pepites.notifications.registry import EventType
from pepites.notifications.services import notify
from pepites.notifications.values import Notice

MENTION: Final = "messaging.mention"
URGENT: Final = "messaging.urgent"
KINDS: Final = (
    EventType(code=MENTION, label="Mention dans une discussion", email=True),
    EventType(code=URGENT, label="Message urgent", urgency=Urgency.URGENT, email=True),
)


def tell_message(actor: Actor, conversation: Conversation, message: Message) -> None:
    """An urgent message to everybody who takes part, another one to those it names; whoever lost every right on the
    person left the discussion, and sees nothing of it."""
    if message.urgent:
        event, title = URGENT, "Message urgent dans une discussion"
        practices = [one.practice_id for one in selectors.participants_of(conversation)]
    else:
        event, title, practices = MENTION, "Quelqu'un vous mentionne dans une discussion", message.mentions
    if practices:
        notify(
            actor=actor, practices=practices,
            notice=Notice(
                event=event, key=str(message.public_id), title=title, patient_id=conversation.patient_id,
                link=reverse("messaging:conversation", args=[conversation.public_id]), level=Level.IDENTITY,
            ),
        )  # fmt: skip
