"""The plan on paper: a clinical document, with the identity band on every page (interface §16)."""

from pathlib import Path
from typing import Any

from django.urls import reverse

from pepites.common.clock import CAYENNE
from pepites.coordination.editions.values import Paper
from pepites.coordination.models import CarePlan, PlanVersion
from pepites.coordination.plan.selectors import contents_of, signatures_of, validations_of
from pepites.coordination.plan.shown import shown
from pepites.coordination.selectors.labels import band_line, who
from pepites.identity.selectors import band

TEMPLATE = Path(__file__).with_name("data") / "plan.typ"
TRACE = (
    "Une signature sur écran est la trace d'un accord donné à cette version, reconnue par son empreinte :"
    " ce n'est pas une signature électronique qualifiée."
)
WORDS = {
    "expectations": "Attentes de la personne et de son entourage",
    "plan": "Problèmes, objectifs et actions",
    "unmet": "Besoins non réalisés",
    "agreement": "Validations et accords",
    "none": "Aucun.",
    "trace": TRACE,
}


def plan_paper(plan: CarePlan, version: PlanVersion) -> Paper:
    """One version, cut by the reader's level like the screen."""
    content = shown(contents_of([version])[version.number])
    data = {
        "title": f"Plan personnalisé de coordination en santé, version {version.number}",
        "band": band_line(band(plan.patient)),
        "facts": _facts(plan, version),
        "words": WORDS,
        "expectations": content["expectations"],
        "concerns": [_concern(one) for one in content["concerns"]],
        "unmet": content["unmet"],
        "agreements": _agreements(version),
    }
    return Paper(
        patient_id=plan.patient_id, template=TEMPLATE, data=data,
        path=reverse("coordination:plan-version", args=[plan.public_id, version.number]),
        label=f"Plan de coordination, version {version.number}", file_name=f"plan-version-{version.number}.pdf",
        code="coordination.plan.exported", object_type="plan",
    )  # fmt: skip


def _facts(plan: CarePlan, version: PlanVersion) -> list[list[str]]:
    return [
        ["Réseau", plan.network.name],
        ["Référent du plan", version.referent],
        ["Publié le", f"{version.published_at.astimezone(CAYENNE):%d/%m/%Y}, par {who(version.author)['name']}"],
        ["À réviser le", f"{version.review_on:%d/%m/%Y}"],
        ["Cette version", version.reason],
        ["Empreinte de la version", version.digest],
    ]


def _rows(*rows: tuple[str, str]) -> list[list[str]]:
    return [[label, value] for label, value in rows if value]


def _concern(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "text": one["text"],
        "facts": _rows(("Domaine", one["domain"]), ("Priorité", one["priority"]), ("Non retenu", one["reason"])),
        "goals": [
            {
                "text": goal["text"],
                "facts": _rows(("Résultat", goal["result"]), ("Horizon", goal["horizon"]), ("Motif", goal["reason"])),
                "actions": [{"text": action["text"], "line": action_line(action)} for action in goal["actions"]],
            }
            for goal in one["goals"]
        ],
    }


def action_line(action: dict[str, Any]) -> str:
    """Owner, dates, state and evaluation of an action, in one line."""
    due = f"échéance {action['due']}" if action["due"] else ""
    parts = [action["type"], action["owner"], due, action["frequency"], action["state"].lower(), action["outcome"]]
    return ", ".join(filter(None, parts))


def _agreements(version: PlanVersion) -> list[str]:
    lines = []
    for one in validations_of(version):
        words = who(one.practice)
        when = f"validé le {one.confirmed_at.astimezone(CAYENNE):%d/%m/%Y}" if one.confirmed_at else "en attente"
        lines.append(f"{words['name']}, {words['organization']} : {when}")
    return lines + [
        f"{one.name} ({one.get_quality_display().lower()}) : accord donné le"
        f" {one.signed_at.astimezone(CAYENNE):%d/%m/%Y à %H h %M}"
        for one in signatures_of(version)
    ]
