"""Changes of a section's value, in memory; the services keep them. Each raises ``DomainError`` naming the field."""

from collections.abc import Mapping
from typing import Any

from pepites.common.errors import DomainError, NotFound
from pepites.networks.packs.schema import Field, Rows, Section, Sections, clean_values, code_for


def rows_at(section: Section, value: dict[str, Any], path: tuple[str, ...]) -> tuple[Rows, list[dict[str, Any]]]:
    """The declaration and the list in which the last code of ``path`` stands, or would stand."""
    rows, held = section.rows, value
    if rows is None:
        raise NotFound
    for code in path[:-1]:
        held = row_in(held.get(rows.name, []), code)
        rows = rows.rows
        if rows is None:
            raise NotFound
    return rows, held.setdefault(rows.name, [])


def row_in(held: list[dict[str, Any]], code: str) -> dict[str, Any]:
    """The row of that code."""
    for row in held:
        if row["code"] == code:
            return row
    raise NotFound("Cette ligne a été retirée entre-temps.")


def replace_values(section: Section, value: dict[str, Any], values: Mapping[str, Any], sections: Sections) -> None:
    """Plain values over the old ones."""
    value.update(_clean(section.fields, values, sections))


def replace_row(
    section: Section, value: dict[str, Any], path: tuple[str, ...], values: Mapping[str, Any], sections: Sections
) -> None:
    """A row's values over the old ones; its code and inner rows stay."""
    rows, held = rows_at(section, value, path)
    row_in(held, path[-1]).update(_clean(rows.fields, values, sections))


def insert_row(
    section: Section, value: dict[str, Any], parent: tuple[str, ...], values: Mapping[str, Any], sections: Sections
) -> str:
    """A new row at the end; returns its code."""
    rows, held = rows_at(section, value, (*parent, ""))
    if len(held) >= rows.most:
        raise DomainError(f"{rows.most} lignes au plus : retirez-en une d'abord.")
    clean = _clean(rows.fields, values, sections)
    code = code_for(str(clean.get(rows.title, "")), [row["code"] for row in held])
    held.append({"code": code, **clean} | ({rows.rows.name: []} if rows.rows is not None else {}))
    return code


def move(section: Section, value: dict[str, Any], path: tuple[str, ...], *, up: bool) -> None:
    """One place up or down; at the end of the list nothing moves."""
    _, held = rows_at(section, value, path)
    place = held.index(row_in(held, path[-1]))
    other = place - 1 if up else place + 1
    if 0 <= other < len(held):
        held[place], held[other] = held[other], held[place]


def remove(section: Section, value: dict[str, Any], path: tuple[str, ...]) -> None:
    """Take a row out, with its inner rows."""
    _, held = rows_at(section, value, path)
    held.remove(row_in(held, path[-1]))


def _clean(fields: tuple[Field, ...], values: Mapping[str, Any], sections: Sections) -> dict[str, Any]:
    clean, problems = clean_values(fields, values, sections)
    if problems:
        raise DomainError(problems[0].message, field=problems[0].path[0])
    return clean
