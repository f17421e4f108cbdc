"""Answers by question, and their FHIR form (QuestionnaireResponse.item) both ways.

A key is a linkId and the position in each repeating group above it: ``("nom", (1,))`` is the second child's name.
What hangs under an answer (items of a question) hangs under its first answer.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.expressions import ORDINAL
from pepites.assessments.questionnaire.items import GROUP, KINDS, Item, Questionnaire
from pepites.assessments.questionnaire.values import Value, from_json, to_json, to_json_number

Key = tuple[str, tuple[int, ...]]
Answers = Mapping[Key, tuple[Value, ...]]
MAX_INSTANCES = 50
MAX_ANSWERS = 300


def counts_of(questionnaire: Questionnaire, answers: Answers) -> dict[Key, int]:
    """How many times each repeating group stands, by its own key; a group without answers stands once."""
    above = questionnaire.repeating_above
    counts: dict[Key, int] = {}
    for link, index in answers:
        if not index:
            continue
        for depth, group in enumerate(above.get(link, ())):
            key = (group, index[:depth])
            counts[key] = max(counts.get(key, 1), index[depth] + 1)
    return counts


def places(item: Item, index: tuple[int, ...], counts: Mapping[Key, int]) -> Iterator[tuple[int, ...]]:
    """Index under which the items of ``item`` stand: one, or one for each time a repeating group stands."""
    if item.type == GROUP and item.repeats:
        for number in range(counts.get((item.link_id, index), 1)):
            yield (*index, number)
    else:
        yield index


def to_items(questionnaire: Questionnaire, answers: Answers, *, ordinals: bool = False) -> list[dict[str, Any]]:
    """``QuestionnaireResponse.item``; with ``ordinals`` each coded answer carries its points, for ``ordinal()``."""
    counts = counts_of(questionnaire, answers)

    def one(item: Item, index: tuple[int, ...]) -> Iterator[dict[str, Any]]:
        head = {"linkId": item.link_id} | ({"text": item.text} if item.text else {})
        if item.type == GROUP:
            for place in places(item, index, counts):
                if inside := below(item.items, place):
                    yield head | {"item": inside}
            return
        values = answers.get((item.link_id, index), ())
        inside = below(item.items, index) if item.items else []
        written = [_with_points(item, value) if ordinals else to_json(value) for value in values]
        if written and inside:
            written[0] = written[0] | {"item": inside}
        if written:
            yield head | {"answer": written}
        elif inside:  # R4 allows the items of a question that has no answer only under an answer: they are kept beside
            yield head | {"item": inside}

    def below(items: tuple[Item, ...], index: tuple[int, ...]) -> list[dict[str, Any]]:
        return [made for item in items for made in one(item, index)]

    return below(questionnaire.items, ())


def _with_points(item: Item, value: Value) -> dict[str, Any]:
    made = to_json(value)
    option = item.option_of(value) if item.options else None
    if option is not None and option.ordinal is not None and "valueCoding" in made:
        points = [{"url": ORDINAL, "valueDecimal": to_json_number(option.ordinal)}]
        made["valueCoding"] = made["valueCoding"] | {"extension": points}
    return made


def from_items(questionnaire: Questionnaire, raw: object) -> dict[Key, tuple[Value, ...]]:
    """The answers of a QuestionnaireResponse; a question the definition does not have is refused."""
    found: dict[Key, tuple[Value, ...]] = {}

    def visit(items: object, index: tuple[int, ...], allowed: tuple[Item, ...]) -> None:
        names = {item.link_id: item for item in allowed}
        numbers: dict[str, int] = {}
        for one in items if isinstance(items, list) else ():
            link = str(one.get("linkId")) if isinstance(one, dict) else ""
            item = names.get(link)
            if item is None:
                raise FormError("cette réponse n'est pas à sa place dans le questionnaire.", link or "?")
            place = index
            if item.type == GROUP and item.repeats:
                number = numbers[link] = numbers.get(link, -1) + 1
                if number >= MAX_INSTANCES:
                    raise FormError(f"plus de {MAX_INSTANCES} fois le même groupe.", link)
                place = (*index, number)
            visit(one.get("item"), place, item.items)
            for answer in _answers(item, one, found, index):
                visit(answer.get("item"), place, item.items)

    visit(raw, (), questionnaire.items)
    return found


def _answers(
    item: Item, one: dict[str, Any], found: dict[Key, tuple[Value, ...]], index: tuple[int, ...]
) -> list[dict[str, Any]]:
    listed = one.get("answer")
    answers = [answer for answer in listed if isinstance(answer, dict)] if isinstance(listed, list) else []
    if len(answers) > MAX_ANSWERS:
        raise FormError("trop de réponses.", item.link_id)
    values = tuple(value for answer in answers if (value := from_json(answer)) is not None)
    if any(value.kind not in KINDS[item.type] for value in values):
        raise FormError("la réponse n'est pas du type de la question.", item.link_id)
    if values:
        found[(item.link_id, index)] = values
    return answers
