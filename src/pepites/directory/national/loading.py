"""Loads the files of an extraction: staged by COPY, compared, then applied in one transaction (annuaire §2, rule 2)."""

import json
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.copy import QueuedLibpqWriter

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError
from pepites.directory.enums import LoadState, Scope
from pepites.directory.models import DirectoryLoad, Professional
from pepites.directory.national import sql
from pepites.directory.national.columns import FileKind, kind_of, read_header
from pepites.directory.national.parsing import BadLine, Parser
from pepites.directory.national.reading import Lines, Source, digest, sources_of
from pepites.directory.national.rebuild import Rebuild

MAX_DROP: Final = 0.05
MAX_BAD: Final = 0.001
LOCK_PATIENCE: Final = 5.0  # seconds: a run killed just before is told of by PostgreSQL within one
LARGE: Final = 200_000  # lines beyond which words are counted on a tenth of them
_ORDER: Final = (FileKind.ACTIVITY, FileKind.SKILL, FileKind.DIPLOMA)


class Listener(Protocol):
    """Who is told how far a load is."""

    def reading(self, name: str, size: int) -> Callable[[int], None]:
        """A file is read: called back with the number of bytes each time."""

    def step(self, text: str) -> None:
        """What is being done."""


@dataclass
class FileLoad:
    """One file under way."""

    source: Source
    kind: FileKind
    load: DirectoryLoad
    labels: dict[str, str] = field(default_factory=dict)
    note: str = ""


def load_files(paths: tuple[Path, ...], *, scope: Scope, force: bool, listener: Listener) -> list[DirectoryLoad]:
    """Load files or ZIPs; gives one ``DirectoryLoad`` a file. Raises DomainError, its French reason being registered:
    what was served still is."""
    kinds = _kinds(sources_of(paths))
    with alone():
        DirectoryLoad.objects.filter(state=LoadState.RUNNING).update(state=LoadState.CUT, finished_at=now())
        files = [_begin(kinds[kind], kind, scope) for kind in _ORDER if kind in kinds]
        with registered([one.load for one in files]):
            wanted: list[FileLoad] = []
            for one in files:  # the others complete the activities: loaded again whenever these are
                if not _already_loaded(one, force=force or bool(wanted)):
                    wanted.append(one)
            for one in wanted:
                _stage(one, scope, listener)
            for one in wanted:
                _require_plausible(one, scope, force=force)
            if wanted:
                listener.step("Comparaison et mise à jour")
                _apply(wanted)
    return [one.load for one in files]


def _kinds(sources: list[Source]) -> dict[FileKind, Source]:
    found: dict[FileKind, Source] = {}
    for source in sources:
        kind = kind_of(Lines(source).header)
        if kind is None:
            raise DomainError(
                f"« {source.name} » n'est pas un fichier de l'extraction en libre accès : titres inconnus."
            )
        if kind in found:
            raise DomainError(f"« {found[kind].name} » et « {source.name} » sont du même genre : donnez-en un seul.")
        found[kind] = source
    if FileKind.ACTIVITY not in found and not DirectoryLoad.objects.filter(
        kind=FileKind.ACTIVITY, state=LoadState.DONE
    ):
        raise DomainError("Chargez d'abord le fichier Personne_activite : les autres le complètent.")
    return found


@contextmanager
def alone() -> Generator[None]:
    """One load at a time on a base. Raises DomainError when another one runs."""
    with connection.cursor() as cursor:
        # A killed run must not work on: its session ends as soon as the socket is seen closed.
        cursor.execute("SET client_connection_check_interval = '500ms'")
        end = time.monotonic() + LOCK_PATIENCE
        while not _value(cursor, f"SELECT pg_try_advisory_lock({sql.LOCK})"):
            if time.monotonic() > end:
                raise DomainError("Un autre chargement de l'annuaire est en cours : attendez qu'il finisse.")
            time.sleep(0.2)
        try:
            yield
        finally:
            if connection.connection and not connection.connection.closed:
                cursor.execute(f"SELECT pg_advisory_unlock({sql.LOCK})")


def _value(cursor: CursorWrapper, query: str) -> object:
    cursor.execute(query)
    row = cursor.fetchone()
    return row[0] if row else None


def _begin(source: Source, kind: FileKind, scope: Scope) -> FileLoad:
    load = DirectoryLoad.objects.create(
        kind=kind, scope=scope, file_name=source.name, extracted_on=source.extracted_on, size=source.size
    )
    return FileLoad(source, kind, load)


@contextmanager
def registered(loads: list[DirectoryLoad]) -> Generator[None]:
    """Whatever stops the load is written in its lines of the register."""
    try:
        yield
    except BaseException as error:
        refused = isinstance(error, DomainError)
        state = LoadState.REFUSED if refused else LoadState.FAILED
        text = error.message if isinstance(error, DomainError) else type(error).__name__
        with suppress(DatabaseError):  # a lost connection: the next load says « interrompu »
            for one in loads:
                DirectoryLoad.objects.filter(pk=one.pk, state=LoadState.RUNNING).update(
                    state=state, error=text, finished_at=now(), sha256=one.sha256, rows=one.rows, bad_rows=one.bad_rows
                )
        raise


def _close(load: DirectoryLoad, state: LoadState, *, error: str = "") -> None:
    load.state, load.error, load.finished_at = state, error, now()
    load.save()


def _already_loaded(one: FileLoad, *, force: bool) -> bool:
    """Whether that very file is what is served; a known size is worth reading the file for its digest."""
    last = last_done(one.kind)
    sizes = {last.size} if last else set()
    with connection.cursor() as cursor:
        cursor.execute(sql.FILES_TABLE)
        sizes |= {int(str(row[0])) for row in _rows(cursor, f"SELECT size FROM {sql.STAGED_FILES}")}  # noqa: S608
    if one.source.size in sizes:
        one.load.sha256 = digest(one.source)
    if force or not last or (last.sha256, last.scope) != (one.load.sha256, one.load.scope):
        return False
    if one.kind is not FileKind.ACTIVITY and last.pk < _last_change():
        return False
    one.load.rows = last.rows
    _close(one.load, LoadState.DONE)
    return True


def last_done(kind: str) -> DirectoryLoad | None:
    """The last load of that kind that was applied."""
    return DirectoryLoad.objects.filter(kind=kind, state=LoadState.DONE).order_by("-id").first()


def _last_change() -> int:
    """The last load that changed the activities, hence the persons that the other files complete."""
    done = DirectoryLoad.objects.filter(kind=FileKind.ACTIVITY, state=LoadState.DONE)
    found = done.exclude(added=0, changed=0, gone=0).order_by("-id").first()
    return found.pk if found else 0


def _rows(cursor: CursorWrapper, query: str, parameters: object = None) -> list[tuple[object, ...]]:
    cursor.execute(query, parameters)  # type: ignore[arg-type]
    return list(cursor.fetchall())


def _stage(one: FileLoad, scope: Scope, listener: Listener) -> None:
    """Read the file into its staging table, unless that very file is there whole already."""
    if one.load.sha256 and _staged(one):
        return
    lines = Lines(one.source, listener.reading(one.source.name, one.source.size))
    local = frozenset(f"8{rpps}" for rpps in Professional.objects.exclude(rpps=None).values_list("rpps", flat=True))
    header = read_header(lines.header, one.kind)
    parser = Parser(one.kind, header, guiana=scope is Scope.GUIANA, local=local)
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in sql.stage_tables(one.kind):
            cursor.execute(statement)
        _copy(cursor, one.kind, parser.batches(lines))
        one.labels = {f"{kind}|{code}": label for (kind, code), label in parser.labels.items()}
        one.load.sha256, one.load.rows, one.load.bad_rows = lines.sha256, parser.rows, parser.bad_count
        one.note = _told(parser.bad)
        _require_few_bad(one, parser)
        cursor.execute(f"DELETE FROM {sql.STAGED_FILES} WHERE kind = %s", [one.kind])  # noqa: S608
        cursor.execute(
            f"INSERT INTO {sql.STAGED_FILES} VALUES (%s, %s, %s, %s, %s, %s, %s::jsonb)",  # noqa: S608
            [one.kind, lines.sha256, one.source.size, scope, parser.rows, parser.bad_count, json.dumps(one.labels)],
        )


def _copy(cursor: CursorWrapper, kind: FileKind, batches: Iterable[str]) -> None:
    raw = cursor.cursor  # psycopg's own: a thread feeds the base while this one reads on
    with raw.copy(sql.copy(kind), writer=QueuedLibpqWriter(raw)) as copy:
        for batch in batches:
            copy.write(batch)


def _staged(one: FileLoad) -> bool:
    with connection.cursor() as cursor:
        found = _rows(
            cursor,
            f"SELECT rows, bad_rows, labels::text FROM {sql.STAGED_FILES}"  # noqa: S608
            " WHERE kind = %s AND sha256 = %s AND scope = %s",
            [one.kind, one.load.sha256, one.load.scope],
        )
    for rows, bad_rows, labels in found:
        one.load.rows, one.load.bad_rows = int(str(rows)), int(str(bad_rows))
        one.labels = json.loads(str(labels))
    return bool(found)


def _require_few_bad(one: FileLoad, parser: Parser) -> None:
    if parser.bad_count > MAX_BAD * parser.read:
        raise DomainError(
            f"« {one.source.name} » : {parser.bad_count} lignes illisibles sur {parser.read}, plus d'une sur mille ; "
            f"rien n'est chargé. {one.note}"
        )


def _told(bad: list[BadLine]) -> str:
    """The first lines that were not understood, with their numbers."""
    return " ; ".join(f"ligne {line} : {reason}" for line, reason in bad)


def _require_plausible(one: FileLoad, scope: Scope, *, force: bool) -> None:
    """A truncated or empty extraction must not empty the directory (§2, rule 2)."""
    name, rows = one.source.name, one.load.rows
    if not rows:
        raise DomainError(f"« {name} » ne contient aucune ligne à garder.")
    if force:
        return
    how = "Vérifiez le fichier ; s'il est bon, relancez avec --force : il ne sera pas relu."
    last = last_done(one.kind)
    if last and rows < last.rows * (1 - MAX_DROP):
        raise DomainError(
            f"« {name} » a {rows} lignes, le chargement précédent {last.rows} : plus de 5 % en moins. {how}"
        )
    floor = settings.PEPITES_ANNUAIRE_MIN_ROWS
    if one.kind is FileKind.ACTIVITY and scope is Scope.FRANCE and rows < floor:
        raise DomainError(f"« {name} » a {rows} lignes, moins que le minimum attendu de {floor}. {how}")


def _apply(files: list[FileLoad]) -> None:
    """Bring the served tables to what the files say, registers included, in one transaction."""
    actor = system_actor("annuaire", channel=Channel.COMMAND)
    with unit_of_work(actor), connection.cursor() as cursor:
        for setting in ("work_mem = '192MB'", "maintenance_work_mem = '384MB'"):
            cursor.execute(f"SET LOCAL {setting}")
        for one in files:
            if one.kind is FileKind.ACTIVITY:
                _apply_activities(cursor, one.load)
            else:
                _count(cursor, one.load, sql.apply_coded(one.kind), {})
            labels = [
                {"kind": key.partition("|")[0], "code": key.partition("|")[2], "label": label}
                for key, label in one.labels.items()
            ]
            cursor.execute(sql.LABELS, {"labels": json.dumps(labels)})
            _close(one.load, LoadState.DONE, error=one.note)
            record(
                "directory.national.loaded", action="U", object_type="directory_load", object_id=one.load.pk,
                detail={"added": one.load.added, "changed": one.load.changed, "gone": one.load.gone},
            )  # fmt: skip
        _clean(cursor, files)


def _apply_activities(cursor: CursorWrapper, load: DirectoryLoad) -> None:
    for statement in sql.PREPARE:
        cursor.execute(statement)
    last = last_done(FileKind.ACTIVITY)
    if last and (last.scope, load.scope) == (Scope.FRANCE, Scope.GUIANA):
        _count(cursor, load, sql.NARROW, sql.SERVED)
    share = float(str(_value(cursor, sql.NEW_SHARE)))
    if share <= sql.BIG_SHARE:
        _count(cursor, load, sql.APPLY, sql.SERVED)
        return
    rebuild = Rebuild(cursor)
    rebuild.begin()
    _count(cursor, load, sql.APPLY, rebuild.names)
    weight = 10 if load.rows > LARGE else 1
    cursor.execute(sql.COUNT_WORDS.format(**rebuild.names, weight=weight, share=100 // weight))
    rebuild.finish()


def _count(
    cursor: CursorWrapper, load: DirectoryLoad, statements: Iterable[tuple[str, str]], names: dict[str, str]
) -> None:
    for counted, statement in statements:
        cursor.execute(statement.format(**names), {"day": today()} if "%(day)s" in statement else None)
        if counted:
            setattr(load, counted, getattr(load, counted) + cursor.rowcount)


def _clean(cursor: CursorWrapper, files: list[FileLoad]) -> None:
    for one in files:
        cursor.execute(f"DELETE FROM {sql.STAGED_FILES} WHERE kind = %s", [one.kind])  # noqa: S608
        cursor.execute(f"DROP TABLE IF EXISTS {sql.STAGE[one.kind]}")
    cursor.execute("DROP TABLE IF EXISTS directory_stage_person, directory_stage_structure")
