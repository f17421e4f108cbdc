"""URLs of the editions; none says what it holds (design, law 2.6)."""

from django.urls import path

from pepites.coordination.editions import views

urlpatterns = [
    path("evaluations/<uuid:public_id>/pdf/", views.ask_assessment, name="assessment-pdf"),
    path("editions/<uuid:public_id>/", views.edition, name="edition"),
    path("editions/<uuid:public_id>/fichier/", views.edition_file, name="edition-file"),
]
