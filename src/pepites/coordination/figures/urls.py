"""URLs of the dashboards."""

from django.urls import path

from pepites.coordination.figures import views

urlpatterns = [
    path("reseaux/comparaison/", views.compare, name="figures-compared"),
    path("reseaux/<slug:slug>/tableau-de-bord/", views.dashboard, name="figures"),
    path("reseaux/<slug:slug>/tableau-de-bord/recompter/", views.recount, name="figures-recount"),
    path("reseaux/<slug:slug>/tableau-de-bord/rapport.pdf", views.report, name="figures-report"),
    path("reseaux/<slug:slug>/tableau-de-bord/chiffres.<slug:suffix>", views.export, name="figures-export"),
]
