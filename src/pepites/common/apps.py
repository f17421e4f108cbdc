from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "pepites.common"
    label = "common"
