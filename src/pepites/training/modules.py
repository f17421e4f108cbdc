"""The five weeks of the « formation-action », as data: what is done in the training copy, told by its own rows."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Exercise:
    """One thing to do. ``act`` names what is counted (``selectors.ACTS``), at least ``times``."""

    title: str
    act: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Module:
    """One week."""

    title: str
    exercises: tuple[Exercise, ...]


MODULES: Final = (
    Module(
        "Semaine 1 : le dossier et le cahier de liaison",
        (Exercise("Écrire une note de liaison", "note"), Exercise("Écrire une note urgente", "urgent_note")),
    ),
    Module(
        "Semaine 2 : le cercle et l'accord de la personne",
        (
            Exercise("Inviter un membre dans un cercle", "invitation"),
            Exercise("Recueillir l'accord d'une personne", "consent"),
            Exercise("Ajouter un proche", "contact"),
        ),
    ),
    Module(
        "Semaine 3 : les tâches",
        (Exercise("Créer une tâche", "task"), Exercise("Clore deux tâches", "task_done", 2)),
    ),
    Module(
        "Semaine 4 : les parcours protocolisés",
        (Exercise("Commencer un parcours protocolisé", "protocol"),),
    ),
    Module(
        "Semaine 5 : le plan de coordination",
        (Exercise("Commencer un plan", "plan"), Exercise("Publier un plan", "plan_version")),
    ),
)
