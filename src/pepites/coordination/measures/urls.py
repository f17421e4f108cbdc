"""URLs of measures of protection."""

from django.urls import path

from pepites.coordination.measures import views

urlpatterns = [
    path("dossiers/<uuid:public_id>/protection/", views.create, name="measure"),
    path("mesures/<uuid:public_id>/terminer/", views.lift, name="measure-lift"),
]
