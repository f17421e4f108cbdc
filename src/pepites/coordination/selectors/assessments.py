"""What the « Évaluations » tab shows, ready to print."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.urls import reverse

from pepites.assessments.definitions import definition_of
from pepites.assessments.models import Assessment
from pepites.assessments.questionnaire.answers import Answers, counts_of, from_items, places
from pepites.assessments.questionnaire.enabling import Enabling
from pepites.assessments.questionnaire.items import DISPLAY, GROUP, Item
from pepites.assessments.selectors import FormHistory, Point, history_visible_to
from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.coordination.selectors.labels import short_day, who
from pepites.coordination.selectors.scores import score_words


@dataclass(slots=True)
class ListLine:
    """One form of a person's file: its last scores and how they went."""

    title: str
    url: str
    trend_url: str
    day: str
    author: str
    scores: list[dict[str, str]]
    points: list[Point]
    count: int
    alert: bool
    reserved: bool


@dataclass(slots=True)
class AnswerLine:
    """One printed question; ``heading`` for a group."""

    label: str
    text: str = ""
    heading: bool = False
    key: tuple[str, tuple[int, ...]] = ("", ())


@dataclass(slots=True)
class Difference:
    """One question of two assessments."""

    label: str
    first: str
    second: str
    differs: bool = field(init=False)

    def __post_init__(self) -> None:
        self.differs = self.first != self.second


def list_visible_to(actor: Actor, patient_id: int, patient: UUID) -> list[ListLine]:
    """Forms with an ended assessment, the last used first."""
    return [_line(one, patient) for one in history_visible_to(actor, patient_id)]


def _line(history: FormHistory, patient: UUID) -> ListLine:
    last = history.assessments[0]
    first = next(iter(history.points.values()), [])
    return ListLine(
        title=history.title, url=address("coordination:assessment", last.public_id),
        trend_url=reverse("coordination:assessment-trend", args=[patient, history.form.public_id]),
        day=short_day(last.authored_on), author=who(last.author)["name"], scores=scores_of(last), points=first,
        count=len(history.assessments), alert=bool(last.alerts),
        reserved=last.reserved,
    )  # fmt: skip


def scores_of(assessment: Assessment) -> list[dict[str, str]]:
    """Scores as computed when it was ended."""
    return [
        {
            "words": score_words({**score, "band": ""}), "band": score.get("band") or "",
            "tone": score.get("tone") or "neutral", "reference": score.get("reference") or "",
        }
        for score in assessment.scores
    ]  # fmt: skip


def answer_lines(assessment: Assessment) -> list[AnswerLine]:
    """Every question that stood, with its answer in words."""
    questionnaire = definition_of(assessment.form_version).questionnaire
    answers = from_items(questionnaire, assessment.answers)
    counts = counts_of(questionnaire, answers)
    enabling = Enabling(questionnaire, answers, counts)

    def visit(items: tuple[Item, ...], index: tuple[int, ...]) -> Iterator[AnswerLine]:
        for item in items:
            if item.type == DISPLAY or not enabling.stands(item, index):
                continue
            for place in places(item, index, counts):
                if item.type == GROUP:
                    rank = f" {place[-1] + 1}" if item.repeats else ""
                    if item.text:
                        yield AnswerLine(f"{item.text}{rank}", heading=True)
                else:
                    yield AnswerLine(item.text or item.link_id, words(answers, item, place), key=(item.link_id, place))
                yield from visit(item.items, place)

    return list(visit(questionnaire.items, ()))


def words(answers: Answers, item: Item, index: tuple[int, ...]) -> str:
    """An answer in words, « – » when there is none."""
    return ", ".join(value.text for value in answers.get((item.link_id, index), ())) or "–"


def differences(first: Assessment, second: Assessment) -> list[Difference]:
    """Two assessments of one form, question by question; a question that one has not is « – » there."""
    lines = {line.key: line for line in answer_lines(first) if not line.heading}
    others = {line.key: line for line in answer_lines(second) if not line.heading}
    keys = [*lines, *(key for key in others if key not in lines)]
    none = AnswerLine("")
    return [
        Difference(
            (lines.get(key) or others[key]).label, lines.get(key, none).text or "–", others.get(key, none).text or "–"
        )
        for key in keys
    ]


def series_of(history: FormHistory) -> list[dict[str, Any]]:
    """Each score of a form through time, with the bands of the version last answered."""
    version = history.assessments[0].form_version
    definitions = {score.code: score for score in definition_of(version).scoring.scores}
    found = []
    for code, points in history.points.items():
        definition = definitions.get(code)
        found.append(
            {
                "label": definition.label if definition else code,
                "unit": definition.unit if definition else "",
                "reference": definition.reference if definition else "",
                "minimum": definition.minimum if definition else None,
                "maximum": definition.maximum if definition else None,
                "bands": definition.bands if definition else (),
                "points": points,
                "rows": [(short_day(p.on), _plain(p.value), p.band, p.assessment_id) for p in reversed(points)],
            }
        )
    return found


def _plain(value: Decimal) -> str:
    return f"{value:f}".replace(".", ",")
