"""Loads a FINESS extraction: staged by COPY, compared, then applied, in one transaction (annuaire §2, rule 2)."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from pepites.audit.unit import record, unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError
from pepites.directory.enums import LoadState, Scope
from pepites.directory.finess.columns import GUIANA, KEPT, BadStructure, read_first, read_line
from pepites.directory.models import DirectoryLoad
from pepites.directory.national.loading import MAX_BAD, MAX_DROP, Listener, alone, last_done, registered
from pepites.directory.national.reading import MAX_LINE, Source, sources_of

KIND: Final = "finess"
MIN_ROWS: Final = 50_000  # the whole country has about a hundred thousand establishments (to verify)
TOLD: Final = 5
STAGE, SERVED = "directory_stage_finess", "directory_finessstructure"
_DEPARTMENT: Final = KEPT.index("department")
_COLUMNS: Final = ", ".join(KEPT)
_DIGEST: Final = "hashtextextended(" + " || '|' || ".join(KEPT) + ", 0)"
_ESCAPED: Final = str.maketrans({"\\": "/", "\t": " ", "\r": " ", "\n": " ", "\0": " "})


@dataclass
class Reading:
    """The lines of one file, as COPY takes them; what was seen on the way."""

    source: Source
    scope: Scope
    advance: Callable[[int], None]
    rows: int = 0
    read: int = 0
    bad: list[str] = field(default_factory=list)
    bad_rows: int = 0
    day: str = ""
    sha256: str = ""

    def __iter__(self) -> Iterator[str]:
        digest = hashlib.sha256()
        with self.source.open() as file:
            number = 0
            while raw := file.readline(MAX_LINE + 1):
                if len(raw) > MAX_LINE:
                    raise DomainError(f"« {self.source.name} » a une ligne trop longue : ce n'est pas une extraction.")
                number += 1
                digest.update(raw)
                self.advance(len(raw))
                text = _decoded(raw)
                if number == 1:
                    self.day = read_first(text, self.source.name)
                elif text:
                    yield from self._kept(text, number)
        self.sha256 = digest.hexdigest()

    def _kept(self, text: str, number: int) -> Iterator[str]:
        try:
            fields = read_line(text)
        except BadStructure as problem:
            self.read, self.bad_rows = self.read + 1, self.bad_rows + 1
            if len(self.bad) < TOLD:
                self.bad.append(f"ligne {number} : {problem}")
            return
        if fields is None:
            return
        self.read += 1
        if self.scope is Scope.GUIANA and fields[_DEPARTMENT] not in GUIANA:
            return
        self.rows += 1
        yield "\t".join(one.translate(_ESCAPED) for one in fields) + "\n"


def _decoded(raw: bytes) -> str:
    """UTF-8, else the Latin-1 of the older files."""
    try:
        return raw.decode("utf-8").lstrip("\ufeff").strip("\r\n")
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip("\r\n")


def load_structures(path: Path, *, scope: Scope, force: bool, listener: Listener) -> DirectoryLoad:
    """Load one extraction; gives its line of the register. Raises DomainError, its French reason being registered:
    what was served still is."""
    sources = sources_of((path,))
    if len(sources) > 1:
        raise DomainError("Ce ZIP a plusieurs fichiers : donnez celui des structures.")
    source = sources[0]
    with alone():
        load = DirectoryLoad.objects.create(
            kind=KIND, scope=scope, file_name=source.name, extracted_on=source.extracted_on, size=source.size
        )
        with registered([load]):
            return _load(load, source, scope, force=force, listener=listener)


def _load(load: DirectoryLoad, source: Source, scope: Scope, *, force: bool, listener: Listener) -> DirectoryLoad:
    last = last_done(KIND)
    reading = Reading(source, scope, listener.reading(source.name, source.size))
    with unit_of_work(system_actor("finess", channel=Channel.COMMAND)), transaction.atomic():
        with connection.cursor() as cursor:
            _stage(cursor, reading)
            load.sha256, load.rows, load.bad_rows = reading.sha256, reading.rows, reading.bad_rows
            load.extracted_on = _day(reading.day) or load.extracted_on
            _require_plausible(reading, last, scope, force=force)
            listener.step("Comparaison et mise à jour")
            _apply(cursor, load, scope)
        load.state, load.error, load.finished_at = LoadState.DONE, " ; ".join(reading.bad), now()
        load.save()
        record(
            "directory.national.loaded", action="U", object_type="directory_load", object_id=load.pk,
            detail={"kind": KIND, "added": load.added, "changed": load.changed, "gone": load.gone},
        )  # fmt: skip
    return load


def _stage(cursor: CursorWrapper, reading: Reading) -> None:
    columns = ", ".join(f"{one} text NOT NULL" for one in KEPT)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{STAGE}")
    cursor.execute(f"CREATE TEMP TABLE {STAGE} ({columns}) ON COMMIT DROP")
    with cursor.cursor.copy(f"COPY {STAGE} ({_COLUMNS}) FROM STDIN") as copy:
        for line in reading:
            copy.write(line)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _require_plausible(reading: Reading, last: DirectoryLoad | None, scope: Scope, *, force: bool) -> None:
    """A truncated extraction must not empty the register."""
    name = reading.source.name
    if reading.bad_rows > MAX_BAD * reading.read:
        raise DomainError(
            f"« {name} » : {reading.bad_rows} lignes illisibles sur {reading.read}, plus d'une sur mille ; rien n'est"
            f" chargé. {' ; '.join(reading.bad)}"
        )
    if not reading.rows:
        raise DomainError(f"« {name} » ne contient aucune structure à garder.")
    if force:
        return
    how = "Vérifiez le fichier ; s'il est bon, relancez avec --force."
    if last and last.scope == scope and reading.rows < last.rows * (1 - MAX_DROP):
        raise DomainError(
            f"« {name} » a {reading.rows} structures, le chargement précédent {last.rows} : plus de 5 % en moins. {how}"
        )
    if scope is Scope.FRANCE and reading.rows < MIN_ROWS:
        raise DomainError(f"« {name} » a {reading.rows} structures, moins que le minimum attendu de {MIN_ROWS}. {how}")


def _apply(cursor: CursorWrapper, load: DirectoryLoad, scope: Scope) -> None:
    """Of a structure written twice, the same line wins whatever their order; one that is gone stays, marked."""
    new = f"(SELECT DISTINCT ON (finess) *, {_DIGEST} AS digest FROM {STAGE} ORDER BY finess, {_DIGEST}) s"  # noqa: S608
    values = ", ".join(f"{one} = s.{one}" for one in (*KEPT[1:], "digest"))
    cursor.execute(
        f"UPDATE {SERVED} f SET {values}, active = true, missing_since = NULL FROM {new}"  # noqa: S608
        " WHERE f.finess = s.finess AND (f.digest <> s.digest OR NOT f.active)"
    )
    load.changed = cursor.rowcount
    if scope is Scope.GUIANA:  # the others did not leave the register: they are no longer kept
        cursor.execute(f"DELETE FROM {SERVED} WHERE NOT department = ANY(%s)", [sorted(GUIANA)])  # noqa: S608
        load.gone = cursor.rowcount
    cursor.execute(
        f"UPDATE {SERVED} f SET active = false, missing_since = %s WHERE active"  # noqa: S608
        f" AND NOT EXISTS (SELECT FROM {STAGE} s WHERE s.finess = f.finess)",
        [today()],
    )
    load.gone += cursor.rowcount
    cursor.execute(
        f"INSERT INTO {SERVED} ({_COLUMNS}, digest, active) SELECT {_COLUMNS}, digest, true FROM {new}"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {SERVED} f WHERE f.finess = s.finess)"
    )
    load.added = cursor.rowcount
