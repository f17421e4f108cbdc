from django.apps import AppConfig

CODES = {
    "access.refused": "Accès refusé",
    "access.grant.offered": "Accès proposé à un professionnel",
    "access.grant.accepted": "Accès accepté",
    "access.grant.ended": "Accès terminé",
    "access.network.enrolled": "Inclusion dans un réseau",
    "access.network.left": "Sortie d'un réseau",
    "access.consent.recorded": "Consentement recueilli",
    "access.consent.withdrawn": "Consentement retiré",
    "access.opposition.recorded": "Opposition enregistrée",
    "access.opposition.lifted": "Opposition levée",
    "access.opposition.lift_refused": "Levée d'opposition refusée",
    "access.emergency.opened": "Accès en urgence (bris de glace)",
    "access.emergency.refused": "Accès en urgence refusé",
    "access.emergency.identity": "Identité affichée avant un accès en urgence",
    "access.emergency.reviewed": "Accès en urgence examiné",
    "access.emergency.review": "Examen d'un accès en urgence refusé",
    "access.trace.read": "Consultation des accès au dossier",
    "access.offer": "Proposition d'accès refusée",
    "access.accept": "Acceptation d'accès refusée",
    "access.end": "Fin d'accès refusée",
    "access.enrol": "Inclusion refusée",
    "access.leave": "Sortie de réseau refusée",
    "access.refresh": "Mise à jour des accès refusée",
    "access.readers.named": "Lecteurs d'un élément réservé changés",
    "access.readers.refused": "Changement des lecteurs d'un élément réservé refusé",
}

LIFE = "20 ans après le dernier passage"
CARE = "10 ans après la fin de prise en charge"


class AccessConfig(AppConfig):
    name = "pepites.access"
    label = "access"

    def ready(self) -> None:
        from pepites.access import lookups  # noqa: F401  registers ``same_person``
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import PersonalData, register
        from pepites.common.sorting import SortedTable, leave_out, sort_rows_of

        register_codes(CODES)
        sort_rows_of(
            SortedTable("access_consentrecord", "Consentement", "given_at", "collected_by_id", frozen=True),
            SortedTable("access_opposition", "Opposition", "recorded_at", "recorded_by_id"),
            SortedTable("access_emergencyaccess", "Accès en urgence", "starts_at", "practice_id"),
        )
        leave_out(
            "suit le cercle, le parcours ou l'accès en urgence, triés", "access_accessgrant", "access_networkpatient"
        )
        leave_out("suit l'élément réservé, trié", "access_itemreader")
        register(
            PersonalData("access.AccessGrant", "patient", "patient_id", "sécurité", "10 ans après la fin de l'accès"),
            PersonalData("access.NetworkPatient", "patient", "patient_id", "coordination", LIFE),
            PersonalData("access.ConsentRecord", "patient", "patient_id", "coordination", CARE),
            PersonalData("access.Opposition", "patient", "patient_id", "coordination", CARE),
            PersonalData("access.ItemReader", "patient", "patient_id", "sécurité", LIFE),
            PersonalData("access.EmergencyAccess", "patient", "patient_id", "sécurité", "10 ans"),
        )
