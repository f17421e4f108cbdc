"""Closed lists of the RPPS+ follow-up."""

from datetime import timedelta
from typing import Final

from django.db import models

from pepites.directory.enums import Category
from pepites.directory.professions import Profession


class ContractState(models.TextChoices):
    """Where a structure stands with the ANS: nothing can be registered before the contract (§4)."""

    NONE = "aucun", "À demander"
    ASKED = "demande", "Demandé"
    SIGNED = "signe", "Signé"


class Step(models.TextChoices):
    """Where one person stands, from the list of who is to be registered to the e-CPS, then the departure."""

    TO_REGISTER = "a_enregistrer", "À enregistrer"
    DECLARED = "declare", "Déclarée au portail"
    RECEIVED = "rpps_recu", "Numéro RPPS reçu"
    ACTIVE = "ecps_active", "e-CPS activée"
    TO_CLOSE = "a_clore", "Situation à clore"
    CLOSED = "clos", "Situation close"


class Check(models.TextChoices):
    """What the local copy of the directory says of the number received."""

    NONE = "", "Pas encore comparé"
    FOUND = "trouve", "Connu de l'annuaire, au même nom"
    OTHER = "autre_nom", "Connu de l'annuaire sous un autre nom"
    GONE = "ferme", "Connu de l'annuaire, plus en activité"
    MISSING = "absent", "Pas encore dans la copie de l'annuaire"


NEXT: Final = {
    Step.TO_REGISTER: Step.DECLARED,
    Step.DECLARED: Step.RECEIVED,
    Step.RECEIVED: Step.ACTIVE,
    Step.TO_CLOSE: Step.CLOSED,
}
# How long a step may last before it is late: the number comes within a day, the e-CPS can be activated two days after.
PATIENCE: Final = {
    Step.TO_REGISTER: timedelta(days=14),
    Step.DECLARED: timedelta(days=3),
    Step.RECEIVED: timedelta(days=10),
    Step.TO_CLOSE: timedelta(days=5),
}
LATE: Final = {
    Step.TO_REGISTER: "à déclarer au portail RPPS+",
    Step.DECLARED: "le numéro aurait dû arriver par courriel : vérifier l'adresse déclarée",
    Step.RECEIVED: "l'e-CPS n'est pas activée : aider à l'activation",
    Step.TO_CLOSE: "la situation d'exercice reste ouverte au portail",
}
# Roles of TRE_R85 that coordination and medico-social teams hold (§1.4); the code decides of the rights, not the label.
ROLES: Final = {
    "304": "Assistant de service social (MAIA)",
    "305": "Psychologue (MAIA)",
    "307": "Mandataire judiciaire à la protection des majeurs",
    "308": "Pilote MAIA",
    "309": "Gestionnaire de cas MAIA",
    "310": "Équipe médico-sociale APA",
    "311": "Autre acteur MAIA",
    "312": "Autre professionnel",
    "313": "Aide-soignant",
    "314": "Ambulancier",
    "315": "Auxiliaire de puériculture",
    "319": "Technicien de l'intervention sociale et familiale",
    "320": "Conseiller en économie sociale et familiale",
    "321": "Médiateur familial",
    "322": "Assistant familial",
    "324": "Moniteur éducateur",
    "325": "Éducateur de jeunes enfants",
    "326": "Éducateur spécialisé",
    "328": "Accompagnant éducatif et social",
    "330": "Coordonnateur de parcours",
    "331": "Secrétaire assistante médico-administrative",
    "332": "Assistant médical",
    "333": "Responsable de secteur",
    "336": "Autre professionnel de l'accueil et de l'orientation",
    "345": "Autre professionnel social",
    "351": "Assistant maternel",
    "353": "Membre de l'équipe de soins",
    "359": "Directeur d'établissement",
    "365": "Gestionnaire des admissions",
    "371": "Aide à domicile qualifiée",
    "372": "Aide à domicile",
    "375": "Conseiller conjugal et familial",
}
OTHER_SOCIAL: Final = "345"


def role_to_register(profession: Profession) -> str:
    """The RPPS+ role of somebody whose number is awaited: their own role of TRE_R85, else « autre professionnel
    social » for a social profession of another table; empty for the others, whom an order or the ARS registers (§1.4).
    """
    if profession.code in ROLES:
        return profession.code
    return OTHER_SOCIAL if profession.category is Category.SOCIAL else ""
