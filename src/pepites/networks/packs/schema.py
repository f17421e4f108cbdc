"""What a section of a pack may hold: a small closed language of fields and rows, so that one editor serves them all."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Sections = Mapping[str, Any]
Options = tuple[tuple[str, str], ...]

CODE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
CODE_LENGTH: Final = 40
LINKED: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")


class Kind(StrEnum):
    """Kinds of field."""

    TEXT = "text"
    AREA = "area"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    SEVERAL = "several"
    LINK = "link"  # a code of something kept elsewhere, that another platform may not have


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; ``path`` names the rows on the way, then the field."""

    path: tuple[str, ...]
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value. ``longest`` counts characters; ``least`` and ``most`` bound a number; ``choices`` may depend on the
    other sections of the same pack (the forms a step may ask for)."""

    name: str
    label: str
    kind: Kind = Kind.TEXT
    hint: str = ""
    required: bool = False
    longest: int = 120
    least: int = 0
    most: int = 3660
    choices: Options | Callable[[Sections], Sequence[tuple[str, str]]] = ()
    default: Any = None
    said: str = ""  # how a list says the value, « {} » in its place; else the label before it

    def options(self, sections: Sections) -> Options:
        """The values one may choose, each with its label."""
        return tuple(self.choices(sections)) if callable(self.choices) else self.choices

    def in_a_list(self, value: str) -> str:
        """The value as a line of a list says it."""
        return self.said.format(value) if self.said else f"{self.label.lower()} : {value}"

    def empty(self) -> Any:
        """The value of a field that nobody filled."""
        if self.default is not None:
            return list(self.default) if self.kind is Kind.SEVERAL else self.default
        return {Kind.FLAG: False, Kind.NUMBER: None, Kind.SEVERAL: []}.get(self.kind, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A list of rows, each with a code that never changes; a row may hold rows of its own, one level down."""

    name: str
    label: str
    singular: str
    fields: tuple[Field, ...]
    rows: "Rows | None" = None
    most: int = 40
    title: str = "title"
    feminine: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a pack, declared by the app that reads it. ``check`` sees a clean value and the other sections."""

    key: str
    label: str
    lead: str
    icon: str
    fields: tuple[Field, ...] = ()
    rows: Rows | None = None
    order: int = 50
    check: Callable[[Mapping[str, Any], Sections], Sequence[Problem]] | None = None

    def empty(self) -> dict[str, Any]:
        """The value of the section where the network set nothing."""
        value = {field.name: field.empty() for field in self.fields}
        return value | ({self.rows.name: []} if self.rows else {})


def code_for(title: str, taken: Sequence[str]) -> str:
    """A code made of a title, once; ``taken`` are those of its neighbours."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[: CODE_LENGTH - 4].strip("-") or "ligne"
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base}-{number}"
    return code


def clean_section(section: Section, raw: object, sections: Sections) -> tuple[dict[str, Any], list[Problem]]:
    """A section's value made sound, and what must be mended; unknown names are refused, as a misspelt one would be."""
    if not isinstance(raw, Mapping):
        return section.empty(), [Problem((), "Cette partie n'a pas la forme attendue.")]
    value, problems = clean_values(section.fields, raw, sections)
    known = {field.name for field in section.fields}
    if section.rows is not None:
        known.add(section.rows.name)
        value[section.rows.name], found = clean_rows(section.rows, raw.get(section.rows.name, []), sections)
        problems += found
    problems += _unknown(raw, known)
    if not problems and section.check is not None:
        problems += section.check(value, sections)
    return value, problems


def clean_rows(rows: Rows, raw: object, sections: Sections) -> tuple[list[dict[str, Any]], list[Problem]]:
    """A list of rows made sound."""
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return [], [Problem((rows.name,), f"« {rows.label} » doit être une liste.")]
    if len(raw) > rows.most:
        return [], [Problem((rows.name,), f"« {rows.label} » : {rows.most} lignes au plus.")]
    cleaned: list[dict[str, Any]] = []
    problems: list[Problem] = []
    taken: set[str] = set()
    for place, one in enumerate(raw, start=1):
        code = one.get("code") if isinstance(one, Mapping) else None
        if not isinstance(code, str) or not CODE.fullmatch(code) or code in taken:
            problems.append(Problem((rows.name, str(place)), "Code absent, mal formé ou en double."))
            continue
        taken.add(code)
        value, found = clean_row(rows, one, sections)
        problems += [Problem((code, *problem.path), problem.message) for problem in found]
        cleaned.append({"code": code, **value})
    return cleaned, problems


def clean_row(rows: Rows, raw: Mapping[str, Any], sections: Sections) -> tuple[dict[str, Any], list[Problem]]:
    """One row made sound, without its code."""
    value, problems = clean_values(rows.fields, raw, sections)
    known = {"code", *(field.name for field in rows.fields)}
    if rows.rows is not None:
        known.add(rows.rows.name)
        value[rows.rows.name], found = clean_rows(rows.rows, raw.get(rows.rows.name, []), sections)
        problems += found
    return value, problems + _unknown(raw, known)


def clean_values(
    fields: Sequence[Field], raw: Mapping[str, Any], sections: Sections
) -> tuple[dict[str, Any], list[Problem]]:
    """Plain values made sound, field by field."""
    value: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in fields:
        given = raw.get(field.name, field.empty())
        found, message = _CLEANERS[field.kind](field, given, sections)
        value[field.name] = found
        if message:
            problems.append(Problem((field.name,), message))
    return value, problems


def title_of(rows: Rows, row: Mapping[str, Any], sections: Sections) -> str:
    """What a row is called: its title, the label of the value when it is chosen from a list, else its code."""
    value = str(row.get(rows.title) or "")
    options = next((field.options(sections) for field in rows.fields if field.name == rows.title), ())
    return dict(options).get(value, value) or str(row.get("code") or rows.singular)


def _unknown(raw: Mapping[str, Any], known: set[str]) -> list[Problem]:
    names = sorted(str(name)[:40] for name in raw if name not in known)
    return [Problem((name,), f"« {name} » n'existe pas dans cette partie.") for name in names]


def _text(field: Field, given: object, _: Sections) -> tuple[str, str]:
    if not isinstance(given, str):
        return "", f"« {field.label} » doit être un texte."
    text = given.replace("\r\n", "\n").strip()
    if field.kind is Kind.TEXT:
        text = " ".join(text.split())
    if any(unicodedata.category(letter) in {"Cc", "Cs", "Co"} and letter != "\n" for letter in text):
        return "", f"« {field.label} » contient un caractère qui ne s'affiche pas : retapez-le."
    if len(text) > field.longest:
        return text, f"« {field.label} » : {field.longest} caractères au plus."
    return text, f"Remplissez « {field.label} »." if field.required and not text else ""


def _number(field: Field, given: object, _: Sections) -> tuple[int | None, str]:
    if given is None or given == "":
        return None, f"Donnez un nombre pour « {field.label} »." if field.required else ""
    if isinstance(given, bool) or not isinstance(given, int) or not field.least <= given <= field.most:
        return None, f"« {field.label} » : un nombre entier de {field.least} à {field.most}."
    return given, ""


def _flag(field: Field, given: object, _: Sections) -> tuple[bool, str]:
    return (given, "") if isinstance(given, bool) else (False, f"« {field.label} » : oui ou non.")


def _choice(field: Field, given: object, sections: Sections) -> tuple[str, str]:
    values = {value for value, _ in field.options(sections)}
    if given in ("", None) and not field.required:
        return "", ""
    if not isinstance(given, str) or given not in values:
        return "", f"Choisissez une valeur de la liste pour « {field.label} »."
    return given, ""


def _several(field: Field, given: object, sections: Sections) -> tuple[list[str], str]:
    values = [value for value, _ in field.options(sections)]
    if not isinstance(given, Sequence) or isinstance(given, str) or any(one not in values for one in given):
        return [], f"Choisissez parmi la liste pour « {field.label} »."
    chosen = [value for value in values if value in given]
    return chosen, f"Choisissez au moins une valeur pour « {field.label} »." if field.required and not chosen else ""


def _link(field: Field, given: object, _: Sections) -> tuple[str, str]:
    if given in ("", None):
        return "", f"Choisissez une valeur pour « {field.label} »." if field.required else ""
    if not isinstance(given, str) or not LINKED.fullmatch(given):
        return "", f"« {field.label} » : ce code est mal formé."
    return given, ""


_CLEANERS: Final[dict[Kind, Callable[[Field, Any, Sections], tuple[Any, str]]]] = {
    Kind.TEXT: _text,
    Kind.AREA: _text,
    Kind.NUMBER: _number,
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.SEVERAL: _several,
    Kind.LINK: _link,
}
