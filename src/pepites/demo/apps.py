from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pepites.demo"
    label = "demo"
