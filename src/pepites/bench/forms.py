"""``pepites bench forms``: scoring ten thousand responses beside bare fhirpathpy; a form of three hundred questions.

Everything happens in this process: no base, no network.
"""

import os
import random
from collections.abc import Callable
from time import perf_counter
from typing import Any

import fhirpathpy
from fhirpathpy.models import models
from rich.console import Console
from rich.table import Table

from pepites.assessments.definitions import Definition
from pepites.assessments.library.reading import instruments
from pepites.assessments.posting import read_post
from pepites.assessments.questionnaire.answers import Key, from_items, to_items
from pepites.assessments.questionnaire.checking import problems
from pepites.assessments.questionnaire.parsing import parse
from pepites.assessments.questionnaire.running import Person, ended, response_of
from pepites.assessments.questionnaire.scoring import compute, parse_scoring, raised
from pepites.assessments.questionnaire.values import Value
from pepites.assessments.sheet import Sheet
from pepites.bench.base import Tools

RESPONSES = int(os.environ.get("PEPITES_BENCH_TIMES", "10000"))
QUESTIONS = 300
ORDINAL = "item.answer.value.extension.value.aggregate($this + $total, 0)"
PERSON = Person(age=70, sex="F")


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure; ``met`` when every target is."""
    del tools
    console.print(f"{RESPONSES} réponses, deux questionnaires livrés…")
    points, formula = _definition("findrisc"), _definition("has-nutrition")
    lines = [
        _scored("points (FINDRISC)", points, ORDINAL),
        _scored("formule (dénutrition HAS)", formula, formula.scoring.scores[0].expression),
    ]
    console.print(f"Formulaire de {QUESTIONS} questions…")
    page = _page()
    targets = [
        _target("points : rapport à fhirpathpy seul", lines[0]["ratio"], "≥ 2", lines[0]["ratio"] >= 2),
        _target("formule : rapport à fhirpathpy seul", lines[1]["ratio"], "≥ 0,5", lines[1]["ratio"] >= 0.5),
        _target(f"afficher {QUESTIONS} questions (ms)", page["print_ms"], "≤ 100", page["print_ms"] <= 100),
        _target(f"lire et contrôler {QUESTIONS} réponses (ms)", page["read_ms"], "≤ 100", page["read_ms"] <= 100),
    ]
    _print(console, lines, targets)
    return {"scoring": lines, "page": page, "targets": targets, "met": all(one["met"] for one in targets)}


def _definition(code: str) -> Definition:
    one = next(one for one in instruments() if one.code == code)
    questionnaire = parse(one.questionnaire)
    return Definition(questionnaire, parse_scoring(one.scoring, questionnaire))


def _drawn(definition: Definition, number: int) -> list[dict[Key, tuple[Value, ...]]]:
    draw = random.Random(20_260_101)  # noqa: S311 - drawn again from a seed
    return [
        {(item.link_id, ()): (draw.choice(item.options).value,) for item in definition.questionnaire.questions}
        for _ in range(number)
    ]


def _scored(label: str, definition: Definition, expression: str) -> dict[str, Any]:
    """Score stored responses, bands and alerts included; bare fhirpathpy evaluates one compiled expression on each."""
    drawn = _drawn(definition, RESPONSES)
    stored = [to_items(definition.questionnaire, answers) for answers in drawn]
    resources = [response_of(definition.questionnaire, answers) for answers in drawn]
    bare = fhirpathpy.compile(expression, models["r4"])

    def house() -> list[float]:
        found = []
        for items in stored:
            answers = ended(definition.questionnaire, from_items(definition.questionnaire, items), PERSON)
            scores = compute(definition.questionnaire, definition.scoring, answers, PERSON)
            raised(definition.questionnaire, definition.scoring, answers, scores)
            found.append(float(scores[0].value))
        return found

    def library() -> list[float]:
        return [float(bare(one, {"resource": one})[0]) for one in resources]

    seconds, ours = _timed(house)
    bare_seconds, theirs = _timed(library)
    return {
        "label": label, "per_second": round(RESPONSES / seconds), "bare_per_second": round(RESPONSES / bare_seconds),
        "ratio": round(bare_seconds / seconds, 2), "same": ours == theirs,
    }  # fmt: skip


def _timed(work: Callable[[], list[float]]) -> tuple[float, list[float]]:
    started = perf_counter()
    result = work()
    return perf_counter() - started, result


def _page() -> dict[str, float]:
    options = [{"valueCoding": {"code": str(n), "display": f"Réponse {n}"}} for n in range(4)]
    when = {"operator": "exists", "answerBoolean": True}
    items = [
        {
            "linkId": f"i{n}", "type": "choice", "text": f"Question {n}", "required": True, "answerOption": options,
            "enableWhen": [when | {"question": f"i{n - 1}"}] if n % 10 == 9 else [],
        }
        for n in range(QUESTIONS)
    ]  # fmt: skip
    questionnaire = parse({"resourceType": "Questionnaire", "title": "Mesure", "item": items})
    body = {f"q{n}": ["|2"] for n in range(QUESTIONS)}
    times = []
    for _ in range(20):
        started = perf_counter()
        answers = ended(questionnaire, read_post(questionnaire, body, {}).answers, PERSON)
        problems(questionnaire, answers, final=True)
        read = perf_counter() - started
        started = perf_counter()
        Sheet(questionnaire, answers).html()
        times.append((read, perf_counter() - started))
    middle = len(times) // 2
    return {
        "read_ms": round(sorted(read for read, _ in times)[middle] * 1000, 1),
        "print_ms": round(sorted(shown for _, shown in times)[middle] * 1000, 1),
    }


def _target(label: str, value: float, wanted: str, met: bool) -> dict[str, Any]:
    return {"label": label, "value": value, "wanted": wanted, "met": met}


def _print(console: Console, lines: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    table = Table(title="Calcul des scores")
    for head in ("Score", "Pépites (réponses/s)", "fhirpathpy seul (réponses/s)", "Rapport", "Mêmes valeurs"):
        table.add_column(head)
    for line in lines:
        table.add_row(
            line["label"], str(line["per_second"]), str(line["bare_per_second"]), str(line["ratio"]),
            "oui" if line["same"] else "NON",
        )  # fmt: skip
    console.print(table)
    for target in targets:
        console.print(f"{'✔' if target['met'] else '✖'} {target['label']} : {target['value']} ({target['wanted']})")
