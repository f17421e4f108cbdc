"""URLs of the training."""

from django.urls import path

from pepites.training import views

app_name = "training"
urlpatterns = [
    path("formation/", views.home, name="home"),
    path("formation/<uuid:public_id>/", views.copy, name="copy"),
    path("formation/<uuid:public_id>/stagiaires/", views.enrol, name="enrol"),
    path("formation/<uuid:public_id>/seances/", views.plan, name="plan"),
    path("formation/<uuid:public_id>/remettre-a-neuf/", views.renew, name="renew"),
    path("formation/<uuid:public_id>/fermer/", views.close, name="close"),
    path("formation/<uuid:public_id>/mes-etapes/", views.steps, name="steps"),
    path("formation/seances/<uuid:public_id>/", views.session, name="session"),
    path("formation/seances/<uuid:public_id>/feuille/", views.sheet, name="sheet"),
]
