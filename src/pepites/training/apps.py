from django.apps import AppConfig


class TrainingConfig(AppConfig):
    name = "pepites.training"
    label = "training"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import register
        from pepites.training.declarations import CODES, PERSONAL_DATA

        register_codes(CODES)
        register(*PERSONAL_DATA)
