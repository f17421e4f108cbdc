"""The engine at work: expressions, and FHIR both ways."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.assessments.definitions import AGE, CORE, ask, ext, form, formula, whole
from tests.conftest import shared_data

from pepites.assessments.questionnaire.answers import Key, from_items, to_items
from pepites.assessments.questionnaire.checking import problems
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.expressions import Stopwatch, check_expression, evaluate
from pepites.assessments.questionnaire.parsing import parse, read_json
from pepites.assessments.questionnaire.running import calculated, initial_answers
from pepites.assessments.questionnaire.values import Coding, Quantity, Value, from_json, to_json

EXAMPLES = shared_data() / "fhir-examples" / "tddui"


def test_initial_values_expressions_and_selected_options() -> None:
    option = {"valueCoding": {"code": "x"}, "initialSelected": True}
    made = form(
        ask("age", extension=[formula("initialExpression", "%age")]),
        ask("double", extension=[formula("initialExpression", "%resource.item.where(linkId='age').answer.value * 2")]),
        ask("sexe", "string", extension=[formula("initialExpression", "%patient.gender")]),
        ask("o", "choice", answerOption=[option, {"valueCoding": {"code": "y"}}]),
        ask("i", initial=[{"valueInteger": 7}]),
    )
    found = {key[0]: values[0].data for key, values in initial_answers(made, AGE).items()}
    assert found == {"age": 66, "double": 132, "sexe": "female", "o": Coding("x"), "i": 7}


def test_calculated_answers_follow_one_another_and_win_over_what_was_sent() -> None:
    made = form(
        ask("c", extension=[formula("calculatedExpression", "%resource.item.where(linkId='b').answer.value + 1")]),
        ask(
            "b", extension=[formula("calculatedExpression", "%resource.item.where(linkId='a').answer.value.sum() * 2")]
        ),
        ask("a"),
    )
    found = calculated(made, {("a", ()): whole(4), ("b", ()): whole(99)}, AGE)
    assert (found[("b", ())], found[("c", ())]) == (whole(8), whole(9))
    assert ("b", ()) not in calculated(made, {("b", ()): whole(99)}, AGE) or found


def test_ordinal_function_reads_the_points_of_answers() -> None:
    options = [
        {"valueCoding": {"code": str(n)}, "extension": [ext(f"{CORE}ordinalValue", valueDecimal=n)]} for n in range(4)
    ]
    made = form(
        ask("a", "choice", answerOption=options),
        ask("b", "choice", answerOption=options),
        ask("t", "decimal", extension=[formula("calculatedExpression", "%resource.item.answer.value.ordinal().sum()")]),
    )
    values = {(link, ()): (Value("Coding", Coding(code)),) for link, code in (("a", "2"), ("b", "3"))}
    assert calculated(made, values, AGE)[("t", ())][0].data == 5


@pytest.mark.parametrize(
    "expression",
    [
        "%resource.item.trace('x')",
        "resolve()",
        "'a'.matches('(a+)+$')",
        "'a'.replaceMatches('a', 'b')",
        "%nom",
        "now().fake()",
        "item.select(item.select(item))",
        "item.where(%resource.item.count() > 1)",
        "a | b",
        "item // x",
        "x" * 1001,
        " ",
        "item.where(item.where(linkId = 'a').exists())",
        "item.select(descendants().count())",
        "item.combine(item)",
        "aggregate($this + $total, 0)",
        "item.where(linkId = 'it''s' and trace('a').exists())",
    ],
)
def test_expressions_out_of_bounds_are_refused(expression: str) -> None:
    with pytest.raises(FormError):
        check_expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "%resource.item.where(linkId='a').answer.value",
        "iif(%age > 65, iif(%sex = 'female', 1, 2), 3)",
        "%resource.descendants().where(linkId='a').answer.value.sum() / 2",
        "item.where(answer.exists()).count()",
        "%resource.item.where(linkId = 'trace(x)').exists()",
    ],
)
def test_expressions_inside_bounds_are_taken(expression: str) -> None:
    check_expression(expression)


def test_an_expression_that_cannot_be_computed_gives_nothing() -> None:
    response = {"resourceType": "QuestionnaireResponse", "item": []}
    assert evaluate("%resource.item.where(linkId='a').answer.value / 0", response, {}, Stopwatch()) == []
    assert evaluate("'a' + 1", response, {}, Stopwatch()) == []


# FHIR both ways

CODES = st.sampled_from(["x", "y"])
VALUES = st.one_of(
    st.integers(-(2**31), 2**31 - 1).map(lambda n: Value("Integer", n)),
    st.decimals(-(10**6), 10**6, places=3).map(lambda d: Value("Decimal", d)),
    st.booleans().map(lambda b: Value("Boolean", b)),
    st.text(min_size=1, max_size=40).map(lambda t: Value("String", t)),
    st.builds(lambda c, d: Value("Coding", Coding(c, d, "s")), CODES, st.text(max_size=5)),
    st.builds(lambda n, u: Value("Quantity", Quantity(Decimal(n), u)), st.integers(0, 999), CODES),
    st.dates().map(lambda d: Value("Date", d.isoformat())),
)


@given(VALUES)
def test_a_value_goes_to_fhir_and_back(value: Value) -> None:
    assert from_json(json.loads(json.dumps(to_json(value)))) == value


NESTED = form(
    ask("a"),
    ask("g", "group", repeats=True, item=[ask("b"), ask("h", "group", repeats=True, item=[ask("c")])]),
    ask("q", "boolean", item=[ask("d"), ask("s", "group", item=[ask("e")])]),
    ask("m", repeats=True),
)


@given(st.data())
def test_answers_go_to_fhir_and_back(data: st.DataObject) -> None:
    numbers = st.integers(0, 9).map(whole)
    answers: dict[Key, tuple[Value, ...]] = {}
    for link in data.draw(st.sets(st.sampled_from(["a", "d", "e"]))):
        answers[(link, ())] = data.draw(numbers)
    if data.draw(st.booleans()):
        answers[("q", ())] = (Value("Boolean", data.draw(st.booleans())),)
    if many := data.draw(st.lists(st.integers(0, 9), max_size=3)):
        answers[("m", ())] = tuple(Value("Integer", n) for n in many)
    for group in range(data.draw(st.integers(0, 3))):
        answers[("b", (group,))] = data.draw(numbers)
        for inner in range(data.draw(st.integers(0, 2))):
            answers[("c", (group, inner))] = data.draw(numbers)
    assert from_items(NESTED, json.loads(json.dumps(to_items(NESTED, answers)))) == answers


@pytest.mark.parametrize(
    "items",
    [
        [{"linkId": "zz", "answer": [{"valueInteger": 1}]}],
        [{"linkId": "b", "answer": [{"valueInteger": 1}]}],
        [{"linkId": "a", "answer": [{"valueString": "x"}]}],
        ["x"],
        [{"linkId": "g"}] * 51,
        [{"linkId": "m", "answer": [{"valueInteger": 1}] * 301}],
    ],
)
def test_answers_that_do_not_fit_the_definition_are_refused(items: list[Any]) -> None:
    with pytest.raises(FormError):
        from_items(NESTED, items)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "linkId",
                    "type",
                    "item",
                    "text",
                    "answerOption",
                    "enableWhen",
                    "extension",
                    "url",
                    "valueCoding",
                    "initial",
                    "answerValueSet",
                    "contained",
                    "title",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(["item", "contained"]), JUNK), st.lists(JUNK, max_size=3))
def test_whatever_is_sent_is_read_or_refused(head: dict[str, Any], items: list[Any]) -> None:
    try:
        parse({"resourceType": "Questionnaire", "title": "t", "item": items} | head)
    except FormError:
        return


@pytest.mark.skipif(not EXAMPLES.exists(), reason="les exemples TDDUI ne sont pas sur cette machine")
def test_tddui_aggir_questionnaire_and_its_response() -> None:
    name = "Questionnaire-tddui-questionnaire-aggir-pa-ssiad.derive.json"
    made = parse(read_json((EXAMPLES / name).read_bytes()))
    response = json.loads(
        (EXAMPLES / "QuestionnaireResponse-tddui-questionnaire-response-aggir-pa-example.derive.json").read_text()
    )
    answers = from_items(made, response["item"])
    assert len(answers) == 71
    assert answers[("resultat-eval", ())][0].text == "GIR-2"
    assert from_items(made, to_items(made, answers)) == answers
    assert problems(made, answers, final=True) == []
