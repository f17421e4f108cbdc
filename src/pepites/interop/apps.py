from django.apps import AppConfig, apps


class InteropConfig(AppConfig):
    name = "pepites.interop"
    label = "interop"

    def ready(self) -> None:
        from pepites.interop.hl7v2.setup import register_all

        register_all()
        if apps.is_installed("pepites.regional"):
            from pepites.interop import gateway
            from pepites.interop.regional_server import RegionalServer

            gateway.register(RegionalServer())
