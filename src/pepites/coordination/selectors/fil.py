"""The fil of one person: what was done, and the messages one may read, in one time line (interface §10)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.coordination.enums import FilKind, NoteStatus
from pepites.coordination.models import LiaisonNote
from pepites.coordination.selectors.labels import moment_label

ICONS = {
    FilKind.NOTE: "journal-text",
    FilKind.TASK: "check2-square",
    FilKind.CIRCLE: "people",
    FilKind.PATHWAY: "signpost",
    FilKind.CONSENT: "hand-thumbs-up",
    FilKind.MESSAGE: "chat-left-text",
    FilKind.PLAN: "clipboard-check",
    FilKind.ASSESSMENT: "check-circle",
    FilKind.STAY: "building",
}
PAGE = 30
# The limit is written, not passed, and ``access_persons`` is told to give one row: PostgreSQL then keeps one plan for
# everybody, and planning under the policies costs ten times the reading.
# One branch for each kind of line, each under its own table's policies; file by file, so that each index gives its
# latest lines in order.
_ENTRIES = """
    (SELECT x.* FROM access_persons(%(patient)s) AS f(id) CROSS JOIN LATERAL (
      SELECT e.at, e.kind, e.author_id, e.title, e.html, e.urgent, e.object_id, n.version, n.status,
             n.author_id = %(practice)s, e.reserved
      FROM coordination_filentry e
      LEFT JOIN coordination_liaisonnote n ON e.kind = 'note' AND n.public_id = e.object_id
      WHERE e.patient_id = f.id{where} ORDER BY e.at DESC, e.id DESC LIMIT {limit}) x
     ORDER BY 1 DESC LIMIT {limit})
"""
_MESSAGES = """
    (SELECT x.* FROM access_persons(%(patient)s) AS f(id) CROSS JOIN LATERAL (
      SELECT m.created_at, 'message', m.author_id, '', m.html, m.urgent, m.public_id, NULL::integer, NULL,
             NULL::boolean, false
      FROM messaging_message m WHERE m.patient_id = f.id AND m.withdrawn_at IS NULL{where}
      ORDER BY m.created_at DESC LIMIT {limit}) x
     ORDER BY 1 DESC LIMIT {limit})
"""
_AUTHORS = """
    SELECT pr.id, concat_ws(' ', nullif(f.civility, ''), nullif(f.given_name, ''), nullif(f.family_name, '')),
           pr.role_label, o.name
    FROM directory_practitionerrole pr
    JOIN directory_professional f ON f.id = pr.professional_id
    JOIN directory_organization o ON o.id = pr.organization_id
    WHERE pr.id = ANY(ARRAY(SELECT unnest(%(ids)s::bigint[]) UNION SELECT e.author_id FROM coordination_filentry e
                            WHERE e.patient_id IN (SELECT access_persons(%(patient)s))))
    ORDER BY f.sort_key, pr.id
"""


@dataclass(slots=True)
class FilLine:
    """One line, ready to print; ``note_version`` is 0 unless it is a note, whose acts it opens."""

    at: datetime
    kind: str
    kind_label: str
    icon: str
    tone: str
    author_id: int | None
    author: str
    role: str
    organization: str
    title: str
    html: str
    urgent: bool
    when: str
    object_id: UUID | None
    note_version: int = 0
    mine: bool = False
    reserved: bool = False


@dataclass(frozen=True, slots=True)
class Fil:
    """A page of the fil: lines, the instant from which older ones start (None at the end), who wrote in it."""

    lines: list[FilLine]
    older: datetime | None
    authors: list[tuple[int, str]]


def fil_visible_to(
    actor: Actor, patient_id: int, *, kind: str = "", author_id: int | None = None, before: datetime | None = None
) -> Fil:
    """Latest lines first. Row-level security decides: lines by level, messages by participation."""
    values = {
        "patient": patient_id, "practice": actor.practice_id, "kind": kind, "author": author_id, "before": before,
    }  # fmt: skip
    branches = []
    if kind != FilKind.MESSAGE:
        where = _where("e", "at", author_id, before) + (" AND e.kind = %(kind)s" if kind else "")
        branches.append(_ENTRIES.format(limit=PAGE + 1, where=where))
    if kind in ("", FilKind.MESSAGE):
        branches.append(_MESSAGES.format(limit=PAGE + 1, where=_where("m", "created_at", author_id, before)))
    with connection.cursor() as cursor:
        # Within a SELECT of its own: one branch alone, between brackets, takes no second ORDER BY.
        cursor.execute(f"SELECT * FROM ({' UNION ALL '.join(branches)}) f ORDER BY 1 DESC LIMIT {PAGE + 1}", values)  # noqa: S608
        rows = cursor.fetchall()
        cursor.execute(_AUTHORS, {"patient": patient_id, "ids": list({row[2] for row in rows if row[2]})})
        found = cursor.fetchall()
    names = {row[0]: row[1:4] for row in found}
    day = today()
    return Fil(
        lines=[_line(row, names, moment_label(row[0], day)) for row in rows[:PAGE]],
        older=rows[PAGE - 1][0] if len(rows) > PAGE else None,
        authors=[(row[0], row[1]) for row in found],
    )


def _where(alias: str, moment: str, author_id: int | None, before: datetime | None) -> str:
    return (f" AND {alias}.author_id = %(author)s" if author_id else "") + (
        f" AND {alias}.{moment} < %(before)s" if before else ""
    )


def _line(row: tuple[Any, ...], names: dict[int, tuple[str, str, str]], when: str) -> FilLine:
    at, kind, author_id, title, html, urgent, object_id, version, status, own, reserved = row
    name, role, organization = names.get(author_id, ("Pépites", "", ""))
    return FilLine(
        at=at,
        kind=kind,
        kind_label=FilKind(kind).label,
        icon=ICONS[FilKind(kind)],
        tone={"message": "message", "tache": "task"}.get(kind, ""),
        author_id=author_id,
        author=name,
        role=role,
        organization=organization,
        title=title,
        html=html,
        urgent=urgent,
        when=when,
        object_id=object_id,
        note_version=version or 0,
        mine=bool(own) and status == NoteStatus.CURRENT,
        reserved=reserved,
    )


def note_visible_to(actor: Actor, public_id: UUID) -> LiaisonNote | None:
    """One note, if the actor may read it."""
    del actor
    return (
        LiaisonNote.objects.filter(public_id=public_id)
        .select_related("patient", "author__professional", "author__organization")
        .first()
    )


def former_text(note: LiaisonNote, version: int) -> str:
    """The HTML of a note as it was in that version, empty when its history does not hold it."""
    events = LiaisonNote.pgh_event_model.objects  # type: ignore[attr-defined]
    return str(events.filter(pgh_obj_id=note.pk, version=version).values_list("html", flat=True).first() or "")


def filed_from(message: UUID) -> LiaisonNote | None:
    """The standing note made of that message, if the actor may read it."""
    return (
        LiaisonNote.objects.filter(source_message=message, status=NoteStatus.CURRENT)
        .select_related("author__professional")
        .first()
    )
