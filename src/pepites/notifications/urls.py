"""URLs of the notices."""

from django.urls import path

from pepites.notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.notice_list, name="list"),
    path("notifications/lues/", views.read_all, name="read-all"),
    path("notifications/reglages/", views.settings, name="settings"),
    path("notifications/<uuid:public_id>/ouvrir/", views.open_one, name="open"),
    path("notifications/<uuid:public_id>/pris-en-compte/", views.acknowledge, name="acknowledge"),
]
