"""What the regional server declares to the rest: journal codes, personal data, links of the frame."""

from typing import Final

from pepites.common.personal_data import PersonalData, register
from pepites.ui import navigation

CODES: Final = {
    "regional.record.received": "Identité reçue d'un domaine",
    "regional.record.refused": "Identité d'un domaine refusée",
    "regional.record.merged": "Fusion reçue d'un domaine",
    "regional.record.renamed": "Changement d'identifiant reçu d'un domaine",
    "regional.record.withdrawn": "Identité retirée par son domaine",
    "regional.linked": "Identités rapprochées",
    "regional.link.refused": "Rapprochement refusé",
    "regional.unlinked": "Identité séparée d'une personne régionale",
    "regional.nonlink.lifted": "« Deux personnes » levé",
    "regional.link.asked": "Rapprochement demandé",
    "regional.unlink.asked": "Séparation demandée",
    "regional.cards.opened": "Cartes de rapprochement ouvertes",
    "regional.card.read": "Consultation d'une carte de rapprochement",
    "regional.card.locked": "Carte de rapprochement prise",
    "regional.card.decided": "Carte de rapprochement décidée",
    "regional.card.refused": "Acte sur une carte de rapprochement refusé",
    "regional.worklist.read": "Consultation des cartes de rapprochement",
    "regional.person.read": "Consultation d'une personne régionale",
    "regional.query.crossref": "Recherche de correspondances d'identifiants (ITI-83)",
    "regional.query.pdq": "Recherche par traits (ITI-78)",
    "regional.query.match": "Comparaison d'une identité ($match, ITI-119)",
    "regional.query.refused": "Recherche régionale refusée",
    "regional.notice.sent": "Avis remis à un domaine",
    "regional.notice.refused": "Lecture des avis refusée",
    "regional.exported": "Rapprochements exportés",
    "regional.closure.announced": "Fermeture du serveur régional annoncée",
    "regional.closed": "Serveur régional fermé",
    "regional.drift.taken": "Dérive du rapprochement regardée",
    "regional.drift.refused": "Regard sur la dérive refusé",
    "regional.domain.changed": "Domaine d'identification modifié",
    "regional.domain.read": "Consultation des domaines d'identification",
    "regional.figures.taken": "Indicateurs d'identitovigilance calculés",
    "regional.figures.exported": "Indicateurs d'identitovigilance exportés",
    "regional.figures.refused": "Calcul ou export des indicateurs refusé",
}

_LIFE: Final = "20 ans après le dernier passage, comme l'identité du domaine"


def register_personal_data() -> None:
    """Register of processing (RGPD art. 30, STIC-10)."""
    for name, path, kept in (
        ("RegionalRecord", "local_id", _LIFE),
        ("RegionalPerson", "irp", _LIFE),
        ("Link", "record_id", _LIFE),
        ("RecordKey", "record_id", "supprimées avec l'identité"),
        ("Card", "one_id", "10 ans après la décision"),
        ("NonLink", "one_id", _LIFE),
        ("Notification", "record_id", "1 an après l'envoi"),
    ):
        register(PersonalData(f"regional.{name}", "patient", path, "identité", kept))


def register_navigation() -> None:
    """The cell's worklist."""
    navigation.register(
        navigation.NavEntry(
            label="Rapprochements",
            icon="intersect",
            url_name="regional:worklist",
            order=46,
            group="Identités",
            prefixes=("regional",),
            visible=lambda request: bool(getattr(getattr(request, "actor", None), "identity_cell", False)),
        )
    )
