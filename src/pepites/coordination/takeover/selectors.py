"""Reading the history taken over; row-level security leaves out what the reader may not see."""

from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Max, Q
from django.utils.formats import date_format

from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.coordination.takeover import report
from pepites.coordination.takeover.enums import TABLE_LABELS, EntryKind, Outcome, Table
from pepites.coordination.takeover.models import HistoryEntry, HistoryFile, HistoryRun, HistoryThread
from pepites.networks.models import Network

PAGE: Final = 30
HISTORY_SQL: Final = (  # takes the person: would the reader find anything; for a page that asks the base other things
    "EXISTS (SELECT 1 FROM coordination_historyentry WHERE patient_id = ANY(access_person_set(%s)))"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A document, ready to print; ``url_id`` opens its file."""

    name: str
    url_id: UUID
    size: str


@dataclass(frozen=True, slots=True)
class Told:
    """One element of the history, ready to print."""

    kind: str
    when: str
    author: str
    tool: str
    network: str
    text: str
    pieces: tuple[Piece, ...]


def threads_visible_to(actor: Actor, patient_id: int) -> list[dict[str, Any]]:
    """Conversations of a person in which the reader took part, the last first."""
    del actor
    found = (
        HistoryThread.objects.filter(patient_id__same_person=patient_id)
        .annotate(last=Max("entries__written_at"), count=Count("entries", filter=Q(entries__kind=EntryKind.MESSAGE)))
        .order_by("-last", "-pk")[:200]
    )
    return [
        {
            "public_id": one.public_id,
            "title": one.title or "Conversation sans titre",
            "tool": one.tool,
            "participants": one.participants,
            "count": one.count,
            "last": _day(one.last) if one.last else "",
        }
        for one in found
    ]


def thread_visible_to(actor: Actor, patient_id: int, public_id: UUID) -> HistoryThread | None:
    """One conversation of the person."""
    del actor
    return HistoryThread.objects.filter(patient_id__same_person=patient_id, public_id=public_id).first()


def history_visible_to(
    actor: Actor, patient_id: int, page: int, thread: HistoryThread | None = None
) -> tuple[list[Told], bool]:
    """A page of the notes and documents, the last first; or of the messages of a conversation, in their order.

    Says whether more follow.
    """
    del actor
    rows = HistoryEntry.objects.filter(
        patient_id__same_person=patient_id, thread=thread, parent=None
    ).select_related("author", "network", "file")  # fmt: skip
    order = ("written_at", "pk") if thread else ("-written_at", "-pk")
    start = (page - 1) * PAGE
    found = list(rows.order_by(*order)[start : start + PAGE + 1])
    shown = found[:PAGE]
    joined: dict[int, list[Piece]] = {one.pk: [] for one in shown}
    files = HistoryFile.objects.filter(entry__parent__in=shown).select_related("entry").order_by("entry_id")
    for file in files:
        assert file.entry.parent_id is not None
        joined[file.entry.parent_id].append(_piece(file.entry, file))
    return [_told(one, joined[one.pk]) for one in shown], len(found) > PAGE


def file_visible_to(actor: Actor, public_id: UUID) -> HistoryFile | None:
    """The file of a document."""
    del actor
    return HistoryFile.objects.filter(entry__public_id=public_id).first()


def _told(entry: HistoryEntry, joined: list[Piece]) -> Told:
    own = [_piece(entry, entry.file)] if entry.kind == EntryKind.DOCUMENT and hasattr(entry, "file") else []
    if entry.author:
        author = entry.author.display_name
    else:
        author = f"{entry.author_text or 'Auteur inconnu'}, d'après {entry.tool}"
    moment = entry.written_at.astimezone(CAYENNE)
    return Told(
        EntryKind(entry.kind).label, f"{_day(moment)} à {moment:%H h %M}", author, entry.tool,
        entry.network.short_name, entry.text, (*own, *joined),
    )  # fmt: skip


def _piece(entry: HistoryEntry, file: HistoryFile) -> Piece:
    return Piece(entry.text or file.name, entry.public_id, f"{max(1, file.size // 1024)} Ko")


def _day(moment: Any) -> str:
    return date_format(moment.astimezone(CAYENNE), "j F Y")


def runs_visible_to(network: Network) -> list[dict[str, Any]]:
    """The network's last takeovers, as far as the policies let the reader see them."""
    rows = HistoryRun.objects.filter(network=network).select_related("user__professional").order_by("-created_at")[:20]
    return [
        {
            "public_id": run.public_id,
            "name": f"{run.tool} : {run.file_name}",
            "state": run_state(run),
            "at": run.created_at.astimezone(CAYENNE).strftime("%d/%m/%Y %H:%M"),
            "by": run.user.professional.display_name if run.user.professional else run.user.login,
        }
        for run in rows
    ]


def run_visible_to(network: Network, public_id: UUID) -> HistoryRun | None:
    """One takeover of the network."""
    return HistoryRun.objects.select_related("network").filter(network=network, public_id=public_id).first()


def run_state(run: HistoryRun) -> str:
    """Where a takeover stands, in words."""
    return str(run.get_state_display()).replace("Import en cours", "Reprise en cours").replace("Import", "Reprise")


def counted(run: HistoryRun) -> list[dict[str, Any]]:
    """Counts by table then outcome, ready to print; tables that the archive lacks are left out."""
    return [
        {"label": TABLE_LABELS[table], "cells": [run.counts[str(table)].get(str(one), 0) for one in Outcome]}
        for table in Table
        if str(table) in run.counts
    ]


def report_lines(run: HistoryRun, limit: int) -> tuple[list[dict[str, str]], bool]:
    """The first lines left aside; whether there are more."""
    path = report.report_path(run.public_id)
    if not path.exists():
        return [], False
    found = list(islice(report.lines(path), limit + 1))
    return found[:limit], len(found) > limit
