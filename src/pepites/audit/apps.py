from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "pepites.audit"
    label = "audit"

    def ready(self) -> None:
        from pepites.common.personal_data import PersonalData, register

        register(
            PersonalData(
                "audit.Entry",
                "patient",
                "subject_ids",
                "sécurité",
                "10 ans, puis suppression (trace d'accès)",
            ),
            PersonalData("audit.IdempotencyRecord", "professional", "user_id", "sécurité", "30 jours"),
        )
