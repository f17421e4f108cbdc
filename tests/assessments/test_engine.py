"""The questionnaire engine: each SDC behaviour it knows, its limits, and what it refuses."""

import time
from decimal import Decimal
from typing import Any

import pytest
from tests.assessments.definitions import AGE, CORE, ask, choice, ext, form, formula, whole

from pepites.assessments.questionnaire.checking import problems, read_text
from pepites.assessments.questionnaire.enabling import enabled_keys
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.items import KINDS
from pepites.assessments.questionnaire.parsing import MAX_DEPTH, MAX_ITEMS, parse, read_json
from pepites.assessments.questionnaire.patterns import matches
from pepites.assessments.questionnaire.running import ended
from pepites.assessments.questionnaire.values import Coding, Quantity, Value

# Limits and errors


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{", b'{"resourceType":"Patient"}', b"[" * 100_000, b'{"a": NaN}', b"x" * 1_000_001]
)
def test_what_is_no_questionnaire_is_refused_with_a_sentence(raw: bytes) -> None:
    with pytest.raises(FormError, match=r"Ce fichier"):
        read_json(raw)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([{"type": "string"}], "linkId"),
        ([ask("a"), ask("a")], "« a » : cet identifiant sert deux fois"),
        ([ask("a", "question")], "« a » : le type"),
        ([ask("a", "choice")], "« a » : une question à choix"),
        ([ask("a", "display", required=True)], "« a » : un texte affiché"),
        ([ask("a", text="x" * 3001)], "« a » : le texte dépasse"),
        ([ask("a", enableWhen=[{"question": "z", "operator": "exists", "answerBoolean": True}])], "« z »"),
        ([ask("a", enableWhen=[{"question": "a", "operator": "~", "answerBoolean": True}])], "mal formée"),
        ([ask("a", enableWhen=[{"question": "a", "operator": "=", "answerInteger": 1}])], "sa propre réponse"),
        (
            [ask("a"), ask("b", enableWhen=[{"question": "a", "operator": "=", "answerInteger": n} for n in (1, 2)])],
            "enableBehavior",
        ),
        ([ask("a", extension=[formula("enableWhenExpression", "true")])], "n'est pas pris en charge"),
        ([ask("a", modifierExtension=[{}])], "change le sens"),
        ([ask("a", extension=[formula("calculatedExpression", "a +")])], "FHIRPath"),
        ([ask("a", extension=[ext(f"{CORE}regex", valueString="(")])], "expression régulière"),
        ([choice("a", "x", "x")], "les mêmes"),
        ([choice("a", *(str(n) for n in range(301)))], "300"),
        ([ask("a", "choice", answerValueSet="https://ailleurs.invalid/vs")], "n'est pas connue ici"),
        ([ask("a", initial=[{"valueString": "x"}])], "réponse de départ"),
        (
            [ask("a", extension=[ext(f"{CORE}minValue", valueInteger=5), ext(f"{CORE}maxValue", valueInteger=1)])],
            "minimum dépasse",
        ),
        ([], "aucune question"),
    ],
)
def test_a_bad_definition_is_refused_and_names_the_question(items: list[dict[str, Any]], message: str) -> None:
    with pytest.raises(FormError, match=message):
        form(*items)


def test_two_questions_that_wait_for_each_other_are_refused_even_through_a_group() -> None:
    waits = [{"question": "b", "operator": "exists", "answerBoolean": True}]
    with pytest.raises(FormError, match="sa propre réponse"):
        form(ask("g", "group", enableWhen=waits, item=[ask("b")]))


def test_limits_on_number_and_depth() -> None:
    assert len(form(*(ask(str(n)) for n in range(MAX_ITEMS))).all_items) == MAX_ITEMS
    with pytest.raises(FormError, match="500"):
        form(*(ask(str(n)) for n in range(MAX_ITEMS + 1)))
    deep: dict[str, Any] = ask("d", "integer")
    for n in range(MAX_DEPTH):
        deep = ask(f"g{n}", "group", item=[deep])
    with pytest.raises(FormError, match="emboîtement"):
        form(deep)


def test_every_item_type_is_read() -> None:
    options = {"answerOption": [{"valueString": "x"}]}
    made = form(*(ask(kind, kind, **(options if "choice" in kind else {})) for kind in KINDS))
    assert [item.type for item in made.all_items] == list(KINDS)


def test_value_set_held_in_the_file_or_known_to_the_house() -> None:
    held = {
        "resourceType": "ValueSet",
        "id": "v",
        "compose": {"include": [{"system": "s", "concept": [{"code": "a"}]}]},
    }
    item = form(ask("a", "choice", answerValueSet="#v"), contained=[held]).by_link["a"]
    assert [option.key for option in item.options] == ["s|a"]
    expanded = {"resourceType": "ValueSet", "id": "v", "expansion": {"contains": [{"code": "b", "display": "B"}]}}
    assert form(ask("a", "choice", answerValueSet="#v"), contained=[expanded]).by_link["a"].options[0].label == "B"
    raw = {"resourceType": "Questionnaire", "title": "t", "item": [ask("a", "choice", answerValueSet="https://vs")]}
    assert parse(raw, lambda url: (Coding("k"),)).by_link["a"].options[0].label == "k"


def test_translations_of_texts_and_options() -> None:
    def said(text: str) -> dict[str, Any]:
        parts = [ext("lang", valueCode="pt"), ext("content", valueString=text)]
        return {"extension": [ext(f"{CORE}translation") | {"extension": parts}]}

    option = {"valueCoding": {"code": "o", "display": "Oui", "_display": said("Sim")}}
    made = form(ask("a", "choice", _text=said("Dor"), answerOption=[option]))
    assert made.languages == ("pt",)
    assert made.by_link["a"].label("pt") == "Dor"
    assert made.by_link["a"].label("en") == "a"
    assert made.by_link["a"].options[0].translations == {"pt": "Sim"}


# enableWhen


@pytest.mark.parametrize(
    ("operator", "answer", "given_", "stands"),
    [
        ("exists", {"answerBoolean": True}, 3, True),
        ("exists", {"answerBoolean": True}, None, False),
        ("exists", {"answerBoolean": False}, None, True),
        ("exists", {"answerBoolean": False}, 3, False),
        ("=", {"answerInteger": 3}, 3, True),
        ("=", {"answerInteger": 3}, 4, False),
        ("=", {"answerInteger": 3}, None, False),
        ("!=", {"answerInteger": 3}, 4, True),
        ("!=", {"answerInteger": 3}, 3, False),
        ("!=", {"answerInteger": 3}, None, True),
        (">", {"answerInteger": 3}, 4, True),
        (">", {"answerInteger": 3}, 3, False),
        (">", {"answerInteger": 3}, None, False),
        (">=", {"answerInteger": 3}, 3, True),
        (">=", {"answerInteger": 3}, 2, False),
        ("<", {"answerInteger": 3}, 2, True),
        ("<", {"answerInteger": 3}, 3, False),
        ("<=", {"answerInteger": 3}, 3, True),
        ("<=", {"answerInteger": 3}, 4, False),
        ("=", {"answerDecimal": 3.0}, 3, True),
        (">", {"answerString": "a"}, 3, False),
    ],
)
def test_every_operator(operator: str, answer: dict[str, Any], given_: int | None, stands: bool) -> None:
    made = form(ask("a"), ask("b", enableWhen=[{"question": "a", "operator": operator} | answer]))
    answers = {("a", ()): whole(given_)} if given_ is not None else {}
    assert (("b", ()) in enabled_keys(made, answers)) is stands


def test_codes_compare_by_code_and_by_system_when_both_say_one() -> None:
    made = form(
        ask("a", "choice", answerOption=[{"valueCoding": {"code": "x", "system": "s"}}]),
        ask("b", enableWhen=[{"question": "a", "operator": "=", "answerCoding": {"code": "x"}}]),
        ask("c", enableWhen=[{"question": "a", "operator": "=", "answerCoding": {"code": "x", "system": "t"}}]),
    )
    keys = enabled_keys(made, {("a", ()): (Value("Coding", Coding("x", "", "s")),)})
    assert ("b", ()) in keys
    assert ("c", ()) not in keys


@pytest.mark.parametrize(("behaviour", "stands"), [("any", True), ("all", False)])
def test_behaviour_any_or_all(behaviour: str, stands: bool) -> None:
    when = [{"question": "a", "operator": "=", "answerInteger": n} for n in (1, 2)]
    made = form(ask("a"), ask("b", enableWhen=when, enableBehavior=behaviour))
    assert (("b", ()) in enabled_keys(made, {("a", ()): whole(1)})) is stands


def test_a_switched_off_question_counts_as_not_answered_and_takes_what_it_holds_with_it() -> None:
    when = lambda link: [{"question": link, "operator": "=", "answerInteger": 1}]  # noqa: E731
    made = form(ask("a"), ask("b", enableWhen=when("a")), ask("g", "group", enableWhen=when("b"), item=[ask("c")]))
    answers = {("a", ()): whole(0), ("b", ()): whole(1), ("c", ()): whole(5)}
    assert enabled_keys(made, answers) == {("a", ())}
    assert ended(made, answers, AGE) == {("a", ()): whole(0)}
    assert ended(made, answers | {("a", ()): whole(1)}, AGE)[("c", ())] == whole(5)


def test_in_a_repeating_group_a_question_looks_at_its_own_time() -> None:
    when = [{"question": "a", "operator": "=", "answerInteger": 1}]
    made = form(ask("g", "group", repeats=True, item=[ask("a"), ask("b", enableWhen=when)]))
    answers = {("a", (0,)): whole(0), ("a", (1,)): whole(1)}
    assert ("b", (0,)) not in enabled_keys(made, answers)
    assert ("b", (1,)) in enabled_keys(made, answers)


# Checking


@pytest.mark.parametrize(
    ("item", "typed", "message"),
    [
        (ask("a", extension=[ext(f"{CORE}minValue", valueInteger=5)]), "4", "au moins 5"),
        (ask("a", extension=[ext(f"{CORE}maxValue", valueInteger=5)]), "6", "au plus 5"),
        (ask("a", "decimal", extension=[ext(f"{CORE}maxDecimalPlaces", valueInteger=1)]), "1,25", "1 chiffre"),
        (ask("a", "string", maxLength=3), "abcd", "dépasse 3"),
        (ask("a", "string", extension=[ext(f"{CORE}minLength", valueInteger=3)]), "ab", "au moins 3"),
        (ask("a", "string", extension=[ext(f"{CORE}regex", valueString="[0-9]+")]), "12a", "forme attendue"),
        (
            ask("a", "date", extension=[ext(f"{CORE}maxValue", valueDate="2025-06-30")]),
            "2025-07-01",
            "au plus tard : 30/06/2025",
        ),
        (ask("a", "date", extension=[ext(f"{CORE}minValue", valueDate="2025-06-30")]), "2024", "au plus tôt"),
    ],
)
def test_bounds_are_said_in_words(item: dict[str, Any], typed: str, message: str) -> None:
    made = form(item)
    value = read_text(made.by_link["a"], typed)
    assert value is not None
    found = problems(made, {("a", ()): (value,)}, final=False)
    assert [message in problem.message for problem in found] == [True]


@pytest.mark.parametrize(
    ("kind", "typed", "data"),
    [
        ("date", "31/12/2025", "2025-12-31"),
        ("date", "12/2025", "2025-12"),
        ("date", "2025", "2025"),
        ("date", "2025-02-30", None),
        ("date", "13/2025", None),
        ("dateTime", "2025-12-31T10:30", "2025-12-31T10:30"),
        ("time", "14:30", "14:30:00"),
        ("time", "25:00", None),
        ("integer", "1,5", None),
        ("integer", "99999999999", None),
        ("decimal", "1,50", Decimal("1.50")),
        ("decimal", "1e400", None),
        ("decimal", "NaN", None),
        ("url", "https://a.invalid/x", "https://a.invalid/x"),
        ("url", "javascript:alert(1)", None),
        ("boolean", "oui", True),
        ("boolean", "peut-être", None),
    ],
)
def test_typed_answers(kind: str, typed: str, data: object) -> None:
    value = read_text(form(ask("a", kind)).by_link["a"], typed)
    assert (value.data if value else None) == data


def test_required_is_for_the_end_and_only_for_what_stands() -> None:
    when = [{"question": "a", "operator": "=", "answerInteger": 1}]
    made = form(ask("a", required=True), ask("b", required=True, enableWhen=when))
    assert problems(made, {}, final=False) == []
    assert [p.key[0] for p in problems(made, {}, final=True)] == ["a"]
    assert [p.key[0] for p in problems(made, {("a", ()): whole(1)}, final=True)] == ["b"]


def test_options_number_of_answers_and_exclusive_answer() -> None:
    made = form(
        choice("a", "x", "y"),
        choice("m", "x", "y", "aucun", repeats=True, extension=[ext(f"{CORE}questionnaire-maxOccurs", valueInteger=1)]),
    )
    x, y = (Value("Coding", Coding(code, code)) for code in "xy")
    assert "proposées" in problems(made, {("a", ()): (Value("Coding", Coding("z")),)}, final=False)[0].message
    assert "Une seule" in problems(made, {("a", ()): (x, y)}, final=False)[0].message
    assert "au plus 1" in problems(made, {("m", ()): (x, y)}, final=True)[0].message
    option = {
        "valueCoding": {"code": "non"},
        "extension": [ext(f"{CORE}questionnaire-optionExclusive", valueBoolean=True)],
    }
    alone = form(ask("a", "choice", repeats=True, answerOption=[option, {"valueCoding": {"code": "x"}}]))
    both = tuple(option.value for option in alone.by_link["a"].options)
    assert "ne va pas avec" in problems(alone, {("a", ()): both}, final=False)[0].message


def test_quantity_keeps_its_unit_and_refuses_another() -> None:
    made = form(ask("a", "quantity", extension=[ext(f"{CORE}questionnaire-unit", valueCoding={"code": "kg"})]))
    value = read_text(made.by_link["a"], "70,5")
    assert value == Value("Quantity", Quantity(Decimal("70.5"), "kg", "kg"))
    other = Value("Quantity", Quantity(Decimal(1), "g", "g"))
    assert "unité attendue" in problems(made, {("a", ()): (other,)}, final=False)[0].message


def test_a_pattern_that_never_ends_is_stopped() -> None:
    started = time.monotonic()
    assert not matches("(a+)+b", "a" * 60)
    assert time.monotonic() - started < 1
