"""Tables of a person's file whose rows are sorted when a merge is undone (RNIV-13): each app declares its own.

A table with ``patient_id`` that is neither declared nor left out, with the reason, fails a test.
"""

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SortedTable:
    """What a row of the table is, in French; the columns of its moment and of its author's practice, if any.

    ``frozen``: the table takes nothing new while two persons are mixed in the file (RNIV-14).
    """

    name: str
    label: str
    at: str = ""
    author: str = ""
    frozen: bool = False


_sorted: dict[str, SortedTable] = {}
_left_out: dict[str, str] = {}


def sort_rows_of(*tables: SortedTable) -> None:
    """Declare tables to sort; called in an app's ``ready()``."""
    for table in tables:
        _sorted[table.name] = table


def leave_out(reason: str, *tables: str) -> None:
    """Tables whose rows need no sorting, and why."""
    for table in tables:
        _left_out[table] = reason


def sorted_tables() -> dict[str, SortedTable]:
    """Declared tables, by name."""
    return dict(_sorted)


def tables_left_out() -> dict[str, str]:
    """Tables left out, with the reason of each."""
    return dict(_left_out)


def tables_to_sort() -> str:
    """Declared tables as the functions of the database read them: JSON of name, moment and author."""
    return json.dumps([{"name": one.name, "at": one.at, "author": one.author} for one in _sorted.values()])
