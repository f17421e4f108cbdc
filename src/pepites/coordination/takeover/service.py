"""Taking over an archive, 500 lines a unit of work (design, law 4): history, never news.

Nothing is published and nobody is notified. Every line carries the identifier of the former tool: a passage cut short,
or made again after corrections, writes nothing twice.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

from django.db import connection

from pepites.access.enums import Level
from pepites.access.policies import require
from pepites.access.services import database_refusals
from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Actor, ProfessionCategory, Purpose
from pepites.common.errors import DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination import policies
from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.importing.service import network_held
from pepites.coordination.takeover.archive import Archive
from pepites.coordination.takeover.authors import identifiers, known_authors
from pepites.coordination.takeover.enums import KIND_OF, Outcome, Table
from pepites.coordination.takeover.lines import Line, LineError, PersonKeys, read_table
from pepites.coordination.takeover.matching import REFUSED, Found, UnmatchedError, match, one_person
from pepites.directory.models import Professional
from pepites.documents import services as documents
from pepites.identity.services import frozen_among
from pepites.networks.models import Network

BATCH: Final = 500
FILES_BATCH: Final = 20
_OPPOSED: Final = "La personne s'oppose au partage dans ce réseau : rien n'est repris."
_FROZEN: Final = "Son dossier est gelé, deux personnes y ont été mêlées : rien n'y est écrit."
_ELSEWHERE: Final = "Cet identifiant est déjà repris pour une autre personne."


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report; ``patient_id`` once its person is known."""

    table: Table
    line: int
    outcome: Outcome
    message: str = ""
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a line went, for those below that name it: person, level, conversation, date."""

    patient_id: int
    level: int = Level.FULL
    thread: str = ""
    kind: str = ""
    at: datetime | None = None


Results = Sequence[Result]


@dataclass(slots=True)
class Takeover:
    """One passage of an archive. ``on_batch`` is called inside each batch's unit of work, with its lines in order."""

    actor: Actor
    network: Network
    tool: str
    archive: Archive
    dry_run: bool = False
    on_batch: Callable[[Results], None] | None = None
    placed: dict[tuple[Table, str], Placed | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Draft:
    """A line on its way: what it says, then the person it was placed with."""

    line: Line
    external_id: str
    keys: PersonKeys
    text: str = ""
    at: datetime | None = None
    parent: Placed | None = None
    parent_id: str = ""
    patient_id: int = 0
    known: bool = False
    file: dict[str, Any] | None = None


def take_over(work: Takeover) -> Counter[tuple[Table, Outcome]]:
    """Take over every line of the archive, or only tell what would become of them; counts by table and outcome.

    Raises ``Refused`` for whoever neither coordinates nor administers the network, ``Conflict`` while another import of
    it is under way, ``ImportFileError`` when a table cannot be read.
    """
    actor = work.actor.for_purpose(Purpose.COORDINATION)
    counts: Counter[tuple[Table, Outcome]] = Counter()
    with unit_of_work(actor):
        decision = policies.can_open_pathway(actor, work.network.pk)
        require(decision, code=REFUSED, object_type="network", object_id=work.network.pk)
    with network_held(work.network, dry_run=work.dry_run):
        for table, batch in _batches(work.archive):
            with unit_of_work(actor):
                results = _run_batch(work, table, batch)
                _record("coordination.takeover.batch", work, results)
                if work.on_batch:
                    work.on_batch(results)
            counts.update((table, result.outcome) for result in results)
    return counts


def _batches(archive: Archive) -> Iterator[tuple[Table, list[Line]]]:
    for table, path in archive.tables.items():
        lines = read_table(table, path)
        size = FILES_BATCH if table is Table.DOCUMENTS else BATCH
        while batch := list(islice(lines, size)):
            yield table, batch


def _record(code: str, work: Takeover, results: Results) -> None:
    subjects = tuple(sorted({one.patient_id for one in results if one.patient_id}))
    counts = Counter(str(one.outcome) for one in results)
    record(
        code, action="R" if work.dry_run else "C", subjects=subjects, object_type="network", object_id=work.network.pk,
        detail={**counts, "check": work.dry_run},
    )  # fmt: skip


def _run_batch(work: Takeover, table: Table, batch: list[Line]) -> list[Result]:
    told: dict[int, Result] = {}
    drafts = list[_Draft]()
    for line in batch:
        _keep(told, line, lambda line=line: drafts.append(_read(work, line)))  # type: ignore[misc]
    kind = str(KIND_OF.get(table, "conversation"))
    answers = match(work.network.pk, work.tool, [(kind, one.external_id, one.keys) for one in drafts])
    frozen = frozen_among([pk for one in answers for pk in one.by_number | one.by_ins | one.by_traits])
    kept = list[_Draft]()
    for draft, found in zip(drafts, answers, strict=True):
        _keep(told, draft.line, lambda draft=draft, found=found: _place(work, draft, found, frozen))  # type: ignore[misc]
        if draft.line.number not in told:
            kept.append(draft)
    authors = known_authors(name for one in kept for name in _named(one.line))
    made = set() if work.dry_run else _write(work, table, kept, authors)
    for draft in kept:
        key = (table, draft.external_id)
        work.placed[key] = _placed(draft, authors)
        new = not draft.known if work.dry_run else draft.external_id in made
        outcome = Outcome.TAKEN if new else Outcome.KNOWN
        told[draft.line.number] = Result(table, draft.line.number, outcome, "", draft.patient_id)
    return [told[line.number] for line in batch]


def _keep(told: dict[int, Result], line: Line, step: Callable[[], None]) -> None:
    """Run a step for one line; what it refuses goes to the report, and the others go on."""
    try:
        step()
    except UnmatchedError as error:
        told[line.number] = Result(line.table, line.number, Outcome.UNMATCHED, str(error))
    except LineError as error:
        told[line.number] = Result(line.table, line.number, Outcome.REFUSED, str(error))


def _read(work: Takeover, line: Line) -> _Draft:
    external_id = line.identifier()
    if (line.table, external_id) in work.placed:
        raise LineError("Cet identifiant est déjà plus haut dans le fichier.")
    work.placed[line.table, external_id] = None
    draft = _Draft(line, external_id, PersonKeys())
    if line.table in (Table.NOTES, Table.MESSAGES):
        draft.text, draft.at = line.text(), line.moment()
    if line.table is Table.MESSAGES:
        draft.parent = _above(work, Table.CONVERSATIONS, line.identifier("conversation"))
    elif line.table is Table.DOCUMENTS:
        _read_document(work, draft)
    if draft.parent is None:
        draft.keys = line.person()
    return draft


def _read_document(work: Takeover, draft: _Draft) -> None:
    """A document is joined to a message or a note, or speaks of a person by itself."""
    line = draft.line
    for table, column in ((Table.MESSAGES, "message"), (Table.NOTES, "note")):
        if line.cell(column):
            draft.parent_id = line.identifier(column)
            draft.parent = _above(work, table, draft.parent_id)
            break
    draft.text = line.cell("titre")[:150]
    draft.at = line.moment() if line.cell("date") or draft.parent is None else draft.parent.at


def _above(work: Takeover, table: Table, external_id: str) -> Placed:
    if (table, external_id) not in work.placed:
        raise LineError(f"« {external_id} » n'existe pas dans {table}.csv.")
    placed = work.placed[table, external_id]
    if placed is None:
        raise UnmatchedError(f"« {external_id} » de {table}.csv est resté de côté : cette ligne aussi.")
    return placed


def _place(work: Takeover, draft: _Draft, found: Found, frozen: set[int]) -> None:
    draft.patient_id = draft.parent.patient_id if draft.parent else one_person(draft.keys, found)
    if draft.patient_id in found.opposed:
        raise LineError(_OPPOSED)
    if draft.patient_id in frozen:
        raise LineError(_FROZEN)
    if found.stored not in (None, draft.patient_id):
        raise LineError(_ELSEWHERE)
    draft.known = found.stored is not None
    if draft.line.table is Table.DOCUMENTS and not draft.known:
        _keep_file(work, draft)


def _keep_file(work: Takeover, draft: _Draft) -> None:
    name = draft.line.cell("fichier")
    try:
        content = work.archive.read(name)
        if content is None:
            raise LineError("Le fichier n'est pas dans l'archive.")
        if work.dry_run:
            documents.clean(content)
            return
        kept = documents.keep_file(name=name, content=content)
    except (DomainError, ImportFileError) as error:
        raise LineError(getattr(error, "message", str(error))) from None
    columns = ("name", "content_type", "size", "sha256", "blob", "thumbnail")
    draft.file = {column: getattr(kept, column) for column in columns}


def _named(line: Line) -> list[str]:
    return [line.cell("auteur_id"), *identifiers(line.cells.get("participants", ""))]


def _author(draft: _Draft, authors: dict[str, Professional]) -> Professional | None:
    return authors.get(draft.line.cell("auteur_id").lower())


def _placed(draft: _Draft, authors: dict[str, Professional]) -> Placed:
    """A note of a social professional is read from the social level, as in the notebook (coordination §2.4-4)."""
    table = draft.line.table
    if draft.parent is not None:
        thread = draft.parent.thread
        return Placed(draft.patient_id, draft.parent.level, thread, str(KIND_OF[table]), draft.at)
    if table is Table.CONVERSATIONS:
        return Placed(draft.patient_id, thread=draft.external_id)
    author = _author(draft, authors)
    social = author is not None and author.category == ProfessionCategory.SOCIAL
    return Placed(draft.patient_id, Level.SOCIAL if social else Level.FULL, "", str(KIND_OF[table]), draft.at)


def _write(work: Takeover, table: Table, kept: list[_Draft], authors: dict[str, Professional]) -> set[str]:
    threads = [_thread(draft, authors) for draft in kept if table in (Table.CONVERSATIONS, Table.MESSAGES)]
    entries = [_entry(draft, authors) for draft in kept if table is not Table.CONVERSATIONS and not draft.known]
    with database_refusals(REFUSED), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coordination_history_write(%s, %s, %s::jsonb, %s::jsonb)",
            [work.network.pk, work.tool, json.dumps(threads), json.dumps(entries)],
        )
        return set(cursor.fetchone()[0])


def _thread(draft: _Draft, authors: dict[str, Professional]) -> dict[str, Any]:
    """The conversation of a line, with who is known of those it names: the author of a message took part in it."""
    line = draft.line
    readers = {found.pk for name in _named(line) if (found := authors.get(name.lower()))}
    return {
        "public_id": str(new_uuid()),
        "patient_id": draft.patient_id,
        "external_id": draft.parent.thread if draft.parent else draft.external_id,
        "title": line.cell("titre")[:150],
        "participants": ", ".join(identifiers(line.cells.get("participants", "")))[:1000],
        "readers": sorted(readers),
    }


def _entry(draft: _Draft, authors: dict[str, Professional]) -> dict[str, Any]:
    line, placed, author = draft.line, _placed(draft, authors), _author(draft, authors)
    name, role = line.cell("auteur") or line.cell("auteur_id"), line.cell("fonction")
    return {
        "public_id": str(new_uuid()),
        "patient_id": draft.patient_id,
        "kind": placed.kind,
        "external_id": draft.external_id,
        "thread": placed.thread,
        "parent_kind": draft.parent.kind if draft.parent and draft.parent_id else "",
        "parent": draft.parent_id,
        "level": int(placed.level),
        "author_id": author.pk if author else None,
        "author_text": (f"{name} ({role})" if name and role else name)[:200],
        "written_at": draft.at.isoformat() if draft.at else None,
        "text": draft.text,
        "file": draft.file,
    }
