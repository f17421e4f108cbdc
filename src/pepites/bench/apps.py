from django.apps import AppConfig


class BenchConfig(AppConfig):
    name = "pepites.bench"
    label = "bench"
