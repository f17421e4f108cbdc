"""One DuckDB connection for the length of a command, its memory and threads bounded."""

import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb


class Base:
    """A DuckDB connection whose results are always read to the end (DuckDB 2 asks for it)."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Execute, result dropped."""
        self.connection.execute(statement, list(values)).fetchall()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Every row."""
        return self.connection.execute(statement, list(values)).fetchall()

    def value(self, statement: str, values: Sequence[Any] = ()) -> Any:
        """The first column of the first row."""
        return self.rows(statement, values)[0][0]

    def arrow(self, statement: str) -> Any:
        """The whole result as an Arrow table."""
        return self.connection.sql(statement).to_arrow_table()


@contextmanager
def opened(*, threads: int, memory: str = "3GB") -> Generator[Base]:
    """A base in memory that spills into a folder of its own, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="pepites-rapprochement-") as folder:
        connection = duckdb.connect()
        base = Base(connection)
        base.run(f"SET threads = {int(threads)}")
        base.run(f"SET memory_limit = '{memory}'")
        base.run(f"SET temp_directory = '{Path(folder) / 'spill'}'")
        base.run("SET preserve_insertion_order = false")
        try:
            yield base
        finally:
            connection.close()
