"""URLs of the regional server."""

from django.urls import path

from pepites.regional.views import persons, worklist

app_name = "regional"
urlpatterns = [
    path("identite/rapprochements/", worklist.worklist, name="worklist"),
    path("identite/rapprochements/suivante/", worklist.take_next, name="take-next"),
    path("identite/rapprochements/<uuid:public_id>/", worklist.card, name="card"),
    path("identite/rapprochements/<uuid:public_id>/prendre/", worklist.take, name="take"),
    path("identite/personnes-regionales/<str:irp>/", persons.person, name="person"),
    path("identite/enregistrements/<uuid:public_id>/separer/", persons.separate, name="separate"),
    path("identite/liens/<uuid:public_id>/defaire/", persons.undo, name="undo"),
    path("identite/separations/<uuid:public_id>/lever/", persons.lift, name="lift"),
    path("identite/region/", persons.region, name="region"),
    path("identite/region/domaines/<uuid:public_id>/", persons.domain, name="domain"),
]
