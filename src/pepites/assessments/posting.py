"""Reading what a form posts: ``q12`` or ``q12-0`` (twelfth item, first time of its group), ``o12`` for free words of an
open choice, ``n5`` for how many times a group stands."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pepites.assessments.questionnaire.answers import MAX_ANSWERS, MAX_INSTANCES, Answers, Key, counts_of
from pepites.assessments.questionnaire.checking import WRONG, read_text
from pepites.assessments.questionnaire.enabling import enabled_keys
from pepites.assessments.questionnaire.items import GROUP, Item, Questionnaire
from pepites.assessments.questionnaire.values import Value

_NAME = re.compile(r"([qon])([0-9]{1,3})((?:-[0-9]{1,2}){0,8})")
MESSAGE = "Choisissez une des réponses proposées."


Body = Mapping[str, list[str]]
"""Every value of each name of a body."""


@dataclass(slots=True)
class Posted:
    """Answers read, what was typed, and what could not be read."""

    answers: dict[Key, tuple[Value, ...]]
    typed: dict[Key, list[str]] = field(default_factory=dict)
    errors: dict[Key, str] = field(default_factory=dict)
    counts: dict[Key, int] = field(default_factory=dict)


def is_filled(item: Item) -> bool:
    """Whether a person fills it: neither computed, nor shown only, nor of a type that no screen takes."""
    return item.asks and not (
        item.read_only or item.hidden or item.calculated_expression or item.type in ("attachment", "reference")
    )


def read_post(questionnaire: Questionnaire, body: Body, stored: Answers) -> Posted:
    """Read a form over what is stored: what was not on the page (switched off, computed) is kept as it was."""
    shown = enabled_keys(questionnaire, stored)
    kept = {
        key: values
        for key, values in stored.items()
        if key not in shown or not is_filled(questionnaire.by_link[key[0]])
    }
    posted = Posted(answers=kept)
    for name, values in body.items():
        if found := _NAME.fullmatch(name):
            _read_one(questionnaire, found, values, posted)
    for key, typed in posted.typed.items():
        _read_answers(questionnaire.by_link[key[0]], key, typed, posted)
    answered = counts_of(questionnaire, posted.answers)
    for key, count in answered.items():
        posted.counts[key] = max(count, posted.counts.get(key, 1))
    return posted


def _read_one(questionnaire: Questionnaire, found: re.Match[str], values: list[str], posted: Posted) -> None:
    kind, number = found.group(1), int(found.group(2))
    index = tuple(int(part) for part in found.group(3).split("-") if part)
    if number >= len(questionnaire.all_items):
        return
    item = questionnaire.all_items[number]
    if len(index) != item.repeating or any(one >= MAX_INSTANCES for one in index):
        return
    key = (item.link_id, index)
    if kind == "n":
        if item.type == GROUP and values and values[-1].isascii() and values[-1].isdigit():
            posted.counts[key] = min(max(int(values[-1][:3]), 1), MAX_INSTANCES)
    elif is_filled(item) and (kind == "q" or item.type == "open-choice"):
        texts = [text for text in values if text.strip()][:MAX_ANSWERS]
        posted.typed.setdefault(key, []).extend(texts)


def _read_answers(item: Item, key: Key, typed: list[str], posted: Posted) -> None:
    values = [read_text(item, text) for text in typed]
    if any(value is None for value in values):
        posted.errors[key] = WRONG.get(item.type, MESSAGE)
    posted.answers.pop(key, None)
    read = tuple(value for value in values if value is not None)
    if read:
        posted.answers[key] = read


def add_one(questionnaire: Questionnaire, posted: Posted, name: str) -> None:
    """One more time of the repeating group whose count is called ``name``."""
    found = _NAME.fullmatch(name)
    if found is None or found.group(1) != "n" or int(found.group(2)) >= len(questionnaire.all_items):
        return
    item = questionnaire.all_items[int(found.group(2))]
    key = (item.link_id, tuple(int(part) for part in found.group(3).split("-") if part))
    if item.type == GROUP and item.repeats:
        posted.counts[key] = min(posted.counts.get(key, 1) + 1, MAX_INSTANCES)


def name_of(kind: str, number: int, index: tuple[int, ...]) -> str:
    """The name a page gives to an answer or to a count."""
    return f"{kind}{number}" + "".join(f"-{one}" for one in index)
