"""Jobs of the messages."""

from uuid import UUID

from django.db import connection
from procrastinate.contrib.django import app

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import now
from pepites.common.events import publish
from pepites.common.identifiers import new_uuid
from pepites.common.jobs import AGAIN
from pepites.common.text import words
from pepites.messaging.enums import MessageKind
from pepites.messaging.events import UrgentUnanswered
from pepites.messaging.markdown import render_text
from pepites.messaging.models import Message
from pepites.messaging.rendering import SEQ_MARK, render_around_seq
from pepites.messaging.services.posting import ESCALATE_TASK
from pepites.messaging.values import MessageView, hour_label

_COORDINATORS = """
    SELECT DISTINCT p.practice_id FROM messaging_conversationparticipant p
    JOIN networks_networkmembership m ON m.practice_id = p.practice_id AND m.role = 'coordination'
         AND m.starts_at <= statement_timestamp() AND (m.ends_at IS NULL OR m.ends_at > statement_timestamp())
    WHERE p.conversation_id = %s AND p.left_at IS NULL
"""


@app.task(name=ESCALATE_TASK, retry=AGAIN)
def escalate_urgent(message_id: int) -> bool:
    """Ten minutes after an urgent message: if nobody took charge of it, tell its sender and alert the coordinators.

    Bears being run twice: the message is marked in the same transaction. Returns whether somebody was told.
    """
    with unit_of_work(system_actor(ESCALATE_TASK)):
        message = Message.objects.filter(pk=message_id, acknowledged_at__isnull=True, withdrawn_at__isnull=True).first()
        if message is None:
            return False
        with connection.cursor() as cursor:
            cursor.execute(_COORDINATORS, [message.conversation_id])
            coordinators = [int(key) for (key,) in cursor.fetchall()]
        if not _tell(message, coordinators):
            return False
        record(
            "messaging.urgent.escalated", action="U", subjects=(message.patient_id,) if message.patient_id else (),
            object_type="message", object_id=message.public_id, detail={"coordinators": len(coordinators)},
        )  # fmt: skip
        publish(
            UrgentUnanswered(
                message_id=message.pk,
                conversation_id=message.conversation_id,
                patient_id=message.patient_id,
                coordinator_ids=tuple(coordinators),
            )
        )
        return True


def _tell(message: Message, coordinators: list[int]) -> bool:
    text = (
        f"Message urgent de {hour_label(message.created_at)} : personne ne l'a pris en compte après 10 minutes."
        f"{' La coordination est prévenue.' if coordinators or message.patient_id else ''}"
        " Urgence vitale : appelez le 15."
    )
    told = [one for one in dict.fromkeys([message.author_id, *coordinators]) if one]
    html = render_text(text)
    view = MessageView(
        public_id=new_uuid(), conversation=_conversation_key(message), seq=SEQ_MARK, kind=MessageKind.SYSTEM,
        author_key="", author="Pépites", role="", html=html, urgent=False, created_at=now(),
    )  # fmt: skip
    head, tail = render_around_seq(view)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT messaging_escalate(%s, %s, %s, %s, %s, %s, %s, %s::bigint[])",
            [message.pk, view.public_id, text, html, words(text), head, tail, told],
        )
        return cursor.fetchone()[0] is not None


def _conversation_key(message: Message) -> UUID:
    return message.conversation.public_id
