"""The parts of a network's pack that the work around a person reads (coordination P14, P16)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pepites.assessments.selectors import served_forms
from pepites.coordination.alerting.section import ALERTS
from pepites.coordination.enums import ClosingReason, MemberRole, NoteType
from pepites.coordination.figures.section import INDICATORS
from pepites.coordination.protocols.enums import Anchor
from pepites.coordination.referrals.section import REFERRALS, SCREENING
from pepites.networks.packs.schema import Field, Kind, Problem, Rows, Section, Sections

ROLES: Final = tuple(MemberRole.choices)

TABS: Final = (
    ("plan", "Plan"), ("tasks", "Tâches"), ("assessments", "Évaluations"), ("talk", "Discussion"),
    ("contacts", "Contacts"),
)  # fmt: skip

MODULES = Section(
    key="modules",
    label="Rubriques du dossier",
    lead="Les rubriques qu'emploie le réseau. Celle qu'un autre réseau de la personne emploie reste montrée.",
    icon="layout-three-columns",
    order=15,
    fields=(
        Field(name="tabs", label="Rubriques montrées", kind=Kind.SEVERAL, choices=TABS,
              default=tuple(key for key, _ in TABS)),
    ),
)  # fmt: skip


def _forms(_: Sections) -> Sequence[tuple[str, str]]:
    return served_forms()


STAGES = Section(
    key="etapes",
    label="Étapes du suivi",
    lead="Où en est chaque personne, de l'entrée à la sortie. La première étape est celle de l'ouverture.",
    icon="signpost",
    order=20,
    rows=Rows(
        name="stages", label="Étapes", singular="Étape", feminine=True, most=20,
        fields=(
            Field(name="title", label="Nom de l'étape", required=True, longest=60),
            Field(name="days", label="Durée habituelle, en jours", kind=Kind.NUMBER, least=1, most=3660,
                  said="{} jours",
                  hint="Au-delà, le suivi est montré comme à reprendre."),
            Field(name="hint", label="Ce qui s'y fait", kind=Kind.AREA, longest=400),
        ),
    ),
)  # fmt: skip

INCLUSION = Section(
    key="inclusion",
    label="Critères d'inclusion",
    lead="Ce qu'il faut vérifier avant d'ouvrir un suivi. Un critère nécessaire qui manque demande une explication.",
    icon="check2-square",
    order=30,
    rows=Rows(
        name="criteria", label="Critères", singular="Critère", most=20,
        fields=(
            Field(name="title", label="Critère", required=True, longest=150),
            Field(name="needed", label="Nécessaire", kind=Kind.FLAG),
            Field(name="hint", label="Précision", longest=200),
        ),
    ),
)  # fmt: skip

PROTOCOLS = Section(
    key="protocoles",
    label="Parcours protocolisés",
    lead="Des étapes datées à partir d'un jour de référence, chacune confiée à un rôle : rien ne s'oublie.",
    icon="calendar3",
    order=40,
    rows=Rows(
        name="protocols", label="Parcours protocolisés", singular="Parcours", most=20,
        fields=(
            Field(name="title", label="Nom du parcours", required=True, longest=80),
            Field(name="anchor", label="Jour de référence", kind=Kind.CHOICE, required=True, said="depuis : {}",
                  choices=tuple(Anchor.choices), default=Anchor.INCLUSION.value),
            Field(name="at_inclusion", label="Proposé à l'ouverture du suivi", kind=Kind.FLAG),
            Field(name="note", label="Source ou précision", kind=Kind.AREA, longest=400),
        ),
        rows=Rows(
            name="steps", label="Étapes datées", singular="Étape", feminine=True, most=60,
            fields=(
                Field(name="title", label="À faire", required=True, longest=120),
                Field(name="offset", label="Jours après le jour de référence", kind=Kind.NUMBER, required=True,
                      said="jour {}", least=-300, most=7400, hint="Un nombre négatif pour avant : -14."),
                Field(name="window", label="Retard accepté, en jours", kind=Kind.NUMBER, least=0, most=365, default=7,
                      said="{} jours de marge"),
                Field(name="role", label="Confiée à", kind=Kind.CHOICE, required=True, choices=ROLES, said="{}",
                      default=MemberRole.COORDINATOR.value),
                Field(name="form", label="Questionnaire à remplir", kind=Kind.LINK, choices=_forms,
                      said="questionnaire : {}", hint="L'étape se coche quand il est terminé."),
                Field(name="detail", label="Consigne", kind=Kind.AREA, longest=600),
            ),
        ),
    ),
)  # fmt: skip


def _one_of_each(value: Mapping[str, Any], _: Sections) -> Sequence[Problem]:
    roles = [row["role"] for row in value["roles"]]
    again = sorted({role for role in roles if roles.count(role) > 1})
    return [Problem((role,), "Ce rôle est déjà dans la liste.") for role in again]


CIRCLE = Section(
    key="cercle",
    label="Cercle attendu",
    lead="Les rôles que le réseau s'attend à trouver autour de chaque personne ; ceux qui manquent sont montrés.",
    icon="people",
    order=50,
    check=_one_of_each,
    rows=Rows(
        name="roles", label="Rôles attendus", singular="Rôle", most=14, title="role",
        fields=(
            Field(name="role", label="Rôle", kind=Kind.CHOICE, required=True, choices=ROLES),
            Field(name="needed", label="Nécessaire", kind=Kind.FLAG),
        ),
    ),
)  # fmt: skip

NOTES = Section(
    key="notes",
    label="Cahier de liaison",
    lead="Les types de note proposés, parmi les cinq du guide national.",
    icon="journal-text",
    order=60,
    fields=(
        Field(name="types", label="Types proposés", kind=Kind.SEVERAL, required=True, choices=tuple(NoteType.choices),
              default=tuple(NoteType.values)),
    ),
)  # fmt: skip

TASKS = Section(
    key="taches",
    label="Modèles de tâche",
    lead="Ce qui se demande souvent : le titre, le délai et le rôle sont remplis d'avance.",
    icon="check2-square",
    order=70,
    rows=Rows(
        name="templates", label="Modèles", singular="Modèle", most=40,
        fields=(
            Field(name="title", label="À faire", required=True, longest=150),
            Field(name="days", label="Délai, en jours", kind=Kind.NUMBER, least=0, most=730, said="sous {} jours"),
            Field(name="role", label="Confiée à", kind=Kind.CHOICE, choices=ROLES, said="{}"),
            Field(name="detail", label="Précisions", kind=Kind.AREA, longest=1000),
        ),
    ),
)  # fmt: skip

CONSENT = Section(
    key="accord",
    label="Accord de la personne",
    lead="Ce qui est lu à la personne avant de recueillir son accord (catégories d'informations, de professionnels, "
    "sécurité : D. 1110-3-1 et suivants du CSP).",
    icon="hand-thumbs-up",
    order=80,
    fields=(
        Field(name="text", label="Texte de l'accord", kind=Kind.AREA, longest=3000),
        Field(name="charter", label="Nom de la charte, si le réseau en fait signer une", longest=120),
    ),
)

CLOSING = Section(
    key="cloture",
    label="Fin de suivi",
    lead="Les motifs proposés à la clôture.",
    icon="flag",
    order=90,
    fields=(
        Field(name="reasons", label="Motifs proposés", kind=Kind.SEVERAL, required=True,
              choices=tuple(ClosingReason.choices), default=tuple(ClosingReason.values)),
    ),
)  # fmt: skip

ALL: Final = (
    MODULES, STAGES, REFERRALS, SCREENING, INCLUSION, PROTOCOLS, CIRCLE, NOTES, TASKS, ALERTS, CONSENT, CLOSING,
    INDICATORS,
)  # fmt: skip
