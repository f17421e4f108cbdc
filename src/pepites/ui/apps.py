from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "pepites.ui"
    label = "ui"
