"""What ``coordination`` declares to the house: journal codes and personal data."""

from pepites.common.personal_data import PersonalData
from pepites.common.sorting import SortedTable

CODES = {
    "coordination.home.read": "Accueil consulté",
    "coordination.list.read": "File active consultée",
    "coordination.list.searched": "Recherche dans la file active",
    "coordination.file.opened": "Dossier ouvert : fil",
    "coordination.circle.read": "Cercle de soins consulté",
    "coordination.tasks.read": "Tâches consultées",
    "coordination.contacts.read": "Contacts consultés",
    "coordination.consents.read": "Consentements consultés",
    "coordination.pathways.read": "Parcours consultés",
    "coordination.identity.read": "Identité consultée",
    "coordination.invitation.read": "Invitation consultée",
    "coordination.pathway.opened": "Parcours ouvert",
    "coordination.pathway.suspended": "Parcours suspendu",
    "coordination.pathway.resumed": "Parcours repris",
    "coordination.pathway.closed": "Parcours clos",
    "coordination.pathway.refused": "Changement de parcours refusé",
    "coordination.member.invited": "Invitation dans le cercle",
    "coordination.member.accepted": "Invitation acceptée",
    "coordination.member.declined": "Invitation refusée par le professionnel",
    "coordination.member.activated": "Entrée dans le cercle",
    "coordination.member.paused": "Membre en attente de consentement",
    "coordination.member.removed": "Sortie du cercle",
    "coordination.member.changed": "Membre du cercle modifié",
    "coordination.member.refused": "Changement du cercle refusé",
    "coordination.note.added": "Note ajoutée au cahier de liaison",
    "coordination.note.changed": "Note corrigée",
    "coordination.note.retired": "Note retirée",
    "coordination.note.refused": "Note refusée",
    "coordination.task.created": "Tâche créée",
    "coordination.task.done": "Tâche faite",
    "coordination.task.cancelled": "Tâche annulée",
    "coordination.task.started": "Tâche commencée",
    "coordination.task.refused": "Tâche refusée",
    "coordination.contact.added": "Contact ajouté",
    "coordination.contact.ended": "Contact retiré",
    "coordination.contact.refused": "Contact refusé",
    "coordination.consent.refused": "Recueil de consentement refusé",
    "coordination.message.filed": "Message versé au dossier",
    "coordination.assessments.read": "Évaluations consultées",
    "coordination.assessment.read": "Évaluation consultée",
    "coordination.access.reported": "Accès signalé",
    "coordination.import.read": "Écran d'import consulté",
    "coordination.import.uploaded": "Fichier d'import déposé",
    "coordination.import.asked": "Import demandé",
    "coordination.import.checked": "Fichier d'import vérifié",
    "coordination.import.batch": "Lignes importées",
    "coordination.import.done": "Import terminé",
    "coordination.import.failed": "Import arrêté",
    "coordination.import.report": "Compte rendu d'import consulté",
    "coordination.import.refused": "Import refusé",
    "coordination.file.refused": "Ouverture du dossier refusée",
}

CARE = "20 ans après le dernier passage"
_MODELS = {
    "Pathway": "coordination",
    "PathwayEvent": "coordination",
    "CareTeamMember": "coordination",
    "CareTeamMemberEvent": "coordination",
    "Contact": "coordination",
    "LiaisonNote": "santé",
    "LiaisonNoteEvent": "santé",
    "Task": "coordination",
    "TaskEvent": "coordination",
    "FilEntry": "santé",
    "PatientActivity": "coordination",
    "LocalIdentifier": "identité",
}
PERSONAL_DATA = (
    *(
        PersonalData(f"coordination.{model}", "patient", "patient_id", category, CARE)
        for model, category in _MODELS.items()
    ),
    PersonalData("coordination.ImportRun", "professional", "user_id", "sécurité", "1 an ; le fichier, 7 jours"),
)

SORTED = (
    SortedTable("coordination_liaisonnote", "Note de liaison", "created_at", "author_id", frozen=True),
    SortedTable("coordination_task", "Tâche", "created_at", "created_by_id"),
    SortedTable("coordination_careteammember", "Entrée dans le cercle", "invited_at", "invited_by_id", frozen=True),
    SortedTable("coordination_contact", "Contact", "created_at", "created_by_id", frozen=True),
    SortedTable("coordination_pathway", "Parcours", "opened_on", "opened_by_id", frozen=True),
    SortedTable("coordination_localidentifier", "Numéro d'un fichier importé"),
)
NOT_SORTED = {
    "raconte un acte trié par sa propre ligne": ("coordination_filentry",),
    "copie tenue par les actes": ("coordination_patientactivity",),
    "historique d'une ligne triée": (
        "coordination_pathwayevent", "coordination_careteammemberevent", "coordination_liaisonnoteevent",
        "coordination_taskevent",
    ),
}  # fmt: skip
"""What an unmerge lists for sorting (RNIV-13), and what it need not."""
