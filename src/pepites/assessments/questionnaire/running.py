"""Serving a definition: what a form starts with, and what the server computes from the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pepites.assessments.questionnaire.answers import Answers, Key, to_items
from pepites.assessments.questionnaire.checking import read_text
from pepites.assessments.questionnaire.enabling import without_disabled
from pepites.assessments.questionnaire.expressions import Stopwatch, TooSlow, evaluate
from pepites.assessments.questionnaire.items import Item, Questionnaire
from pepites.assessments.questionnaire.values import Coding, Value, plain, to_decimal

ROUNDS = 4  # a calculated answer may use another, and so on: that many times


@dataclass(frozen=True, slots=True)
class Person:
    """What a formula may know of the person: no name, no number."""

    age: int | None = None
    sex: str = ""
    birth_date: date | None = None

    def variables(self) -> dict[str, Any]:
        """Variables of the expressions (``%age``, ``%sex``, ``%birthDate``, and ``%patient`` with the same)."""
        gender = {"M": "male", "F": "female"}.get(self.sex, "unknown")
        born = self.birth_date.isoformat() if self.birth_date else None
        patient = {"resourceType": "Patient", "gender": gender} | ({"birthDate": born} if born else {})
        return {
            "patient": patient,
            "age": [] if self.age is None else self.age,
            "sex": gender,
            "birthDate": born or [],
            "questionnaire": [],
        }


def response_of(questionnaire: Questionnaire, answers: Answers) -> dict[str, Any]:
    """The answers as expressions read them: with points."""
    items = to_items(questionnaire, answers, ordinals=True)
    return {"resourceType": "QuestionnaireResponse", "status": "in-progress", "item": items}


def initial_answers(questionnaire: Questionnaire, person: Person) -> dict[Key, tuple[Value, ...]]:
    """What a new form starts with: given values, then ``initialExpression``, then what is calculated."""
    found: dict[Key, tuple[Value, ...]] = {}
    watch, variables = Stopwatch(), person.variables()
    for item in questionnaire.questions:
        if item.repeating:
            continue
        if item.initial:
            found[(item.link_id, ())] = item.initial if item.repeats else item.initial[:1]
        elif item.initial_expression:
            response = response_of(questionnaire, found)
            if values := _computed(item, item.initial_expression, response, variables, watch):
                found[(item.link_id, ())] = values
    return calculated(questionnaire, found, person)


def calculated(
    questionnaire: Questionnaire, answers: Answers, person: Person, watch: Stopwatch | None = None
) -> dict[Key, tuple[Value, ...]]:
    """The answers with those that the server computes, whatever was sent for them; switched off ones do not count."""
    found = dict(answers)
    if not questionnaire.calculated:
        return found
    watch, variables = watch or Stopwatch(), person.variables()
    for item in questionnaire.calculated:
        found.pop((item.link_id, ()), None)
    for _ in range(ROUNDS):
        response = response_of(questionnaire, without_disabled(questionnaire, found))
        changed = False
        for item in questionnaire.calculated:
            key: Key = (item.link_id, ())
            values = _computed(item, item.calculated_expression, response, variables, watch)
            if values != found.get(key, ()):
                changed = True
                found[key] = values
        found = {key: values for key, values in found.items() if values}
        if not changed:
            break
    return found


def ended(questionnaire: Questionnaire, answers: Answers, person: Person) -> dict[Key, tuple[Value, ...]]:
    """What an ended assessment keeps: computed again, without the questions that do not stand."""
    return without_disabled(questionnaire, calculated(questionnaire, answers, person))


def _computed(
    item: Item, expression: str, response: dict[str, Any], variables: Mapping[str, Any], watch: Stopwatch
) -> tuple[Value, ...]:
    try:
        results = evaluate(expression, response, variables, watch)
    except TooSlow:
        return ()
    values = tuple(value for result in results if (value := _as_value(item, result)) is not None)
    return values if item.repeats else values[:1]


def _as_value(item: Item, result: object) -> Value | None:
    """A result as an answer of that question: a code is looked up among its options."""
    if isinstance(result, dict):
        code = str(result.get("code") or "")
        option = item.option_of(Value("Coding", Coding(code, system=str(result.get("system") or ""))))
        return option.value if option else None
    if isinstance(result, bool):
        return Value("Boolean", result) if item.type == "boolean" else None
    if item.type == "decimal":
        number = (
            to_decimal(plain(round(Decimal(str(result)), 6))) if isinstance(result, int | float | Decimal) else None
        )
        return None if number is None else Value("Decimal", number)
    if item.options:
        option = item.option_of(Value("Coding", Coding(str(result))))
        return option.value if option else read_text(item, str(result))
    return read_text(item, str(result))
