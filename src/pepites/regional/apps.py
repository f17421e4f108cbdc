from django.apps import AppConfig


class RegionalConfig(AppConfig):
    name = "pepites.regional"
    label = "regional"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.regional.receivers import subscribe_to_identities
        from pepites.regional.registry import CODES, register_navigation, register_personal_data

        register_codes(CODES)
        register_personal_data()
        register_navigation()
        subscribe_to_identities()
