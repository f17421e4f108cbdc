from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "pepites.patients"
    label = "patients"

    def ready(self) -> None:
        from pepites.audit.journal import register_codes
        from pepites.common.personal_data import PersonalData, register

        register_codes({"patients.preferences.changed": "Langue et protection de la personne modifiées"})
        register(PersonalData("patients.Patient", "patient", "id", "identité", "20 ans après le dernier passage"))
