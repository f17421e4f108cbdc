from django.apps import AppConfig


class TerminologyConfig(AppConfig):
    name = "pepites.terminology"
    label = "terminology"
