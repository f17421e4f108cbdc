"""Changing a definition question by question: what the builder does, without anyone seeing JSON."""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pepites.assessments.questionnaire import extensions as ext
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.values import from_json, plain, to_decimal, to_json_number

Raw = dict[str, Any]
TYPES = (
    ("choice", "Choix parmi des réponses"),
    ("boolean", "Oui ou non"),
    ("string", "Texte court"),
    ("text", "Texte long"),
    ("integer", "Nombre entier"),
    ("decimal", "Nombre à virgule"),
    ("date", "Date"),
    ("time", "Heure"),
    ("open-choice", "Choix, ou autre réponse"),
    ("quantity", "Nombre avec unité"),
    ("dateTime", "Date et heure"),
    ("url", "Adresse Internet"),
    ("attachment", "Pièce jointe (reprise d'un fichier)"),
    ("reference", "Autre ressource (reprise d'un fichier)"),
    ("group", "Partie (titre de questions)"),
    ("display", "Texte affiché"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One item of the tree, as the builder lists it."""

    link_id: str
    text: str
    type_label: str
    depth: int
    required: bool
    conditional: bool


def lines(questionnaire: Mapping[str, Any]) -> list[Line]:
    """Items in the order of the document."""
    labels = dict(TYPES)

    def visit(items: object, depth: int) -> Iterator[Line]:
        for one in ext.dicts(items):
            link, kind = str(one.get("linkId") or ""), str(one.get("type") or "")
            yield Line(
                link, str(one.get("text") or link), labels.get(kind, kind), depth, one.get("required") is True,
                bool(one.get("enableWhen")),
            )  # fmt: skip
            yield from visit(one.get("item"), depth + 1)

    return list(visit(questionnaire.get("item"), 0))


def find(questionnaire: Mapping[str, Any], link_id: str) -> Raw:
    """One item; raises ``FormError`` when it is no longer there."""
    return _holder(questionnaire, link_id)[1]


def _holder(questionnaire: Mapping[str, Any], link_id: str) -> tuple[list[Raw], Raw]:
    def visit(items: object) -> tuple[list[Raw], Raw] | None:
        for one in ext.dicts(items):
            if one.get("linkId") == link_id:
                return items, one  # type: ignore[return-value]
            if (inside := visit(one.get("item"))) is not None:
                return inside
        return None

    found = visit(questionnaire.get("item"))
    if found is None:
        raise FormError("cette question n'existe plus : rechargez la page.", link_id)
    return found


def moved(questionnaire: Mapping[str, Any], link_id: str, step: int) -> Raw:
    """The definition with an item one place up (-1) or down (1) among its neighbours."""
    made = copy.deepcopy(dict(questionnaire))
    items, one = _holder(made, link_id)
    place = items.index(one)
    target = place + step
    if 0 <= target < len(items):
        items[place], items[target] = items[target], items[place]
    return made


def removed(questionnaire: Mapping[str, Any], link_id: str) -> Raw:
    """The definition without an item and what it holds."""
    made = copy.deepcopy(dict(questionnaire))
    items, one = _holder(made, link_id)
    items.remove(one)
    return made


def with_item(
    questionnaire: Mapping[str, Any], link_id: str, parent: str, values: Mapping[str, Any]
) -> tuple[Raw, str]:
    """The definition with an item added (``link_id`` empty) or changed; what the builder does not know of it stays."""
    made = copy.deepcopy(dict(questionnaire))
    made.setdefault("item", [])
    if link_id:
        _, one = _holder(made, link_id)
    else:
        one = {"linkId": _free(made)}
        (find(made, parent).setdefault("item", []) if parent else made["item"]).append(one)
    _write(one, values)
    return made, str(one["linkId"])


def _free(questionnaire: Mapping[str, Any]) -> str:
    used = {line.link_id for line in lines(questionnaire)}
    return next(name for name in (f"q{n}" for n in range(1, 1000)) if name not in used)


def _write(one: Raw, values: Mapping[str, Any]) -> None:
    kind = str(values["type"])
    one |= {"type": kind, "text": str(values["text"]).strip()}
    asks = kind not in ("group", "display")
    for name in ("required", "repeats"):
        one.pop(name, None)
        if values.get(name) and (asks or name == "repeats") and kind != "display":
            one[name] = True
    _set_extension(one, ext.HELP, {"valueString": str(values["help"]).strip()} if values.get("help") else None)
    suffix = {"integer": "valueInteger", "decimal": "valueDecimal"}.get(kind)
    for name, url in (("minimum", ext.MIN_VALUE), ("maximum", ext.MAX_VALUE)):
        number = values.get(name)
        _set_extension(one, url, {suffix: to_json_number(number)} if suffix and number is not None else None)
    one.pop("answerOption", None)
    if kind in ("choice", "open-choice"):
        one.pop("answerValueSet", None)
        one["answerOption"] = list(values.get("options") or ())
    if len(ext.dicts(one.get("enableWhen"))) > 1:
        return  # several conditions come from an imported file: the builder keeps them as they are
    for name in ("enableWhen", "enableBehavior"):
        one.pop(name, None)
    if values.get("condition"):
        one["enableWhen"] = [values["condition"]]


def _set_extension(one: Raw, url: str, value: Raw | None) -> None:
    kept = [held for held in ext.dicts(one.get("extension")) if held.get("url") != url]
    if value is not None:
        kept.append({"url": url} | value)
    one.pop("extension", None)
    if kept:
        one["extension"] = kept


def options_from_text(text: str, kept: object = ()) -> list[Raw]:
    """Answers typed one a line, « Oui = 2 » giving two points; an answer that was there keeps its code."""
    known = {
        str(one["valueCoding"].get("display")): one["valueCoding"] for one in ext.dicts(kept) if "valueCoding" in one
    }
    found: list[Raw] = []
    for rank, line in enumerate((line.strip() for line in text.splitlines() if line.strip()), start=1):
        label, mark, typed = line.rpartition("=")
        points = to_decimal(typed) if mark else None
        if points is None:
            label = line
        label = label.strip()
        coding = known.get(label) or {"code": f"r{rank}", "display": label}
        option: Raw = {"valueCoding": coding}
        if points is not None:
            option["extension"] = [{"url": ext.ORDINAL, "valueDecimal": to_json_number(points)}]
        found.append(option)
    return _distinct(found)


def _distinct(options: list[Raw]) -> list[Raw]:
    """New codes where two answers would share one."""
    seen: set[str] = set()
    for one in options:
        coding = one["valueCoding"]
        if coding.get("code") in seen:
            free = next(code for code in (f"r{n}" for n in range(1, 1000)) if code not in seen)
            one["valueCoding"] = dict(coding) | {"code": free}
        seen.add(str(one["valueCoding"].get("code")))
    return options


def options_to_text(raw: object) -> str:
    """The same answers as they are typed."""
    found = []
    for one in ext.dicts(raw):
        value = from_json(one)
        points: Decimal | None = ext.number(one, ext.ORDINALS)
        if value is not None:
            found.append(value.text + (f" = {plain(points)}" if points is not None else ""))
    return "\n".join(found)
