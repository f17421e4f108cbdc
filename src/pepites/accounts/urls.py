"""URLs of accounts."""

from django.urls import path

from pepites.accounts.views import (
    account,
    administration,
    federation,
    identification,
    machines,
    session,
    sign_in,
    tokens,
)

app_name = "accounts"
urlpatterns = [
    path("connexion/", sign_in.sign_in, name="sign-in"),
    path("connexion/second-facteur/", sign_in.second_factor, name="second-factor"),
    path("connexion/premier-facteur/", sign_in.enrol, name="enrol"),
    path("connexion/telephone-perdu/", sign_in.lost_factor, name="lost-factor"),
    path("connexion/demonstration/<uuid:public_id>/", sign_in.demo, name="demo"),
    path("connexion/psc/", federation.leave, name="psc"),
    path("connexion/psc/retour/", federation.come_back, name="psc-return"),
    path("connexion/bouton-psc", federation.button, name="psc-button"),
    path("oidc/backchannel-logout", federation.logout_notice, name="psc-logout"),
    path("invitation/<str:token>/", sign_in.invitation, name="invitation"),
    path("deconnexion/", session.sign_out, name="sign-out"),
    path("contextes/", session.contexts, name="contexts"),
    path("session/prolonger/", session.extend_session, name="extend-session"),
    path("compte/", account.account, name="account"),
    path("compte/confirmer/", account.confirm, name="confirm"),
    path("compte/mot-de-passe/", account.password, name="password"),
    path("compte/application/", account.application, name="application"),
    path("compte/codes/", account.recovery_codes, name="recovery-codes"),
    path("compte/cles/<uuid:public_id>/retirer/", account.remove_passkey, name="remove-passkey"),
    path("compte/sessions/", account.sessions, name="sessions"),
    path("oauth2/token", tokens.token, name="token"),
    path("administration/", administration.home, name="administration"),
    path("administration/reseaux/<slug:slug>/", administration.network, name="network-members"),
    path("administration/reseaux/<slug:slug>/ajouter/", administration.add_member, name="network-add-member"),
    path("administration/reseaux/<slug:slug>/terminer/", administration.end_member, name="network-end-member"),
    path("administration/reseaux/<slug:slug>/inviter/", administration.invite, name="invite"),
    path("administration/structures/", administration.organizations, name="organization-search"),
    path("administration/structures/nouvelle/", administration.new_organization, name="new-organization"),
    path("administration/comptes/", administration.accounts, name="accounts"),
    path("administration/comptes/<uuid:public_id>/", administration.account, name="account-admin"),
    path("administration/logiciels/", machines.machines, name="machines"),
    path("administration/logiciels/nouveau/", machines.new_machine, name="new-machine"),
    path("administration/logiciels/<uuid:public_id>/", machines.machine, name="machine"),
    path("administration/identification/", identification.identification, name="identification"),
    path("administration/remises-a-zero/", administration.resets, name="factor-resets"),
]
