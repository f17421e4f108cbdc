"""URLs of the demandes."""

from django.urls import path

from pepites.coordination.referrals import views

urlpatterns = [
    path("demandes/", views.referrals, name="referrals"),
    path("demandes/nouvelle/", views.choose_target, name="referral-target"),
    path("demandes/nouvelle/reseau/<slug:slug>/", views.ask_network, name="referral-ask"),
    path("demandes/nouvelle/structure/<uuid:public_id>/", views.ask_structure, name="referral-ask-structure"),
    path("demandes/<uuid:public_id>/", views.referral, name="referral"),
    path("demandes/<uuid:public_id>/fichiers/", views.release, name="referral-release"),
    path("demandes/fichiers/<uuid:public_id>/", views.file, name="referral-file"),
    path("demandes/<uuid:public_id>/qualifier/", views.qualify, name="referral-qualify"),
    path("demandes/<uuid:public_id>/accepter/", views.accept, name="referral-accept"),
    path("demandes/<uuid:public_id>/refuser/", views.refuse, name="referral-refuse"),
    path("demandes/<uuid:public_id>/reorienter/", views.send_on, name="referral-redirect"),
    path("demandes/<uuid:public_id>/clore/", views.close, name="referral-close"),
    path("demander/<slug:slug>/", views.ask_publicly, name="referral-public"),
]
