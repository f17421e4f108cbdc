"""What ``training`` declares to the house: journal codes and personal data."""

from pepites.common.personal_data import PersonalData

CODES = {
    "training.read": "Page de formation consultée",
    "training.opened": "Copie d'entraînement créée",
    "training.filled": "Personnes fictives ajoutées à une copie d'entraînement",
    "training.renewed": "Copie d'entraînement remise à neuf",
    "training.closed": "Copie d'entraînement fermée",
    "training.enrolled": "Stagiaire inscrit",
    "training.session": "Séance de formation prévue",
    "training.attendance": "Présences enregistrées",
    "training.refused": "Acte de formation refusé",
}
_KEPT = "5 ans (justificatif de formation)"
PERSONAL_DATA = (
    PersonalData("training.TrainingCopy", "professional", "trainer_id", "vie professionnelle", _KEPT),
    PersonalData("training.Trainee", "professional", "practice_id", "vie professionnelle", _KEPT),
    PersonalData(
        "training.Colleague", "professional", "practice_id", "collègue inventé, personne réelle aucune", _KEPT
    ),
    PersonalData("training.Session", "professional", "trainer_id", "vie professionnelle", _KEPT),
    PersonalData("training.Attendance", "professional", "practice_id", "vie professionnelle", _KEPT),
)
