"""URLs of identity."""

from django.urls import path

from pepites.identity.views import doubles, person, search

app_name = "identity"
urlpatterns = [
    path("personnes/rechercher/", search.search, name="search"),
    path("personnes/creer/", search.create, name="create"),
    path("personnes/<uuid:public_id>/identite/", person.page, name="page"),
    path("personnes/<uuid:public_id>/identite/corriger/", person.edit, name="edit"),
    path("personnes/<uuid:public_id>/identite/piece/", person.document, name="document"),
    path("personnes/<uuid:public_id>/identite/piece/<uuid:check_id>/annuler/", person.revoke, name="document-revoke"),
    path("personnes/<uuid:public_id>/identite/attribut/", person.attribute, name="attribute"),
    path("personnes/<uuid:public_id>/identite/autre-nom/", person.alias, name="alias"),
    path("personnes/<uuid:public_id>/identite/telephone/", person.phone, name="phone"),
    path(
        "personnes/<uuid:public_id>/identite/telephone/<uuid:phone_id>/retirer/",
        person.remove_phone,
        name="phone-remove",
    ),
    path("identite/doublons/", doubles.worklist, name="doubles"),
    path("identite/doublons/<uuid:public_id>/trancher/", doubles.settle, name="double"),
    path("referentiels/lieux/", search.places, name="places"),
]
