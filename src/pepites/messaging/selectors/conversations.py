"""Conversations that an actor takes part in, and who else does."""

from collections.abc import Sequence
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models.functions import Coalesce

from pepites.audit.unit import current, in_unit
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import Refused
from pepites.common.rows import build, columns
from pepites.directory.models import PractitionerRole
from pepites.messaging.enums import ConversationKind
from pepites.messaging.markdown import plain
from pepites.messaging.models import Conversation
from pepites.messaging.values import ConversationView, ParticipantView, day_key, day_label, hour_label
from pepites.notifications.selectors import UNREAD_SQL, keep_unread
from pepites.patients.models import Patient

PAGE = 50

_PARTICIPANTS = """
    SELECT p.practice_id, pr.public_id, concat_ws(' ', nullif(f.civility, ''), f.given_name, f.family_name),
           pr.role_label, o.name, p.visible_from, p.last_read_seq, p.last_read_at
    FROM messaging_conversationparticipant p
    JOIN directory_practitionerrole pr ON pr.id = p.practice_id
    JOIN directory_professional f ON f.id = pr.professional_id
    JOIN directory_organization o ON o.id = pr.organization_id
    WHERE p.conversation_id = %s AND p.left_at IS NULL
    ORDER BY f.sort_key, p.id
"""
_LIST = """
    SELECT c.public_id, c.kind, c.title, c.patient_id, c.last_seq - p.last_read_seq, c.last_message_at, c.id,
           m.html, m.withdrawn_at, m.kind, concat_ws(' ', f.given_name, f.family_name),
           EXISTS (SELECT 1 FROM messaging_message u WHERE u.conversation_id = c.id AND u.urgent
                   AND u.acknowledged_at IS NULL AND u.withdrawn_at IS NULL)
    FROM messaging_conversationparticipant p
    JOIN messaging_conversation c ON c.id = p.conversation_id
    LEFT JOIN messaging_message m ON m.conversation_id = c.id AND m.seq = c.last_seq
    LEFT JOIN directory_practitionerrole pr ON pr.id = m.author_id
    LEFT JOIN directory_professional f ON f.id = pr.professional_id
    WHERE p.practice_id = %s AND p.left_at IS NULL AND (NOT %s OR c.last_seq > p.last_read_seq)
    ORDER BY coalesce(c.last_message_at, c.created_at) DESC, c.id DESC LIMIT %s OFFSET %s
"""


@lru_cache(maxsize=1)
def _conversation() -> str:
    return f"SELECT {columns(Conversation, 'c')} FROM messaging_conversation c WHERE c.public_id = %s"  # noqa: S608


@lru_cache(maxsize=4096)
def practice_key(practice_id: int) -> str:
    """Public identifier of a practice; it never changes, so it is read once."""
    return str(PractitionerRole.objects.values_list("public_id", flat=True).get(pk=practice_id))


def subject_of(kind: str, public_id: UUID) -> tuple[int, ...]:
    """The person a conversation, message or attachment speaks of, seen or not: to write a refusal, nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT messaging_subject(%s, %s)", [kind, public_id])
        row = cursor.fetchone()
    return (int(row[0]),) if row and row[0] is not None else ()


def refused(kind: str, public_id: UUID) -> Refused:
    """The refusal of something the actor does not take part in: the same 404 as for what does not exist."""
    return Refused(
        deny(Reason.NOT_PARTICIPANT),
        code=f"messaging.{kind}.refused",
        subject_ids=subject_of(kind, public_id),
        object_type=kind,
        object_id=str(public_id),
        hide=True,
    )


def conversation_visible_to(actor: Actor, public_id: UUID) -> Conversation:
    """The conversation of a page, or a refusal written in the person's trace."""
    del actor
    with connection.cursor() as cursor:
        cursor.execute(_conversation(), [public_id])
        row = cursor.fetchone()
    if row is None:
        raise refused("conversation", public_id)
    return build(Conversation, row)


def participants_of(conversation: Conversation) -> list[ParticipantView]:
    """Who takes part today, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_PARTICIPANTS, [conversation.pk])
        return [ParticipantView(*row) for row in cursor.fetchall()]


def circle_visible_to(actor: Actor, patient_id: int) -> Conversation | None:
    """The circle's conversation about a person, when the actor takes part in it.

    Asked by participation too: the owner's role, which builds the demonstration, passes every policy.
    """
    return Conversation.objects.filter(
        patient_id=patient_id, kind=ConversationKind.CIRCLE, participants__practice_id=actor.practice_id,
        participants__left_at=None,
    ).first()  # fmt: skip


def conversations_about_visible_to(actor: Actor, patient_id: int) -> list[Conversation]:
    """Every conversation about a person that the actor takes part in, the most recent first."""
    del actor
    return list(Conversation.objects.filter(patient_id__same_person=patient_id).order_by("-last_message_at", "-id"))


def title_of(conversation: Conversation, participants: Sequence[ParticipantView], actor: Actor) -> str:
    """What the conversation is called: never the name of the person it speaks of (page titles, law 6)."""
    if conversation.kind == ConversationKind.DIRECT:
        others = [one.name for one in participants if one.practice_id != actor.practice_id]
        return ", ".join(others) or "Discussion à deux"
    return conversation.title or ConversationKind(conversation.kind).label


def list_visible_to(actor: Actor, *, unread_only: bool = False, page: int = 1) -> tuple[list[ConversationView], bool]:
    """A page of the actor's conversations, most recent first, and whether there are more."""
    with connection.cursor() as cursor:
        cursor.execute(_LIST, [actor.practice_id, unread_only, PAGE + 1, (page - 1) * PAGE])
        rows = cursor.fetchall()
    more, rows = len(rows) > PAGE, rows[:PAGE]
    persons = _persons({row[3] for row in rows if row[3]})
    direct = _other_names(actor, [row[6] for row in rows if row[1] == ConversationKind.DIRECT])
    return [_view(row, persons, direct) for row in rows], more


def _view(row: Sequence[object], persons: dict[int, str], direct: dict[int, str]) -> ConversationView:
    public_id, kind, title, patient_id, unread, last_at, key, html, withdrawn, message_kind, author, waiting = row
    label = str(title) or ConversationKind(str(kind)).label
    person = persons.get(patient_id, "") if isinstance(patient_id, int) else ""
    other = direct.get(key, "") if isinstance(key, int) else ""
    return ConversationView(
        public_id=public_id,  # type: ignore[arg-type]
        title=person or other or label,
        about=(other or label) if person else "",
        unread=max(int(str(unread)), 0),
        last_words="Message retiré par son auteur" if withdrawn else plain(str(html or ""))[:140],
        last_author="" if message_kind == "system" else str(author or ""),
        when_label=_when(last_at),
        urgent_waiting=bool(waiting),
        patient_id=patient_id,  # type: ignore[arg-type]
    )


def _when(moment: object) -> str:
    from datetime import datetime

    if not isinstance(moment, datetime):
        return ""
    return hour_label(moment) if day_key(moment) == day_key(now()) else day_label(moment)


def _persons(keys: set[int]) -> dict[int, str]:
    shown = (Coalesce(f"survivor__{name}", name) for name in ("birth_name", "first_given_name"))
    rows = Patient.objects.filter(pk__in=keys).values_list("pk", *shown) if keys else []
    return {key: f"{name} {given}" for key, name, given in rows}


def _other_names(actor: Actor, keys: list[int]) -> dict[int, str]:
    if not keys:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.conversation_id, concat_ws(' ', nullif(f.civility, ''), f.given_name, f.family_name)"
            " FROM messaging_conversationparticipant p JOIN directory_practitionerrole pr ON pr.id = p.practice_id"
            " JOIN directory_professional f ON f.id = pr.professional_id"
            " WHERE p.conversation_id = ANY(%s) AND p.left_at IS NULL AND p.practice_id <> %s",
            [keys, actor.practice_id],
        )
        return {int(key): str(name) for key, name in cursor.fetchall()}


def unread_total(actor: Actor) -> int:
    """Messages that the actor has not read, over all conversations: the badge of the navigation."""
    return sum(_unread(actor).values())


def unread_counts(actor: Actor, patient_ids: Sequence[int] | None = None) -> dict[int, int]:
    """Messages not read about each person, those of ``patient_ids`` only when given; persons with none are absent."""
    found = _unread(actor)
    if patient_ids is not None:
        return {key: found[key] for key in patient_ids if key in found}
    return {key: count for key, count in found.items() if key is not None}


def _unread(actor: Actor) -> dict[int | None, int]:
    """Messages not read by person, None for talks about nobody; a page that writes nothing asks once.

    Every page shows how many notices wait too: the same question brings it.
    """
    if actor.practice_id is None:
        return {}
    unit = current() if in_unit() else None
    if unit is not None and unit.read_only and "unread" in unit.kept:
        kept: dict[int | None, int] = unit.kept["unread"]
        return kept
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT u.patient_id, sum(u.unread), {UNREAD_SQL} FROM (SELECT) one LEFT JOIN messaging_unread() u ON true"  # noqa: S608
            " GROUP BY u.patient_id",
            [actor.practice_id],
        )
        rows = cursor.fetchall()
    keep_unread(rows[0][2])
    found = {key: int(count) for key, count, _ in rows if count is not None}
    if unit is not None:
        unit.kept["unread"] = found
    return found
