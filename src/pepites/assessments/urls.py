"""URLs of the forms of a network, under its administration."""

from django.urls import path

from pepites.assessments import views

app_name = "assessments"
_BASE = "administration/reseaux/<slug:slug>/formulaires/"
urlpatterns = [
    path(_BASE, views.form_list, name="form-list"),
    path(f"{_BASE}<uuid:public_id>/", views.form_edit, name="form-edit"),
    path(f"{_BASE}<uuid:public_id>/question/", views.question, name="form-question"),
    path(f"{_BASE}<uuid:public_id>/ranger/", views.arrange, name="form-arrange"),
    path(f"{_BASE}<uuid:public_id>/score/", views.score, name="form-score"),
    path(f"{_BASE}<uuid:public_id>/apercu/", views.preview, name="form-preview"),
    path(f"{_BASE}<uuid:public_id>/publier/", views.publish, name="form-publish"),
    path(f"{_BASE}<uuid:public_id>/gerer/", views.manage, name="form-manage"),
    path(f"{_BASE}<uuid:public_id>/exporter/", views.export, name="form-export"),
]
