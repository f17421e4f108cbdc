"""What ``notifications`` declares to the house: journal codes, personal data, rows that need no sorting."""

from pepites.common.personal_data import PersonalData

CODES = {
    "notifications.list.read": "Notifications consultées",
    "notifications.told": "Professionnels prévenus",
    "notifications.read": "Notifications marquées comme lues",
    "notifications.acknowledged": "Alerte prise en compte",
    "notifications.settled": "Alerte devenue sans objet",
    "notifications.escalated": "Alerte sans réponse : rôle suivant prévenu",
    "notifications.purged": "Notifications lues effacées, passé leur durée",
    "notifications.mailed": "Courriel de nouveautés envoyé",
    "notifications.settings.changed": "Réglages des notifications changés",
}
_KEPT = "20 ans après le dernier passage"
PERSONAL_DATA = (
    PersonalData("notifications.Alert", "patient", "patient_id", "coordination", _KEPT),
    PersonalData(
        "notifications.Notification", "patient", "patient_id", "coordination",
        "lue : 90 jours après (réglage) ; non lue : 20 ans après le dernier passage",
    ),
    PersonalData("notifications.Schedule", "professional", "user_id", "sécurité", "durée du compte"),
    PersonalData("notifications.ChannelChoice", "professional", "user_id", "sécurité", "durée du compte"),
)  # fmt: skip
NOT_SORTED = {"dit un acte trié par sa propre ligne": ("notifications_alert", "notifications_notification")}
