from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "pepites.identity"
    label = "identity"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.identity.registry import CODES, register_navigation, register_personal_data, register_sorting

        register_codes(CODES)
        register_personal_data()
        register_navigation()
        register_sorting()
