from django.apps import AppConfig


class InteropConfig(AppConfig):
    name = "pepites.interop"
    label = "interop"
