"""URLs of access."""

from django.urls import path

from pepites.access import views

app_name = "access"
urlpatterns = [
    path("acces-urgence/", views.reviews, name="reviews"),
    path("acces-urgence/<uuid:patient>/", views.emergency, name="emergency"),
    path("acces-urgence/<uuid:patient>/fermer/", views.close, name="emergency-close"),
    path("acces-urgence/examen/<uuid:public_id>/", views.review, name="review"),
]
