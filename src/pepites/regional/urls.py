"""URLs of the regional server."""

from django.urls import path

from pepites.regional.views import domains, persons, worklist

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
    path("identite/region/", domains.region, name="region"),
    path("identite/region/domaines/<uuid:public_id>/", domains.domain, name="domain"),
    path("identite/region/indicateurs.csv", domains.region_figures, name="region-figures"),
    path("identite/region/domaines/<uuid:public_id>/indicateurs.csv", domains.domain_figures, name="domain-figures"),
]
