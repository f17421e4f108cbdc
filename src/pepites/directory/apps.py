from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "pepites.directory"
    label = "directory"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import PersonalData, register

        register_codes(
            {
                "directory.live.asked": "Annuaire national interrogé en direct",
                "directory.refused": "Changement de l'annuaire refusé",
                "directory.organization.created": "Structure ajoutée",
                "directory.professional.created": "Professionnel ajouté",
                "directory.practice.created": "Lieu d'exercice ajouté",
                "directory.practice.ended": "Lieu d'exercice terminé",
                "directory.national.loaded": "Annuaire national chargé",
            }
        )
        kept = "Tant que la personne exerce, puis 10 ans pour rester lisible dans les traces"
        copied = "Copie publique de l'Annuaire Santé, refaite à chaque chargement"
        register(
            PersonalData("directory.Professional", "professional", "id", "annuaire", kept),
            PersonalData("directory.PractitionerRole", "professional", "professional_id", "annuaire", kept),
            PersonalData("directory.NationalPerson", "professional", "id", "annuaire", copied),
            PersonalData("directory.NationalStructure", "professional", "id", "annuaire", copied),
            PersonalData("directory.FinessStructure", "professional", "finess", "annuaire", copied),
            PersonalData("directory.NationalActivity", "professional", "person_id", "annuaire", copied),
            PersonalData("directory.NationalSkill", "professional", "person_id", "annuaire", copied),
            PersonalData("directory.NationalDiploma", "professional", "person_id", "annuaire", copied),
            PersonalData("directory.NationalMailbox", "professional", "person_id", "annuaire", copied),
            PersonalData("directory.LiveLookup", "professional", "rpps", "annuaire", "30 jours"),
        )
