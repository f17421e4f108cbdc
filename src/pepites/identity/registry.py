"""What identity declares to the rest: journal codes, personal data, links of the frame."""

from typing import Final

from django.http import HttpRequest

from pepites.common.personal_data import PersonalData, register
from pepites.common.sorting import SortedTable, leave_out, sort_rows_of
from pepites.ui import navigation

CODES: Final = {
    "identity.search": "Recherche avant création",
    "identity.search.refused": "Recherche avant création refusée",
    "identity.doubles.shown": "Doublons possibles montrés",
    "identity.created": "Identité créée",
    "identity.create": "Création d'identité refusée",
    "identity.read": "Consultation d'une identité",
    "identity.corrected": "Identité corrigée",
    "identity.correct": "Correction d'identité refusée",
    "identity.alias.added": "Autre nom ajouté",
    "identity.phone.added": "Téléphone ajouté",
    "identity.phone.removed": "Téléphone retiré",
    "identity.document.checked": "Pièce d'identité vérifiée",
    "identity.document.noted": "Pièce d'identité notée, sans valeur de validation",
    "identity.document.revoked": "Vérification d'une pièce annulée",
    "identity.status.changed": "Statut d'identité changé",
    "identity.attribute.set": "Attribut d'identité posé",
    "identity.attribute.cleared": "Attribut d'identité retiré",
    "identity.insi.called": "Appel du téléservice INSi",
    "identity.insi.refused": "Appel ou décision INSi refusé",
    "identity.insi.accepted": "Réponse d'INSi acceptée",
    "identity.insi.rejected": "Réponse d'INSi écartée",
    "identity.insi.read": "Comparaison d'une réponse d'INSi",
    "identity.insi.closed": "Réponse d'INSi traitée par la cellule",
    "identity.ins.read": "Lecture d'un INS complet",
    "identity.ins.withdrawn": "INS retiré",
    "identity.ins.printed": "INS imprimé sur une étiquette",
    "identity.registration.set": "Immatriculation en cours, posée ou levée",
    "identity.filiation.set": "Lien de filiation ou de placement enregistré",
    "identity.filiation.ended": "Lien de filiation ou de placement terminé",
    "identity.card.opened": "Doublon possible signalé",
    "identity.card.read": "Consultation d'un doublon possible",
    "identity.card.settled": "Doublon possible tranché",
    "identity.card.settle": "Décision sur un doublon refusée",
    "identity.places": "Recherche de lieu",
    "identity.collision.told": "Deux personnes dans un dossier, signalé",
    "identity.collision.decided": "Deux personnes dans un dossier, décidé",
    "identity.collision.separated": "Dossier de la seconde personne nommé",
    "identity.collision.settled": "Deux personnes dans un dossier, réglé",
    "identity.collision.read": "Consultation d'une collision",
    "identity.collision.refused": "Acte sur une collision refusé",
    "identity.incident.read": "Consultation des événements indésirables d'identité",
    "identity.incident.told": "Événement indésirable d'identité déclaré",
    "identity.incident.closed": "Événement indésirable d'identité clos",
    "identity.merge.asked": "Fusion de deux identités demandée",
    "identity.merge.done": "Identités fusionnées",
    "identity.merge.rejected": "Fusion écartée par le second lecteur",
    "identity.merge.undone": "Fusion défaite",
    "identity.merge.sorted": "Ligne triée après une fusion défaite",
    "identity.merge.read": "Consultation d'une fusion",
    "identity.merge.refused": "Fusion refusée",
}

_LIFE: Final = "20 ans après le dernier passage, comme le dossier"


def register_personal_data() -> None:
    """Register of processing (RGPD art. 30)."""
    for name, kept in (
        ("DomainIdentity", _LIFE),
        ("DomainIdentityEvent", _LIFE),
        ("IdentityBlock", "supprimées avec l'identité"),
        ("Alias", _LIFE),
        ("Phone", _LIFE),
        ("DocumentCheck", "5 ans après la vérification"),
        ("DoubleCandidate", "10 ans après la décision"),
        ("NotSame", _LIFE),
        ("Ins", _LIFE),
        ("InsiCall", _LIFE),
        ("Filiation", _LIFE),
        ("Merge", _LIFE),
        ("RowToSort", "10 ans après le tri"),
        ("Collision", _LIFE),
        ("Incident", "10 ans après la clôture"),
    ):
        register(PersonalData(f"identity.{name}", "patient", "patient_id", "identité", kept))
    register(PersonalData("identity.SearchTrace", "professional", "user_id", "sécurité", "1 an"))


def register_sorting() -> None:
    """What an unmerge lists for sorting (RNIV-13), and what it need not."""
    sort_rows_of(
        SortedTable("identity_alias", "Autre nom", "added_at", "added_by_id", frozen=True),
        SortedTable("identity_phone", "Téléphone", "added_at", frozen=True),
        SortedTable("identity_documentcheck", "Pièce d'identité vérifiée", "recorded_at", "operator_id", frozen=True),
        SortedTable("identity_insicall", "Appel d'INSi", "asked_at", "asked_by_id"),
        SortedTable("identity_filiation", "Filiation ou placement", "recorded_at", "recorded_by_id", frozen=True),
    )
    leave_out("l'identité elle-même, et ce qui la suit", *(f"identity_{one}" for one in (
        "domainidentity", "domainidentityevent", "ins", "identityblock",
    )))  # fmt: skip
    leave_out("la cellule y décide d'une paire de personnes", *(f"identity_{one}" for one in (
        "doublecandidate", "notsame", "merge", "rowtosort", "collision", "incident",
    )))  # fmt: skip


def _in_cell(request: HttpRequest) -> bool:
    return bool(getattr(getattr(request, "actor", None), "identity_cell", False))


def _waiting_collisions(request: HttpRequest) -> int:
    from pepites.identity.collisions.selectors import waiting_collisions

    actor = getattr(request, "actor", None)
    return waiting_collisions(actor) if actor is not None else 0


def _waiting_merges(request: HttpRequest) -> int:
    from pepites.identity.merging.selectors import waiting_merges

    actor = getattr(request, "actor", None)
    return waiting_merges(actor) if actor is not None else 0


def _waiting_issues(request: HttpRequest) -> int:
    from pepites.identity.selectors.insi import waiting_issues

    actor = getattr(request, "actor", None)
    return waiting_issues(actor) if actor is not None else 0


_CELL_PAGES: Final = (
    ("Doublons", "people", "doubles", ("double", "insi-issues"), _waiting_issues, "{n} réponses d'INSi à traiter"),
    ("Fusions", "union", "merges", ("merge", "merge-prepare", "merge-decide", "merge-undo", "merge-sort"),
     _waiting_merges, "{n} fusions à relire ou à trier"),
    ("Collisions", "exclamation-triangle", "collisions",
     ("collision", "collision-decide", "collision-other", "collision-settle"), _waiting_collisions,
     "{n} collisions à traiter"),
    ("Événements", "flag", "incidents", ("incident-close",), None, "{n} en attente"),
)  # fmt: skip


def register_navigation() -> None:
    """The worklists of the identity cell, one entry of the bar with a tab each."""
    for order, (label, icon, name, more, badge, words) in enumerate(_CELL_PAGES):
        navigation.register(
            navigation.NavEntry(
                label=label, icon=icon, url_name=f"identity:{name}", order=45 + 2 * order,
                prefixes=tuple(f"identity:{one}" for one in more), badge=badge, badge_label=words, visible=_in_cell,
                group="Identités",
            )
        )  # fmt: skip
