"""The figures a network may show: what each is called and how it is counted, in the words of the screen (P12)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pepites.coordination.enums import ClosingReason
from pepites.patients.enums import Sex

INSIDE: Final = 5
OUTSIDE: Final = 11
"""Small cells: a count of fewer persons is not shown, inside the network and to the region (design §8)."""


class Kind(StrEnum):
    """How a figure reads."""

    COUNT = "nombre"
    DELAY = "delai"  # quartiles, in days
    SPLIT = "repartition"  # the total, and its parts
    SHARE = "part"  # two parts of a whole; the first, in percent, is the figure


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    key: str
    label: str
    how: str
    kind: Kind = Kind.COUNT
    plotted: bool = True


FIGURES: Final = (
    Figure("suivies", "Personnes suivies", "Personnes dont le parcours dans le réseau est ouvert ou suspendu le dernier"
           " jour de la période."),
    Figure("file_active", "File active", "Personnes pour qui au moins un acte a été fait dans la période, leur parcours"
           " étant ouvert ce jour-là. Un acte : une note de liaison, une tâche faite, une évaluation terminée, une"
           " version du plan publiée. L'acte compte quel que soit le réseau de qui l'a fait."),
    Figure("entrees", "Entrées", "Personnes dont un parcours s'est ouvert dans la période."),
    Figure("sorties", "Sorties", "Personnes dont un parcours s'est clos dans la période, par motif.", Kind.SPLIT),
    Figure("premier_contact", "De la demande au premier contact", "Jours entre la réception d'une demande et le moment"
           " où elle est qualifiée ou décidée, pour les demandes vues dans la période. Médiane : une demande sur deux"
           " attend moins.", Kind.DELAY),
    Figure("inclusion", "De la demande à l'inclusion", "Jours entre la dernière demande reçue pour la personne et"
           " l'ouverture de son parcours, pour les parcours ouverts dans la période.", Kind.DELAY),
    Figure("taches_retard", "Tâches en retard", "Tâches des personnes suivies, pas encore terminées à la fin de la"
           " période, dont l'échéance est passée."),
    Figure("taches_faites", "Tâches faites à temps", "Parmi les tâches à échéance cochées « faite » dans la période,"
           " celles qui l'ont été au plus tard le jour prévu ; la personne est suivie ce jour-là.", Kind.SHARE),
    Figure("plans_a_revoir", "Plans à réviser", "Personnes suivies dont la dernière version du plan, non clos, a passé"
           " sa date de révision à la fin de la période."),
    Figure("sans_referent", "Personnes sans référent", "Personnes suivies à la fin de la période qui n'ont pas de plan"
           " ouvert : c'est le plan qui nomme le référent, tel qu'il est aujourd'hui."),
    Figure("par_referent", "Personnes par référent", "Personnes suivies à la fin de la période, selon le référent que"
           " leur plan nomme aujourd'hui.", Kind.SPLIT, plotted=False),
    Figure("etapes_retard", "Étapes de parcours en retard", "Étapes des parcours protocolisés pas encore faites à la"
           " fin de la période, leur marge étant passée."),
    Figure("evaluations", "Évaluations terminées", "Évaluations datées de la période, terminées ou corrigées, de"
           " personnes suivies ce jour-là, par questionnaire.", Kind.SPLIT),
    Figure("cercle", "Cercles complets", "Personnes suivies dont chaque rôle nécessaire du cercle attendu (réglages du"
           " réseau) est tenu par un membre, à la fin de la période.", Kind.SHARE),
    Figure("par_commune", "Par commune", "Personnes suivies à la fin de la période, selon la commune où elles habitent"
           " aujourd'hui.", Kind.SPLIT, plotted=False),
    Figure("par_age", "Par âge", "Personnes suivies, selon leur âge à la fin de la période.", Kind.SPLIT,
           plotted=False),
    Figure("par_sexe", "Par sexe", "Personnes suivies à la fin de la période, selon le sexe de l'état civil.",
           Kind.SPLIT, plotted=False),
    Figure("par_etape", "Par étape du suivi", "Personnes suivies à la fin de la période, selon l'étape où en est"
           " aujourd'hui ce parcours.", Kind.SPLIT, plotted=False),
)  # fmt: skip
BY_KEY: Final = {figure.key: figure for figure in FIGURES}
CHOICES: Final = tuple((figure.key, figure.label) for figure in FIGURES)
TILES: Final = tuple(figure for figure in FIGURES if figure.plotted)

PARTS: Final[dict[str, dict[str, str]]] = {
    "sorties": {value: str(label) for value, label in ClosingReason.choices},
    "taches_faites": {"a_temps": "À temps", "en_retard": "En retard"},
    "cercle": {"complet": "Complet", "incomplet": "Il manque un rôle"},
    "par_age": {
        "0": "Moins de 1 an", "1-6": "1 à 6 ans", "7-17": "7 à 17 ans", "18-39": "18 à 39 ans", "40-59": "40 à 59 ans",
        "60-74": "60 à 74 ans", "75": "75 ans ou plus", "": "Âge inconnu",
    },
    "par_sexe": {value: str(label) for value, label in Sex.choices},
}  # fmt: skip
"""Parts whose list is closed, with their words; zero is said of those that nobody is in."""
