"""URLs of the imports, inside ``coordination``."""

from django.urls import path

from pepites.coordination.importing import views

urlpatterns = [
    path("imports/", views.networks, name="import-list"),
    path("reseaux/<slug:slug>/import/", views.upload, name="import"),
    path("reseaux/<slug:slug>/import/<uuid:public_id>/", views.import_run, name="import-run"),
    path("reseaux/<slug:slug>/import/<uuid:public_id>/verifier/", views.check, name="import-check"),
    path("reseaux/<slug:slug>/import/<uuid:public_id>/importer/", views.start, name="import-start"),
    path("reseaux/<slug:slug>/import/<uuid:public_id>/compte-rendu/", views.report, name="import-report"),
    path("reseaux/<slug:slug>/import/<uuid:public_id>/compte-rendu.csv", views.download, name="import-download"),
]
