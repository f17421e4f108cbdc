from django.urls import path

from pepites.ui import views

app_name = "ui"

urlpatterns = [
    path("galerie/", views.gallery, name="gallery"),
    path("accessibilite/", views.information, {"page": "accessibility"}, name="accessibility"),
    path("mentions-legales/", views.information, {"page": "legal"}, name="legal"),
    path("donnees-personnelles/", views.information, {"page": "personal_data"}, name="personal-data"),
    path("aide/", views.information, {"page": "help"}, name="help"),
]
