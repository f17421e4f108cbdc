"""Opening conversations, letting practices in and out, read cursors."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from pepites.access.policies import require
from pepites.access.services import call, database_refusals
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.common.identifiers import new_uuid
from pepites.directory.models import PractitionerRole
from pepites.messaging import selectors
from pepites.messaging.enums import ConversationKind
from pepites.messaging.models import Conversation
from pepites.messaging.services.posting import post_notice
from pepites.messaging.values import day_label
from pepites.networks.acts import act_left

_REFUSED = "messaging.conversation.refused"


def _subjects(patient_id: int | None) -> tuple[int, ...]:
    return (patient_id,) if patient_id else ()


def create_conversation(
    *,
    actor: Actor,
    kind: ConversationKind | str,
    patient_id: int | None = None,
    practice_ids: Sequence[int] = (),
    title: str = "",
    key: UUID | None = None,
) -> Conversation:
    """Open a conversation with these practices; the actor is always in it. The same ``key`` twice opens one.

    One to one, and the circle's about a person, exist once: the existing one is returned. Somebody who may not know
    the person cannot be brought in: ``Refused``.
    """
    kind, title = ConversationKind(kind), " ".join(title.split())
    others = [one for one in dict.fromkeys(practice_ids) if one != actor.practice_id]
    _check_new(kind, title, others)
    require(act_left(actor, "talk.open"), code=_REFUSED, subjects=(patient_id,) if patient_id else ())
    asked = {"kind": kind, "patient": patient_id, "title": title, "others": sorted(others)}
    done = once(actor, key, asked, lambda: {"id": _create(kind, patient_id, title[:120], others)})
    return Conversation.objects.get(pk=int(str(done["id"])))


def _create(kind: ConversationKind, patient_id: int | None, title: str, others: list[int]) -> int:
    public_id = new_uuid()
    made = call(
        _REFUSED,
        patient_id or 0,
        "SELECT messaging_create(%s, %s, %s, %s, %s::bigint[])",
        [public_id, kind, patient_id, title, others],
    )
    if Conversation.objects.filter(pk=made, public_id=public_id).exists():
        record(
            "messaging.conversation.created", action="C", subjects=_subjects(patient_id), object_type="conversation",
            object_id=public_id, detail={"kind": str(kind), "participants": len(others) + 1},
        )  # fmt: skip
    return int(made)


def _check_new(kind: ConversationKind, title: str, others: list[int]) -> None:
    if kind == ConversationKind.DIRECT and len(others) != 1:
        raise DomainError("Choisissez une seule personne pour une discussion à deux.", field="membres")
    if kind in {ConversationKind.TEAM, ConversationKind.SUBGROUP}:
        if not others:
            raise DomainError("Choisissez au moins une personne.", field="membres")
        if not title:
            raise DomainError("Donnez un nom à la discussion.", field="titre")


def ensure_circle_conversation(*, actor: Actor, patient_id: int, title: str = "") -> Conversation:
    """The conversation of a person's circle, opened if need be, with the actor in it (history from now on).

    Raises ``Refused`` when the actor has less than level 2 on the person.
    """
    return selectors.circle_visible_to(actor, patient_id) or create_conversation(
        actor=actor, kind=ConversationKind.CIRCLE, patient_id=patient_id, title=title
    )


def add_participant(
    *, actor: Actor, conversation: Conversation, practice_id: int, visible_from: datetime | None = None
) -> bool:
    """Bring a practice in; it sees the history from ``visible_from`` (now when absent), never more than the actor does.

    False when it was already in. About a person, the practice must hold level 2 on that person.
    """
    with database_refusals(_REFUSED, *_subjects(conversation.patient_id)), transaction.atomic():
        joined = _ask("SELECT messaging_join(%s, %s, %s)", conversation.pk, practice_id, visible_from)
    if not joined:
        return False
    record(
        "messaging.participant.added", action="C", subjects=_subjects(conversation.patient_id), object_type="practice",
        object_id=practice_id,
    )  # fmt: skip
    if Conversation.objects.filter(pk=conversation.pk).exists():  # a case manager may bring in without taking part
        since = f" (historique visible depuis le {day_label(visible_from)})" if visible_from else ""
        text = f"{_name(practice_id)} rejoint la discussion{since}."
        post_notice(actor=actor, conversation=conversation, text=text)
    return True


def remove_participant(*, actor: Actor, conversation: Conversation, practice_id: int) -> bool:
    """Take a practice out at once: its live streams close. False when it was not in."""
    with database_refusals(_REFUSED, *_subjects(conversation.patient_id)):
        gone = _ask("SELECT messaging_quit(%s, %s)", conversation.pk, practice_id)
    if not gone:
        return False
    record(
        "messaging.participant.removed", action="U", subjects=_subjects(conversation.patient_id),
        object_type="practice", object_id=practice_id,
    )  # fmt: skip
    if practice_id != actor.practice_id and Conversation.objects.filter(pk=conversation.pk).exists():
        post_notice(actor=actor, conversation=conversation, text=f"{_name(practice_id)} ne participe plus.")
    return True


def _ask(sql: str, *params: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return bool(cursor.fetchone()[0])


def _name(practice_id: int) -> str:
    practice = PractitionerRole.objects.select_related("professional").get(pk=practice_id)
    return practice.professional.display_name


def mark_read(*, actor: Actor, conversation: Conversation, seq: int) -> int:
    """Move the actor's cursor forward to ``seq``; returns where it stands. The one source of unread counts."""
    return _move(actor, conversation, seq, back=False)


def mark_unread(*, actor: Actor, conversation: Conversation, seq: int) -> int:
    """Move the actor's cursor back just before ``seq``."""
    return _move(actor, conversation, max(seq - 1, 0), back=True)


def _move(actor: Actor, conversation: Conversation, seq: int, *, back: bool) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT messaging_mark_read(%s, %s, %s, %s)",
            [conversation.pk, selectors.practice_key(actor.practice_id or 0), seq, back],
        )
        row = cursor.fetchone()
    return int(row[0] or 0)


def drop_outsiders(*, actor: Actor, patient_id: int) -> None:
    """After any change of rights on a person: who has none left leaves the talks about that person; streams reload."""
    del actor
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_rights_changed(%s)", [patient_id])
