"""URLs of identity."""

from django.urls import path

from pepites.identity.views import collisions, doubles, filiation, insi, merges, person, search

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
    path("personnes/<uuid:public_id>/identite/filiation/", filiation.add, name="filiation"),
    path("personnes/<uuid:public_id>/identite/filiation/<uuid:link_id>/terminer/", filiation.end, name="filiation-end"),
    path("personnes/<uuid:public_id>/identite/telephone/", person.phone, name="phone"),
    path(
        "personnes/<uuid:public_id>/identite/telephone/<uuid:phone_id>/retirer/",
        person.remove_phone,
        name="phone-remove",
    ),
    path("personnes/<uuid:public_id>/identite/insi/", insi.ask, name="insi-ask"),
    path("personnes/<uuid:public_id>/identite/insi/<uuid:call_id>/", insi.answer, name="insi-answer"),
    path("personnes/<uuid:public_id>/identite/insi/<uuid:call_id>/accepter/", insi.accept, name="insi-accept"),
    path("personnes/<uuid:public_id>/identite/insi/<uuid:call_id>/ecarter/", insi.aside, name="insi-aside"),
    path("personnes/<uuid:public_id>/identite/ins/verifier/", insi.verify, name="ins-verify"),
    path("personnes/<uuid:public_id>/identite/ins/retirer/", insi.withdraw, name="ins-withdraw"),
    path("personnes/<uuid:public_id>/identite/etiquette/", insi.label, name="label"),
    path("personnes/<uuid:public_id>/identite/immatriculation/", insi.registration, name="registration"),
    path("personnes/<uuid:public_id>/identite/deux-personnes/", collisions.tell, name="collision-tell"),
    path("identite/insi/", insi.issues, name="insi-issues"),
    path("identite/insi/<uuid:public_id>/traiter/", insi.close, name="insi-close"),
    path("identite/doublons/", doubles.worklist, name="doubles"),
    path("identite/doublons/<uuid:public_id>/trancher/", doubles.settle, name="double"),
    path("identite/collisions/", collisions.listed, name="collisions"),
    path("identite/collisions/<uuid:public_id>/", collisions.page, name="collision"),
    path("identite/collisions/<uuid:public_id>/decider/", collisions.decide, name="collision-decide"),
    path("identite/collisions/<uuid:public_id>/seconde/", collisions.other, name="collision-other"),
    path("identite/collisions/<uuid:public_id>/regler/", collisions.settle, name="collision-settle"),
    path("identite/evenements/", collisions.incidents, name="incidents"),
    path("identite/evenements/<uuid:public_id>/clore/", collisions.close_incident, name="incident-close"),
    path("identite/fusions/", merges.listed, name="merges"),
    path("identite/fusions/preparer/<uuid:one>/<uuid:two>/", merges.prepare, name="merge-prepare"),
    path("identite/fusions/lignes/<uuid:public_id>/", merges.sort, name="merge-sort"),
    path("identite/fusions/<uuid:public_id>/", merges.page, name="merge"),
    path("identite/fusions/<uuid:public_id>/decider/", merges.decide, name="merge-decide"),
    path("identite/fusions/<uuid:public_id>/defaire/", merges.undo, name="merge-undo"),
    path("referentiels/lieux/", search.places, name="places"),
]
