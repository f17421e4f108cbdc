"""URLs of what is reserved; none says what it holds (design, law 2.6)."""

from django.urls import path

from pepites.coordination.reserved import views

urlpatterns = [
    path("dossiers/<uuid:public_id>/notes/reservee/", views.write_note, name="note-reserved"),
    path("reserves/<uuid:public_id>/lecteurs/", views.readers, name="readers"),
    path("dossiers/<uuid:public_id>/reserves/", views.reports, name="protection"),
    path("dossiers/<uuid:public_id>/reserves/document/", views.document, name="protection-document"),
    path("dossiers/<uuid:public_id>/reserves/noter/", views.keep, name="protection-keep"),
    path("reserves/<uuid:public_id>/", views.report, name="protection-report"),
]
