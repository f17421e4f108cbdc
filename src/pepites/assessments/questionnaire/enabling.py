"""``enableWhen``: which questions stand, given the answers (R4 §Questionnaire.item.enableWhen)."""

from collections.abc import Mapping
from decimal import Decimal

from pepites.assessments.questionnaire.answers import Answers, Key, counts_of, places
from pepites.assessments.questionnaire.items import Condition, Item, Questionnaire
from pepites.assessments.questionnaire.values import Coding, Value


def enabled_keys(questionnaire: Questionnaire, answers: Answers) -> set[Key] | frozenset[Key]:
    """Keys of the items that stand: neither they nor what holds them is switched off.

    A question that is switched off counts as not answered for those that look at it.
    """
    return questionnaire.always or Enabling(questionnaire, answers).keys()


def without_disabled(questionnaire: Questionnaire, answers: Answers) -> dict[Key, tuple[Value, ...]]:
    """The answers of the questions that stand: what an ended assessment keeps."""
    standing = enabled_keys(questionnaire, answers)
    return {key: values for key, values in answers.items() if key in standing}


class Enabling:
    """Which items stand; ``counts`` says how many times groups stand when an empty one was just added."""

    def __init__(self, questionnaire: Questionnaire, answers: Answers, counts: Mapping[Key, int] | None = None) -> None:
        self.questionnaire, self.answers = questionnaire, answers
        self.counts = counts_of(questionnaire, answers) if counts is None else counts
        self.above = questionnaire.repeating_above
        self.known: dict[Key, bool] = {}

    def keys(self) -> set[Key]:
        """Every item that stands, at each of its places."""
        found: set[Key] = set()

        def visit(items: tuple[Item, ...], index: tuple[int, ...]) -> None:
            for item in items:
                if self.stands(item, index):
                    found.add((item.link_id, index))
                    for place in places(item, index, self.counts):
                        visit(item.items, place)

        visit(self.questionnaire.items, ())
        return found

    def stands(self, item: Item, index: tuple[int, ...]) -> bool:
        """Whether an item stands at that place; definitions wait for themselves nowhere (checked when read)."""
        key = (item.link_id, index)
        if key not in self.known:
            self.known[key] = self._parent_stands(item, index) and self._holds(item, index)
        return self.known[key]

    def _parent_stands(self, item: Item, index: tuple[int, ...]) -> bool:
        name = self.questionnaire.parents.get(item.link_id)
        if name is None:
            return True
        parent = self.questionnaire.by_link[name]
        return self.stands(parent, index[: parent.repeating])

    def _holds(self, item: Item, index: tuple[int, ...]) -> bool:
        if not item.conditions:
            return True
        results = (self._condition(condition, item, index) for condition in item.conditions)
        return any(results) if item.any_condition else all(results)

    def _condition(self, condition: Condition, item: Item, index: tuple[int, ...]) -> bool:
        values = self._answers_seen(self.questionnaire.by_link[condition.question], item, index)
        if condition.operator == "exists":
            return bool(values) is condition.answer.data
        if condition.operator == "!=":
            return not any(same(value, condition.answer) for value in values)
        return any(compare(value, condition.operator, condition.answer) for value in values)

    def _answers_seen(self, question: Item, item: Item, index: tuple[int, ...]) -> list[Value]:
        """Answers to ``question`` as seen from ``item``: its own time of a repeating group, else every time."""
        mine, other = self.above[item.link_id], self.above[question.link_id]
        shared = next((n for n, pair in enumerate(zip(mine, other, strict=False)) if pair[0] != pair[1]), None)
        prefix = index[: min(len(mine), len(other)) if shared is None else shared]
        if len(prefix) == question.repeating:
            keys = [(question.link_id, prefix)]
        else:
            keys = [k for k in self.answers if k[0] == question.link_id and k[1][: len(prefix)] == prefix]
        return [value for key in keys if self.stands(question, key[1]) for value in self.answers.get(key, ())]


def same(value: Value, other: Value) -> bool:
    """Equal answers: numbers by value, codes by code and, when both say one, by system."""
    mine, theirs = value.data, other.data
    if isinstance(mine, Coding) and isinstance(theirs, Coding):
        if mine.system and theirs.system and mine.system != theirs.system:
            return False
        return mine.code == theirs.code if mine.code or theirs.code else mine.display == theirs.display
    first, second = value.number, other.number
    if first is not None and second is not None:
        return first == second
    return type(mine) is type(theirs) and mine == theirs


def compare(value: Value, operator: str, other: Value) -> bool:
    """``value operator other``; an order between things that have none does not hold."""
    if operator == "=":
        return same(value, other)
    first: Decimal | str | None
    second: Decimal | str | None
    first, second = value.number, other.number
    if first is None and isinstance(value.data, str) and isinstance(other.data, str) and value.kind == other.kind:
        shortest = min(len(value.data), len(other.data))  # a partial date is compared at its own precision
        first, second = value.data[:shortest], other.data[:shortest]
    if first is None or second is None:
        return False
    return {
        ">": first > second,  # type: ignore[operator]
        "<": first < second,  # type: ignore[operator]
        ">=": first >= second,  # type: ignore[operator]
        "<=": first <= second,  # type: ignore[operator]
    }.get(operator, False)
