"""URLs of the takeovers, inside ``coordination``."""

from django.urls import path

from pepites.coordination.takeover import views

urlpatterns = [
    path("reseaux/<slug:slug>/reprise/", views.takeover, name="takeover"),
    path("reseaux/<slug:slug>/reprise/<uuid:public_id>/", views.takeover_run, name="takeover-run"),
    path("reseaux/<slug:slug>/reprise/<uuid:public_id>/verifier/", views.takeover_check, name="takeover-check"),
    path("reseaux/<slug:slug>/reprise/<uuid:public_id>/reprendre/", views.takeover_start, name="takeover-start"),
    path("reseaux/<slug:slug>/reprise/<uuid:public_id>/laissees.csv", views.takeover_report, name="takeover-report"),
    path("dossiers/<uuid:public_id>/historique/", views.history, name="history"),
    path("historique/<uuid:public_id>/fichier/", views.history_file, name="history-file"),
]
