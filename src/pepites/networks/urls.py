"""URLs of the networks: their settings."""

from django.urls import path

from pepites.networks.packs import views

app_name = "networks"
_PACK = "administration/reseaux/<slug:slug>/reglages/"
urlpatterns = [
    path("administration/reseaux/nouveau/", views.new_network, name="new"),
    path(_PACK, views.pack, name="pack"),
    path(f"{_PACK}apercu/", views.preview, name="pack-preview"),
    path(f"{_PACK}exporter/", views.export, name="pack-export"),
    path(f"{_PACK}importer/", views.import_file, name="pack-import"),
    path(f"{_PACK}<slug:key>/", views.section, name="pack-section"),
    path(f"{_PACK}<slug:key>/ajouter/", views.add_row, name="pack-row-add"),
    path(f"{_PACK}<slug:key>/ligne/<path:path>/", views.row, name="pack-row"),
]
