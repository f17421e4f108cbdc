from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "pepites.interop"
    label = "interop"

    def ready(self) -> None:
        from pepites.interop.hl7v2.setup import register_all

        register_all()
