"""URLs of the person and their carers in the circle."""

from django.urls import path

from pepites.coordination.relatives import views

urlpatterns = [
    path("dossiers/<uuid:public_id>/cercle/proches/", views.welcome, name="relative"),
    path("proches/<uuid:public_id>/terminer/", views.end, name="relative-end"),
]
