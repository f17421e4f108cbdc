from django.apps import AppConfig

CODES = {
    "fhir.refused": "Demande FHIR refusée",
    "fhir.patient.search": "Recherche de personnes par FHIR (ITI-78)",
    "fhir.patient.read": "Lecture d'une personne par FHIR (ITI-78)",
    "fhir.patient.match": "Comparaison d'une identité par FHIR (ITI-119)",
    "fhir.patient.crossref": "Correspondances d'identifiants par FHIR (ITI-83)",
    "fhir.patient.feed": "Identité reçue par FHIR (ITI-104)",
    "fhir.export.made": "Dossier exporté en FHIR",
    "fhir.export.refused": "Export FHIR d'un dossier refusé",
    "fhir.patient.remove": "Identité retirée par FHIR (ITI-104)",
    "fhir.event.declared": "Entrée ou sortie d'hôpital déclarée par FHIR (NdE)",
}
SCOPES = {
    "ITI-78": "Chercher des personnes par leurs traits (PDQm)",
    "ITI-83": "Chercher les correspondances d'un identifiant (PIXm)",
    "ITI-104": "Alimenter le serveur régional d'identités (PIXm)",
    "ITI-119": "Comparer une identité à celles de la région (PDQm)",
    "NDE": "Dire les entrées et sorties d'hôpital (NdE)",
}


class FhirConfig(AppConfig):
    name = "pepites.fhir"
    label = "fhir"

    def ready(self) -> None:
        from pepites.accounts.machines.scopes import register_scopes
        from pepites.audit.journal import register_codes
        from pepites.fhir.identity import register_interactions
        from pepites.fhir.stays import register_stays

        register_codes(CODES)
        register_scopes(SCOPES)
        register_interactions()
        register_stays()
