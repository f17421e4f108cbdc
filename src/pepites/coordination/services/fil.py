"""Writing the fil and what a list row says of the last contact, in the transaction of the act."""

from uuid import UUID

from django.db import connection

from pepites.access.enums import Level
from pepites.common.actor import Actor
from pepites.coordination.enums import FilKind


def write_fil(
    *,
    actor: Actor,
    patient_id: int,
    kind: FilKind,
    title: str,
    html: str = "",
    level: int = Level.SOCIAL,
    object_id: UUID | None = None,
    urgent: bool = False,
    contact: str = "",
    reserved: bool = False,
) -> None:
    """Add one line to the person's fil, signed by the actor's practice.

    ``html`` is already safe. ``reserved``: read by the readers of ``object_id`` only. ``contact`` is the word the list
    shows as last contact; empty when the act is none.
    No RETURNING: a member who only answers an invitation may write the line without reading the fil.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_filentry (patient_id, kind, level, author_id, object_id, title, html, urgent,"
            " reserved) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [patient_id, kind, level, actor.practice_id, object_id, title[:200], html, urgent, reserved],
        )
        if contact:
            cursor.execute("SELECT coordination_touch(%s, %s)", [patient_id, contact])
