"""URLs of the directory."""

from django.urls import path

from pepites.directory import views

app_name = "directory"
urlpatterns = [
    path("annuaire/", views.national, name="national"),
    path("annuaire/direct/demander/", views.ask_national, name="ask-national"),
    path("annuaire/<str:rpps>/", views.national_person, name="national-person"),
]
