"""URLs of the plan."""

from django.urls import path, re_path

from pepites.coordination.plan import edit_views, views

_KIND = "(?P<kind>attente|probleme|objectif|action)"
_ID = "(?P<public_id>[0-9a-f-]{36})"
urlpatterns = [
    path("dossiers/<uuid:public_id>/plan/", views.summary, name="plan"),
    path("plans/<uuid:public_id>/preparer/", edit_views.draft, name="plan-draft"),
    re_path(rf"^plans/{_ID}/ajouter/{_KIND}/$", edit_views.add, name="plan-add"),
    re_path(rf"^plans/elements/{_KIND}/{_ID}/$", edit_views.change, name="plan-item"),
    re_path(rf"^plans/elements/{_KIND}/{_ID}/retirer/$", edit_views.remove, name="plan-item-remove"),
    path("plans/<uuid:public_id>/referent/", edit_views.referent, name="plan-referent"),
    path("plans/<uuid:public_id>/publier/", edit_views.publish, name="plan-publish"),
    path("plans/<uuid:public_id>/clore/", edit_views.close, name="plan-close"),
    path("plans/<uuid:public_id>/versions/", views.versions, name="plan-versions"),
    path("plans/<uuid:public_id>/versions/<int:number>/", views.version, name="plan-version"),
    path("plans/<uuid:public_id>/versions/<int:number>/pdf/", views.pdf, name="plan-pdf"),
    path("plans/<uuid:public_id>/valider/", views.confirm, name="plan-confirm"),
    path("plans/<uuid:public_id>/signer/", views.sign, name="plan-sign"),
]
