from django.apps import AppConfig


class NetworksConfig(AppConfig):
    name = "pepites.networks"
    label = "networks"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import PersonalData, register
        from pepites.networks.packs.registry import register_section
        from pepites.networks.packs.sections import NETWORK

        register_section(NETWORK)
        register_codes(
            {
                "networks.refused": "Changement d'un réseau refusé",
                "networks.created": "Réseau créé",
                "networks.pack.changed": "Réglages d'un réseau préparés",
                "networks.pack.published": "Réglages d'un réseau publiés",
                "networks.pack.abandoned": "Brouillon de réglages abandonné",
                "networks.pack.exported": "Réglages d'un réseau exportés",
                "networks.membership.added": "Membre ajouté à un réseau",
                "networks.membership.ended": "Rôle terminé dans un réseau",
                "networks.membership.confirmed": "Rôle confirmé à la revue des habilitations",
                "networks.membership.suspended": "Rôle suspendu, faute de revue des habilitations",
                "networks.membership.restored": "Rôle suspendu rouvert à la revue des habilitations",
                "networks.matrix.published": "Habilitations d'un réseau publiées",
                "networks.habilitations.exported": "Habilitations exportées",
            }
        )
        register(
            PersonalData(
                "networks.NetworkMembership",
                "professional",
                "practice_id",
                "annuaire",
                "10 ans après la fin du rôle, pour rester lisible dans les traces",
            )
        )
