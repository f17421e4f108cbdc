"""What ``agenda`` declares to the house: journal codes, personal data, rows to sort."""

from pepites.common.personal_data import PersonalData
from pepites.common.sorting import SortedTable

CODES = {
    "agenda.read": "Agenda consulté",
    "agenda.planned": "Rendez-vous planifié",
    "agenda.moved": "Rendez-vous déplacé",
    "agenda.cancelled": "Rendez-vous annulé",
    "agenda.ended": "Rendez-vous noté",
    "agenda.confirmed": "Rendez-vous confirmé",
    "agenda.handed": "Rendez-vous confié à un remplaçant",
    "agenda.absence": "Absence notée",
    "agenda.hours": "Horaires changés",
    "agenda.imported": "Calendrier importé",
    "agenda.feed.opened": "Adresse de calendrier ouverte",
    "agenda.feed.revoked": "Adresse de calendrier révoquée",
    "agenda.refused": "Rendez-vous refusé",
}
_KEPT = "20 ans après le dernier passage"
_ACCOUNT = "1 an après la fermeture du compte"
PERSONAL_DATA = (
    PersonalData("agenda.Appointment", "patient", "patient_id", "coordination", _KEPT),
    PersonalData("agenda.AppointmentEvent", "patient", "patient_id", "coordination", _KEPT),
    PersonalData("agenda.Absence", "professional", "practice_id", "coordination", _ACCOUNT),
    PersonalData("agenda.UsualHours", "professional", "practice_id", "coordination", _ACCOUNT),
    PersonalData("agenda.CalendarFeed", "professional", "user_id", "sécurité", _ACCOUNT),
)
SORTED = (SortedTable("agenda_appointment", "Rendez-vous", "created_at", "created_by_id", frozen=True),)
NOT_SORTED = {"historique d'une ligne triée": ("agenda_appointmentevent",)}
