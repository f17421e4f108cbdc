"""The part of a pack that rules the demandes."""

from pepites.coordination.referrals.enums import AnswerLevel
from pepites.networks.packs.schema import Field, Kind, Rows, Section

REFERRALS = Section(
    key="demandes",
    label="Demandes",
    lead="Ce qui arrive au réseau : qui peut demander, sous quel délai il répond, ce qu'il peut répondre.",
    icon="inbox",
    order=25,
    fields=(
        Field(name="public", label="Formulaire ouvert au public", kind=Kind.FLAG,
              hint="Une personne ou un proche peut écrire sans compte."),
        Field(name="intro", label="Ce que le formulaire explique", kind=Kind.AREA, longest=600),
        Field(name="days", label="Délai de réponse visé, en jours", kind=Kind.NUMBER, required=True, least=1, most=90,
              default=7),
        Field(name="urgent_days", label="Le même, pour une demande urgente", kind=Kind.NUMBER, required=True, least=1,
              most=30, default=2),
        Field(name="levels", label="Niveaux de réponse", kind=Kind.SEVERAL, required=True,
              choices=tuple(AnswerLevel.choices), default=tuple(AnswerLevel.values)),
    ),
    rows=Rows(
        name="reasons", label="Motifs de refus ou de réorientation", singular="Motif", most=20,
        fields=(Field(name="title", label="Motif", required=True, longest=150),),
    ),
)  # fmt: skip

SCREENING = Section(
    key="reperage",
    label="Questions de repérage",
    lead="Des questions courtes, par oui ou par non, jointes à chaque demande. Les points aident au tri ; ils "
    "ne décident pas.",
    icon="info-circle",
    order=26,
    fields=(
        Field(name="threshold", label="À partir de combien de points la demande est-elle signalée ?", kind=Kind.NUMBER,
              least=1, most=200),
    ),
    rows=Rows(
        name="questions", label="Questions", singular="Question", most=20, feminine=True,
        fields=(
            Field(name="title", label="Question", required=True, longest=200),
            Field(name="points", label="Points pour « oui »", kind=Kind.NUMBER, least=0, most=20, default=1,
                  said="{} points"),
        ),
    ),
)  # fmt: skip
