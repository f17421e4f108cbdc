"""High-trust identity devices and the papers that are not (§2.3, RNIV 2.0): facts loaded by migration 0002."""

from typing import Final

_COUNTRIES = "France, Union européenne, Suisse, Liechtenstein, Norvège, Islande, Vatican, Monaco, Saint-Marin, Andorre"
_NOTED = "Elle est notée : elle aide à reconnaître la personne, sans changer son statut."

DEVICES: Final[tuple[tuple[str, str, str, str, bool, str, bool], ...]] = (
    # code, label, strength, population, needs a companion, why it does not validate, active
    ("PA", "Passeport (tout pays)", "fort", "tous", False, "", True),
    ("CN", f"Carte nationale d'identité ({_COUNTRIES})", "fort", "tous", False, "", True),
    ("CS", "Titre ou carte de séjour", "fort", "tous", False, "", True),
    ("eCN", "Identité numérique (France Identité)", "fort", "tous", False, "", True),
    ("IN", "L'Identité Numérique La Poste", "fort", "tous", False, "", True),
    ("CC", "Document de circulation pour étranger mineur (avec photo)", "fort", "mineur", False, "", True),
    ("LEP", "Livret de famille, avec une pièce d'un parent ou du tuteur", "fort", "mineur", True, "", True),
    ("AN", "Extrait d'acte de naissance, avec une pièce d'un parent ou du tuteur", "fort", "mineur", True, "", True),
    ("LECV", "Livret de famille avec carte Vitale portant une photo", "fort", "ehpad", False, "", True),
    ("ANCV", "Extrait d'acte de naissance avec carte Vitale portant une photo", "fort", "ehpad", False, "", True),
    ("AV", "Application carte Vitale", "fort", "tous", False, "", False),
    ("CIMS", "Carte d'identité professionnelle multiservices", "fort", "tous", False, "", False),
    ("CNE", "Carte nationale d'identité d'un autre pays", "faible", "tous", False,
     f"La carte nationale d'un pays hors de la liste européenne ne permet pas de valider une identité. {_NOTED}", True),
    ("CONS", "Carte consulaire", "faible", "tous", False,
     f"Une carte consulaire ne permet pas de valider une identité. {_NOTED}", True),
    ("REC", "Récépissé de demande de titre", "faible", "tous", False,
     f"Un récépissé ne permet pas de valider une identité. {_NOTED}", True),
    ("PC", "Permis de conduire", "faible", "tous", False,
     f"Le permis de conduire ne permet pas de valider une identité. {_NOTED}", True),
    ("CV", "Carte Vitale seule", "faible", "tous", False,
     f"La carte Vitale seule ne permet pas de valider une identité. {_NOTED}", True),
    ("AME", "Carte d'aide médicale de l'État", "faible", "tous", False,
     f"La carte AME ne permet pas de valider une identité. {_NOTED}", True),
    ("PHO", "Photocopie ou photo d'une pièce", "faible", "tous", False,
     f"Une copie ne permet pas de valider une identité : demandez l'original. {_NOTED}", True),
)  # fmt: skip
