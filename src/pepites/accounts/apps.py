from django.apps import AppConfig

CODES = {
    "accounts.sign_in.failed": "Connexion refusée",
    "accounts.sign_in.done": "Connexion",
    "accounts.sign_out": "Déconnexion",
    "accounts.psc.refused": "Connexion par Pro Santé Connect refusée",
    "accounts.psc.attached": "Pro Santé Connect rattaché au compte",
    "accounts.psc.logout": "Session fermée par Pro Santé Connect",
    "accounts.factor.confirmed": "Identité confirmée avant un acte sensible",
    "accounts.homologation.recorded": "Homologation des comptes locaux enregistrée",
    "accounts.homologation.withdrawn": "Homologation des comptes locaux retirée",
    "accounts.emergency.issued": "Codes de secours imprimés",
    "accounts.emergency.used": "Entrée par un code de secours, Pro Santé Connect en panne",
    "accounts.emergency.refused": "Code de secours refusé",
    "accounts.emergency.reviewed": "Usage d'un code de secours examiné",
    "accounts.outage.declared": "Panne de Pro Santé Connect déclarée",
    "accounts.outage.ended": "Fin de panne de Pro Santé Connect déclarée",
    "accounts.context.chosen": "Choix du lieu d'exercice",
    "accounts.factor.failed": "Second facteur refusé",
    "accounts.factor.added": "Second facteur ajouté",
    "accounts.factor.disabled": "Second facteur retiré",
    "accounts.recovery.renewed": "Codes de récupération renouvelés",
    "accounts.password.changed": "Mot de passe changé",
    "accounts.session.ended": "Session terminée par une personne",
    "accounts.account.created": "Compte créé",
    "accounts.account.attached": "Compte en attente rattaché à un professionnel",
    "accounts.account.activity": "Compte activé ou désactivé",
    "accounts.invitation.created": "Invitation créée",
    "accounts.invitation.used": "Invitation utilisée",
    "accounts.reset.requested": "Remise à zéro d'un second facteur demandée",
    "accounts.reset.confirmed": "Remise à zéro d'un second facteur confirmée",
    "accounts.reset.cancelled": "Remise à zéro d'un second facteur abandonnée",
    "accounts.administration.refused": "Administration des comptes refusée",
    "accounts.enrolment.requested": "Compte local demandé",
    "accounts.enrolment.approved": "Compte local approuvé par une seconde personne",
    "accounts.enrolment.refused": "Compte local refusé",
    "accounts.enrolment.renewed": "Compte local prolongé",
    "accounts.account.suspended": "Compte suspendu de lui-même",
    "accounts.manager.named": "Gestionnaire de structure nommé",
    "accounts.manager.ended": "Gestionnaire de structure retiré",
    "accounts.rpps.contract": "Contrat RPPS+ d'une structure mis à jour",
    "accounts.rpps.added": "Personne à inscrire au RPPS+",
    "accounts.rpps.step": "Étape RPPS+ franchie",
    "accounts.rpps.left": "Départ enregistré, lieu d'exercice fermé",
    "accounts.rpps.exported": "Liste RPPS+ exportée",
    "accounts.client.created": "Client machine ajouté",
    "accounts.client.revoked": "Client machine révoqué",
    "accounts.client.refused": "Client machine refusé",
    "accounts.token.issued": "Jeton remis à un client machine",
}
LINKS = {
    "sign_in": "accounts:sign-in",
    "sign_out": "accounts:sign-out",
    "contexts": "accounts:contexts",
    "account": "accounts:account",
    "extend_session": "accounts:extend-session",
}


class AccountsConfig(AppConfig):
    name = "pepites.accounts"
    label = "accounts"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.ui.navigation import register_link

        register_codes(CODES)
        for name, url_name in LINKS.items():
            register_link(name, url_name)
        self._declare_personal_data()

    @staticmethod
    def _declare_personal_data() -> None:
        from pepites.common.personal_data import PersonalData, register

        account = "Tant que le compte est ouvert, puis 10 ans pour rester lisible dans les traces"
        rpps = "5 ans après le départ de la personne, pour répondre à l'ANS"
        register(
            PersonalData("accounts.User", "professional", "id", "compte", account),
            PersonalData("accounts.UserSession", "professional", "user_id", "sécurité", "Jusqu'à la fin de la session"),
            PersonalData("accounts.TotpDevice", "professional", "user_id", "sécurité", account),
            PersonalData("accounts.Passkey", "professional", "user_id", "sécurité", account),
            PersonalData("accounts.RecoveryCode", "professional", "user_id", "sécurité", account),
            PersonalData("accounts.EmergencySeries", "professional", "user_id", "sécurité", account),
            PersonalData("accounts.EmergencyCode", "professional", "series_id", "sécurité", "10 ans (trace d'accès)"),
            PersonalData(
                "accounts.DeclaredOutage", "professional", "declared_by_id", "sécurité", "10 ans (trace d'accès)"
            ),
            PersonalData("accounts.Invitation", "professional", "user_id", "sécurité", "10 ans (trace d'accès)"),
            PersonalData("accounts.LocalEnrolment", "professional", "user_id", "compte", "10 ans (trace d'accès)"),
            PersonalData("accounts.StructureManager", "professional", "user_id", "annuaire", account),
            PersonalData("accounts.RppsContract", "professional", "organization_id", "annuaire", rpps),
            PersonalData("accounts.RppsRegistration", "professional", "practice_id", "annuaire", rpps),
            PersonalData("accounts.FederatedIdentity", "professional", "user_id", "compte", account),
            PersonalData(
                "accounts.FederatedSignIn", "professional", "identity_id", "sécurité", "10 ans (trace d'accès)"
            ),
            PersonalData("accounts.FactorReset", "professional", "user_id", "sécurité", "10 ans (trace d'accès)"),
            PersonalData(
                "accounts.ServiceClient", "professional", "created_by_id", "sécurité", "10 ans (trace d'accès)"
            ),
        )
