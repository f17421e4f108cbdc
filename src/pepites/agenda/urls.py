"""URLs of the agenda."""

from django.urls import path

from pepites.agenda.views import agenda, appointments, settings

app_name = "agenda"
urlpatterns = [
    path("agenda/", agenda.agenda, name="agenda"),
    path("agenda/nouveau/", appointments.create, name="create"),
    path("agenda/absences/", settings.absences, name="absences"),
    path("agenda/absences/<uuid:public_id>/retirer/", settings.end_absence, name="absence-end"),
    path("agenda/horaires/", settings.hours, name="hours"),
    path("agenda/importer/", settings.take_in, name="import"),
    path("agenda/adresses/", settings.feeds, name="feeds"),
    path("agenda/adresses/<uuid:public_id>/revoquer/", settings.end_feed, name="feed-end"),
    path("agenda/calendrier/<str:secret>.ics", settings.feed, name="feed"),
    path("agenda/<uuid:public_id>/", appointments.appointment, name="appointment"),
    path("agenda/<uuid:public_id>/deplacer/", appointments.move, name="move"),
    path("agenda/<uuid:public_id>/annuler/", appointments.cancel, name="cancel"),
    path("agenda/<uuid:public_id>/noter/", appointments.end, name="end"),
]
