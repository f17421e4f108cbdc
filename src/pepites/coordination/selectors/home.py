"""What waits for the reader when they open Pépites."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.selectors.labels import moment_label

_URGENT = """
    SELECT m.public_id, c.public_id, p.birth_name || ' ' || p.first_given_name,
           concat_ws(' ', nullif(f.civility, ''), f.given_name, f.family_name), m.created_at
    FROM messaging_conversationparticipant cp
    JOIN messaging_conversation c ON c.id = cp.conversation_id
    JOIN messaging_message m ON m.conversation_id = c.id AND m.urgent AND m.acknowledged_at IS NULL
         AND m.withdrawn_at IS NULL
    LEFT JOIN directory_practitionerrole pr ON pr.id = m.author_id
    LEFT JOIN directory_professional f ON f.id = pr.professional_id
    LEFT JOIN patients_patient p ON p.id = m.patient_id
    WHERE cp.practice_id = %s AND cp.left_at IS NULL AND m.author_id IS DISTINCT FROM %s
    ORDER BY m.created_at LIMIT 10
"""


@dataclass(frozen=True, slots=True)
class UrgentLine:
    """An urgent message nobody acknowledged yet."""

    message: UUID
    conversation: UUID
    person: str
    author: str
    when: str


def urgent_waiting(actor: Actor) -> list[UrgentLine]:
    """Urgent messages of the actor's discussions, written by others, that wait for somebody to take them up."""
    with connection.cursor() as cursor:
        cursor.execute(_URGENT, [actor.practice_id, actor.practice_id])
        day = today()
        return [
            UrgentLine(row[0], row[1], row[2] or "", row[3], moment_label(row[4], day)) for row in cursor.fetchall()
        ]
