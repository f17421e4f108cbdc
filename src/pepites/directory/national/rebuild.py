"""Builds tables anew beside the served ones, then takes their place: quicker than changing most of their rows.

Readers keep the old tables until the commit, and wait for nothing but the exchange of names.
"""

import time
from typing import Any, Final

from django.db import OperationalError, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import DeadlockDetected, LockNotAvailable

from pepites.common.rls import WEB, WORKER
from pepites.directory.national.sql import SERVED

READING_ORDER: Final = ("word", "activity", "person", "structure")
LOCK_ATTEMPTS: Final = 200
LOCK_PAUSE: Final = 3.0  # seconds
_PREFIX: Final = "new_"
_INDEXES: Final = (
    "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid), c.conname, c.contype FROM pg_index i"
    " LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u') AND c.conrelid = i.indrelid"
    " WHERE i.indrelid = %s::regclass ORDER BY i.indexrelid"
)

Index = tuple[str, str, str | None, str | None]


class Rebuild:
    """The four tables of one load, inside its transaction."""

    def __init__(self, cursor: CursorWrapper) -> None:
        self._cursor = cursor
        self.names = {key: f"{_PREFIX}{table}" for key, table in SERVED.items()}
        self._indexes: dict[str, list[Index]] = {}

    def begin(self) -> None:
        """New tables without indexes, with the rows there were."""
        for key, table in SERVED.items():
            new = self.names[key]
            self._indexes[key] = self._index_definitions(table)
            self._cursor.execute(f"DROP TABLE IF EXISTS {new}")
            self._cursor.execute(f"CREATE TABLE {new} (LIKE {table} INCLUDING ALL EXCLUDING INDEXES)")
            self._cursor.execute(f"INSERT INTO {new} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")  # noqa: S608
            self._cursor.execute(f"GRANT SELECT ON {new} TO {WEB}, {WORKER}")

    def finish(self) -> None:
        """Index the new tables, then give them the names of the old ones."""
        for key in SERVED:
            for name, definition, _, _ in self._indexes[key]:
                head, _, tail = definition.partition(" USING ")
                unique = "UNIQUE " if head.startswith("CREATE UNIQUE") else ""
                self._cursor.execute(f"CREATE {unique}INDEX {_PREFIX}{name} ON {self.names[key]} USING {tail}")
            self._cursor.execute(f"ANALYZE {self.names[key]}")
        self._lock()
        for key, table in SERVED.items():
            self._exchange(table, self.names[key], self._indexes[key])

    def _lock(self) -> None:
        """Take the served tables, in the order readers take them: neither ever waits for the other's.

        While somebody reads for long (a backup), try again and again: a lock waited for would stop every other reader.
        """
        for attempt in range(LOCK_ATTEMPTS):
            try:
                with transaction.atomic():
                    self._cursor.execute("SET LOCAL lock_timeout = '1s'")
                    self._cursor.execute(f"LOCK TABLE {', '.join(SERVED[key] for key in READING_ORDER)}")
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected) or attempt == LOCK_ATTEMPTS - 1:
                    raise
                time.sleep(LOCK_PAUSE)
            else:
                return

    def _exchange(self, table: str, new: str, indexes: list[Index]) -> None:
        self._cursor.execute(f"DROP TABLE {table}")
        self._cursor.execute(f"ALTER TABLE {new} RENAME TO {table}")
        for name, _, constraint, kind in indexes:
            self._cursor.execute(f"ALTER INDEX {_PREFIX}{name} RENAME TO {name}")
            if constraint:
                what = "PRIMARY KEY" if kind == "p" else "UNIQUE"
                self._cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {what} USING INDEX {name}")

    def _index_definitions(self, table: str) -> list[Index]:
        self._cursor.execute(_INDEXES, [table])
        rows: list[Any] = self._cursor.fetchall()
        return [(row[0], row[1], row[2], row[3]) for row in rows]
