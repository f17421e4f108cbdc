from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "pepites.documents"
    label = "documents"
