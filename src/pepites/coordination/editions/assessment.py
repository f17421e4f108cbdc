"""An assessment on paper: source and licence, scores with their bands, questions and answers in order (P3)."""

from pathlib import Path
from typing import Any

from django.urls import reverse

from pepites.assessments.models import Assessment
from pepites.coordination.editions.values import Paper
from pepites.coordination.selectors.assessments import AnswerLine, answer_lines, scores_of
from pepites.coordination.selectors.labels import band_line, short_day, who
from pepites.identity.selectors import band

TEMPLATE = Path(__file__).with_name("data") / "evaluation.typ"
WORDS = {
    "result": "Résultat",
    "answers": "Réponses",
    "alerts": "À lire sans attendre",
    "none": "Ce questionnaire ne donne pas de score, ou il manque une réponse pour le calculer.",
}
RESERVED = "Évaluation réservée : à ne montrer qu'aux lecteurs nommés par son auteur."


def assessment_paper(one: Assessment) -> Paper:
    """An ended assessment as its screen shows it."""
    version = one.form_version
    data = {
        "title": version.title,
        "band": band_line(band(one.patient)),
        "facts": _facts(one),
        "reserved": RESERVED if one.reserved else "",
        "words": WORDS,
        "alerts": list(one.alerts),
        "scores": [[score["words"], score["band"], score["reference"]] for score in scores_of(one)],
        "caution": version.caution,
        "parts": _parts(answer_lines(one)),
        "source": " ".join(filter(None, (version.source, version.licence))),
    }
    return Paper(
        patient_id=one.patient_id, template=TEMPLATE, data=data,
        path=reverse("coordination:assessment", args=[one.public_id]), label="Évaluation",
        file_name="evaluation.pdf",
        code="coordination.reserved.exported" if one.reserved else "coordination.assessment.exported",
        object_type="reserved" if one.reserved else "assessment",
    )  # fmt: skip


def _facts(one: Assessment) -> list[list[str]]:
    author = who(one.author)
    rows = (
        ("Évaluation du", short_day(one.authored_on)),
        ("Par", f"{author['name']}, {author['role']}, {author['organization']}"),
        ("Questionnaire", f"version {one.form_version.number}"),
        ("Corrigée", one.reason if one.state == "corrigee" else ""),
    )
    return [[label, value] for label, value in rows if value]


def _parts(lines: list[AnswerLine]) -> list[dict[str, Any]]:
    """Answers under the heading they stand under."""
    parts: list[dict[str, Any]] = [{"heading": "", "rows": []}]
    for line in lines:
        if line.heading:
            parts.append({"heading": line.label, "rows": []})
        else:
            parts[-1]["rows"].append([line.label, line.text])
    return [part for part in parts if part["heading"] or part["rows"]]
