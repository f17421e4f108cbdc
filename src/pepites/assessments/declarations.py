"""What ``assessments`` declares to the house: journal codes, personal data, rows to sort."""

from pepites.common.personal_data import PersonalData
from pepites.common.sorting import SortedTable

CODES = {
    "assessments.started": "Évaluation commencée",
    "assessments.saved": "Brouillon d'évaluation enregistré",
    "assessments.ended": "Évaluation terminée",
    "assessments.corrected": "Évaluation corrigée",
    "assessments.withdrawn": "Évaluation retirée",
    "assessments.alert": "Alerte d'une évaluation",
    "assessments.reserved": "Élément réservé écrit",
    "assessments.refused": "Évaluation refusée",
    "assessments.form.created": "Formulaire créé",
    "assessments.form.changed": "Formulaire en préparation modifié",
    "assessments.form.published": "Formulaire publié",
    "assessments.form.retired": "Formulaire retiré",
    "assessments.form.imported": "Formulaire importé",
    "assessments.form.refused": "Changement de formulaire refusé",
}
_KEPT = "20 ans après le dernier passage"
PERSONAL_DATA = tuple(
    PersonalData(f"assessments.{model}", "patient", "patient_id", "santé", _KEPT)
    for model in ("Assessment", "AssessmentEvent", "AssessmentScore")
)
SORTED = (SortedTable("assessments_assessment", "Évaluation", "started_at", "author_id", frozen=True),)
NOT_SORTED = {
    "suit sa ligne triée": ("assessments_assessmentscore",),
    "historique d'une ligne triée": ("assessments_assessmentevent",),
}
