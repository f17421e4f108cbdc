"""What the screens of a pack print, made ready."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import BoundField

from pepites.common.errors import NotFound
from pepites.networks.models import Network
from pepites.networks.packs.comparing import differences, in_words
from pepites.networks.packs.editing import row_in, rows_at
from pepites.networks.packs.forms import ValuesForm
from pepites.networks.packs.models import NetworkPack
from pepites.networks.packs.registry import all_sections, clean_pack, empty_pack, section_named
from pepites.networks.packs.schema import CODE, Field, Kind, Problem, Rows, Section, Sections, title_of
from pepites.networks.packs.selectors import filled, in_force


@dataclass(frozen=True, slots=True)
class RowLine:
    """One row of a list: its title, what it says, where it stands."""

    path: str
    title: str
    summary: str
    inner: tuple["RowLine", ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A form and, below it, the rows that hang from it. ``parents`` are (title, path) up to the section."""

    section: Section
    title: str
    lead: str
    fields: tuple[Field, ...]
    values: Mapping[str, Any]
    rows: Rows | None
    lines: tuple[RowLine, ...]
    path: str = ""
    parent: str = ""
    parent_title: str = ""
    new: bool = False


def codes(text: str) -> tuple[str, ...]:
    """The codes of an address, two at most."""
    parts = tuple(part for part in text.split("/") if part)
    if len(parts) > 2 or any(not CODE.fullmatch(part) for part in parts):
        raise NotFound
    return parts


def part(section: Section, pack: NetworkPack | None) -> dict[str, Any]:
    """A section on the list of sections: what it holds, in one line."""
    value = filled(section, pack.sections.get(section.key) if pack else None)
    said: list[str] = []
    if section.rows is not None:
        count = len(value[section.rows.name])
        said.append(f"{count} {section.rows.singular.lower()}{'s' if count > 1 else ''}" if count else "rien encore")
    else:
        said += [in_words(field, value[field.name]) for field in section.fields[:2] if field.kind is not Kind.AREA]
    return {"section": section, "summary": ", ".join(one for one in said if one)}


def section_page(draft: NetworkPack, key: str) -> Page:
    """A whole section."""
    section, value = _value(draft, key)
    lines = _lines(section.rows, value[section.rows.name], draft.sections) if section.rows else ()
    return Page(section, section.label, section.lead, section.fields, value, section.rows, lines)


def new_row_page(draft: NetworkPack, key: str, parent: tuple[str, ...]) -> Page:
    """A row to come."""
    section, value = _value(draft, key)
    rows, _ = rows_at(section, value, (*parent, ""))
    above = _title_of(draft, section, value, parent)
    adding = (
        "Nouvelle ligne"
        if not rows.singular
        else f"{'Nouvelle' if rows.feminine else 'Nouveau'} : {rows.singular.lower()}"
    )
    return Page(section, adding, "", rows.fields, {}, rows.rows, (), "", "/".join(parent), above, new=True)


def row_page(draft: NetworkPack, key: str, path: tuple[str, ...]) -> Page:
    """One row and what it holds."""
    section, value = _value(draft, key)
    if not path:
        raise NotFound
    rows, held = rows_at(section, value, path)
    row = row_in(held, path[-1])
    inner = _lines(rows.rows, row.get(rows.rows.name, []), draft.sections, path) if rows.rows else ()
    title = title_of(rows, row, draft.sections)
    above = _title_of(draft, section, value, path[:-1])
    return Page(section, title, "", rows.fields, row, rows.rows, inner, "/".join(path), "/".join(path[:-1]), above)


def controls(form: ValuesForm) -> list[dict[str, Any]]:
    """The fields of a form with the component that prints each."""
    return [{"field": form[field.name], "as": _component(form[field.name], field)} for field in form.declared]


def preview(network: Network, draft: NetworkPack) -> dict[str, Any]:
    """The whole draft to read, what it changes, what is to mend."""
    current = in_force(network.pk)
    _, problems = clean_pack(draft.sections)
    return {
        "parts": [_read(section, draft.sections) for section in all_sections()],
        "changes": differences(current.sections if current else empty_pack(), draft.sections),
        "problems": [_in_words(key, problem) for key, problem in problems],
        "first": current is None,
    }


def _value(draft: NetworkPack, key: str) -> tuple[Section, dict[str, Any]]:
    section = section_named(key)
    if section is None:
        raise NotFound
    return section, filled(section, draft.sections.get(key))


def _title_of(draft: NetworkPack, section: Section, value: dict[str, Any], path: tuple[str, ...]) -> str:
    if not path:
        return section.label
    rows, held = rows_at(section, value, path)
    return title_of(rows, row_in(held, path[-1]), draft.sections)


def _lines(
    rows: Rows, held: Sequence[Mapping[str, Any]], sections: Sections, above: tuple[str, ...] = ()
) -> tuple[RowLine, ...]:
    return tuple(
        RowLine(
            "/".join((*above, row["code"])),
            title_of(rows, row, sections),
            _summary(rows.fields, row, rows.title, sections),
            _lines(rows.rows, row.get(rows.rows.name, []), sections, (*above, row["code"])) if rows.rows else (),
        )
        for row in held
    )


def _summary(fields: Sequence[Field], row: Mapping[str, Any], title: str, sections: Sections) -> str:
    said = []
    for field in fields:
        value = row.get(field.name)
        if field.name == title or value in ("", None, False, []) or field.kind is Kind.AREA:
            continue
        if field.kind is Kind.FLAG:
            said.append(field.label.lower())
        else:
            labels = dict(field.options(sections))
            several = value if isinstance(value, list) else [value]
            said.append(field.in_a_list(", ".join(labels.get(str(one), str(one)) for one in several)))
    return ", ".join(said)


def _read(section: Section, sections: Sections) -> dict[str, Any]:
    value = filled(section, sections.get(section.key))
    facts = [(field.label, _told(field, value[field.name], sections)) for field in section.fields]
    lines = _lines(section.rows, value[section.rows.name], sections) if section.rows else ()
    return {"section": section, "facts": facts, "lines": lines}


def _told(field: Field, value: Any, sections: Sections) -> str:
    labels = dict(field.options(sections))
    if field.kind is Kind.SEVERAL:
        return ", ".join(labels.get(one, one) for one in value) or "rien"
    return labels.get(str(value), in_words(field, value))


def _component(bound: BoundField, field: Field) -> str:
    if field.kind is Kind.FLAG:
        return "checkbox"
    several = field.kind is Kind.SEVERAL
    return "choices" if several or type(bound.field.widget).__name__ == "RadioSelect" else "field"


def _in_words(key: str, problem: Problem) -> dict[str, str]:
    section = section_named(key)
    return {
        "where": " > ".join((section.label if section else key, *problem.path)),
        "message": problem.message,
        "key": key if section else "",
    }
