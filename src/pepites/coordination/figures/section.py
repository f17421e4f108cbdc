"""The part of a network's pack that says which figures it shows, and what it aims at."""

from typing import Any

from pepites.coordination.figures.catalogue import CHOICES
from pepites.networks.packs.schema import Field, Kind, Problem, Rows, Section, Sections


def _once(value: Any, _: Sections) -> list[Problem]:
    keys = [row["figure"] for row in value["figures"]]
    return [
        Problem((key,), "Cet indicateur est déjà dans la liste.") for key in sorted(set(keys)) if keys.count(key) > 1
    ]


INDICATORS = Section(
    key="indicateurs",
    label="Indicateurs",
    lead="Les chiffres que montre le tableau de bord du réseau, ses objectifs et ses mots. Sans rien choisir, tous sont"
    " montrés.",
    icon="layout-three-columns",
    order=100,
    check=_once,
    rows=Rows(
        name="figures", label="Indicateurs montrés", singular="Indicateur", most=len(CHOICES), title="figure",
        fields=(
            Field(name="figure", label="Indicateur", kind=Kind.CHOICE, required=True, choices=CHOICES),
            Field(name="label", label="Nom donné par le réseau", longest=60, hint="Vide : le nom habituel."),
            Field(name="target", label="Objectif", kind=Kind.NUMBER, least=0, most=100000, said="objectif : {}",
                  hint="Un nombre, un nombre de jours ou un pourcentage, selon l'indicateur."),
        ),
    ),
)  # fmt: skip
