"""What two packs say differently, in words."""

from collections.abc import Mapping, Sequence
from typing import Any

from pepites.networks.packs.registry import all_sections
from pepites.networks.packs.schema import Field, Kind, Rows, title_of


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """Sentences, section by section."""
    found: list[str] = []
    for section in all_sections():
        was, now = before.get(section.key) or section.empty(), after.get(section.key) or section.empty()
        lines = _values(section.fields, was, now)
        if section.rows is not None:
            lines += _rows(section.rows, was.get(section.rows.name, []), now.get(section.rows.name, []))
        found += [f"{section.label} : {line}" for line in lines]
    return tuple(found)


def _values(fields: Sequence[Field], was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    lines = []
    for field in fields:
        old, new = was.get(field.name, field.empty()), now.get(field.name, field.empty())
        if old == new:
            continue
        if field.kind is Kind.AREA:
            lines.append(f"« {field.label} » réécrit")
        else:
            lines.append(f"« {field.label} » : {in_words(field, old)} devient {in_words(field, new)}")
    return lines


def in_words(field: Field, value: Any) -> str:
    """A value as a person reads it."""
    if field.kind is Kind.FLAG:
        return "oui" if value else "non"
    labels = dict(field.options({})) if not callable(field.choices) else {}
    if field.kind is Kind.SEVERAL:
        return ", ".join(labels.get(one, one) for one in value) or "rien"
    if value in ("", None):
        return "rien"
    return labels.get(str(value), str(value))


def _rows(rows: Rows, was: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> list[str]:
    old, new = {one["code"]: one for one in was}, {one["code"]: one for one in now}
    added, removed, changed = ("ajoutée", "retirée", "modifiée") if rows.feminine else ("ajouté", "retiré", "modifié")
    lines = [f"{rows.singular} « {title_of(rows, new[code], {})} » {added}" for code in new if code not in old]
    lines += [f"{rows.singular} « {title_of(rows, old[code], {})} » {removed}" for code in old if code not in new]
    for code in new:
        if code not in old:
            continue
        inner = _values(rows.fields, old[code], new[code])
        if rows.rows is not None:
            inner += _rows(rows.rows, old[code].get(rows.rows.name, []), new[code].get(rows.rows.name, []))
        if inner:
            lines.append(f"{rows.singular} « {title_of(rows, new[code], {})} » {changed} ({'; '.join(inner)})")
    kept = [code for code in new if code in old]
    if kept != [code for code in old if code in new]:
        lines.append("ordre changé")
    return lines
