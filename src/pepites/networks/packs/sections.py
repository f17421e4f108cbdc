"""The part of a pack that the networks themselves read: the name, the colour, the word for the person."""

from pepites.networks.packs.schema import Field, Kind, Section

COLOURS = (
    ("1", "Bleu"), ("2", "Vert"), ("3", "Violet"), ("4", "Ocre"), ("5", "Rouge"), ("6", "Turquoise"), ("7", "Rose"),
    ("8", "Gris"),
)  # fmt: skip
PERSON_WORDS = (("usager", "Usager"), ("patient", "Patient"))

NETWORK = Section(
    key="reseau",
    label="Nom et vocabulaire",
    lead="Comment le réseau s'appelle et comment il nomme les personnes qu'il suit.",
    icon="pencil",
    order=10,
    fields=(
        Field(name="name", label="Nom du réseau", required=True),
        Field(name="short_name", label="Nom court", required=True, longest=40, hint="Montré dans les listes."),
        Field(name="colour", label="Couleur", kind=Kind.CHOICE, required=True, choices=COLOURS, default="1"),
        Field(name="person_word", label="Mot pour la personne", kind=Kind.CHOICE, required=True,
              choices=PERSON_WORDS, default="usager"),
    ),
)  # fmt: skip
