"""The forty professionals of the demo territory, all invented."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class StaffSpec:
    """One invented professional: account ``login``, places of practice, roles in networks.

    ``practices`` pairs a structure key with (role code, role label); ``networks`` pairs a network slug with a member role.
    ``show`` is the sentence of the sign-in page, empty for those without a one-click account.
    """

    login: str
    given: str
    family: str
    profession: tuple[str, str]
    practices: tuple[tuple[str, str, str], ...]
    civility: str = ""
    category: str = "sante"
    networks: tuple[tuple[str, str], ...] = ()
    show: str = ""
    group: str = ""
    identity_cell: bool = False
    platform_admin: bool = False
    rpps: bool = True
    languages: tuple[str, ...] = field(default=("fr",))


IDE, MED, SF, PHA = ("60", "Infirmier"), ("10", "Médecin"), ("50", "Sage-femme"), ("21", "Pharmacien")
ASS, PSY, DIET = ("91", "Assistant de service social"), ("93", "Psychologue"), ("95", "Diététicien")
KINE, ERGO, ADM = ("70", "Masseur-kinésithérapeute"), ("94", "Ergothérapeute"), ("ADMIN", "Administration")

STAFF = (
    StaffSpec(
        "mrobinel",
        "Maïté",
        "Robinel",
        ASS,
        (("dac", "gestionnaire_cas", "Gestionnaire de cas"),),
        category="social",
        networks=(("maia", "coordination"),),
        rpps=False,
        group="Coordonner",
        show="Gestionnaire de cas MAIA : file active, cercle, tâches, import.",
    ),
    StaffSpec(
        "jamayota",
        "Josette",
        "Amayota",
        IDE,
        (("cab-idel", "ide", "Infirmière libérale"), ("cdps-haut", "ide", "Infirmière")),
        group="Soigner",
        show="Infirmière, deux lieux d'exercice : tchat sur téléphone, photos, notes.",
    ),
    StaffSpec(
        "lvaragne",
        "Lucien",
        "Varagne",
        MED,
        (("cab-med", "medecin", "Médecin traitant"),),
        civility="Dr",
        group="Soigner",
        show="Médecin traitant : cercle, avis, accès en urgence.",
    ),
    StaffSpec(
        "icalderon",
        "Inès",
        "Calderon",
        SF,
        (("cab-sf", "sage_femme", "Sage-femme"),),
        group="Soigner",
        show="Sage-femme libérale du parcours périnatal.",
    ),
    StaffSpec(
        "pramsaran",
        "Priya",
        "Ramsaran",
        MED,
        (("diam", "diabetologue", "Diabétologue coordinatrice"),),
        civility="Dr",
        networks=(("diam", "coordination"),),
        group="Coordonner",
        show="Coordination DIAM : avis spécialisés, urgences.",
    ),
    StaffSpec(
        "cdumoutier",
        "Claire",
        "Dumoutier",
        MED,
        (("perinat", "medecin_pilote", "Médecin coordinatrice"),),
        civility="Dr",
        networks=(("perinat", "coordination"),),
        group="Coordonner",
        show="Coordination Périnat – Enfance vulnérable.",
    ),
    StaffSpec(
        "tmontabo",
        "Théo",
        "Montabo",
        ASS,
        (("ccas", "assistant_social", "Assistant social"),),
        category="social",
        rpps=False,
        group="Accompagner",
        show="Assistant social : voit le social, pas le soin.",
    ),
    StaffSpec(
        "ncorvo",
        "Nadège",
        "Corvo",
        ("92", "Directrice d'établissement"),
        (("ehpad", "direction", "Directrice"),),
        category="social",
        rpps=False,
        group="Accompagner",
        show="Directrice d'EHPAD.",
    ),
    StaffSpec(
        "epalmarin",
        "Édith",
        "Palmarin",
        ADM,
        (("gcs", "identitovigilance", "Cellule d'identitovigilance"),),
        category="social",
        identity_cell=True,
        rpps=False,
        group="Administrer",
        show="Cellule d'identité : doublons, statuts.",
    ),
    StaffSpec(
        "abellony",
        "Aristide",
        "Bellony",
        ADM,
        (("dac", "admin_reseau", "Administrateur de réseau"),),
        category="social",
        networks=(("maia", "administration"), ("diam", "administration"), ("perinat", "administration")),
        rpps=False,
        group="Administrer",
        show="Administrateur de réseau : import, membres, réglages.",
    ),
    StaffSpec(
        "ncordelin",
        "Nadège",
        "Cordelin",
        ADM,
        (("gcs", "exploitation", "Administratrice de la plateforme"),),
        category="social",
        platform_admin=True,
        rpps=False,
        group="Administrer",
        show="Administratrice de la plateforme : logiciels raccordés, comptes.",
    ),
    StaffSpec(
        "hstenval",
        "Hugo",
        "Stenval",
        ADM,
        (("gcs", "dpo", "Délégué à la protection des données"),),
        category="social",
        rpps=False,
        group="Administrer",
        show="DPO : examen des accès en urgence.",
    ),
    StaffSpec(
        "ofontanel",
        "Olga",
        "Fontanel",
        IDE,
        (("ssiad", "ide_coord", "Infirmière coordinatrice"),),
        group="Soigner",
        show="Infirmière d'un autre service : sert à voir ce qui est refusé.",
    ),
)

_MORE: tuple[tuple[str, str, tuple[str, str], str, str, str, str], ...] = (
    ("Rosalie", "Tamarin", IDE, "cab-idel", "ide", "Infirmière libérale", "sante"),
    ("Wensley", "Poeketi", IDE, "cdps-haut", "ide", "Infirmier", "sante"),
    ("Marisol", "Quintana", IDE, "cdps-est", "ide", "Infirmière", "sante"),
    ("Yannick", "Beltour", IDE, "ssiad", "ide", "Infirmier", "sante"),
    ("Fabiola", "Desravines", IDE, "ehpad", "ide", "Infirmière", "sante"),
    ("Bastien", "Lorquet", MED, "ch", "geriatre", "Gériatre", "sante"),
    ("Aminata", "Sarre", MED, "chm", "pediatre", "Pédiatre", "sante"),
    ("Kouassi", "Delmont", MED, "cdps-haut", "medecin", "Médecin", "sante"),
    ("Sylvestre", "Nakou", MED, "cdps-est", "medecin", "Médecin", "sante"),
    ("Hélène", "Parvati", MED, "ch", "endocrinologue", "Endocrinologue", "sante"),
    ("Gaston", "Merlieux", MED, "cab-med", "medecin", "Médecin généraliste", "sante"),
    ("Lorena", "Azevinha", SF, "pmi", "sage_femme", "Sage-femme de PMI", "sante"),
    ("Sabine", "Orpailley", SF, "chm", "sage_femme", "Sage-femme", "sante"),
    ("Mélissa", "Tavolara", SF, "cab-sf", "sage_femme", "Sage-femme", "sante"),
    ("Clovis", "Hamelot", PHA, "pharma", "pharmacien", "Pharmacien", "sante"),
    ("Vanessa", "Coulibie", KINE, "ch", "kine", "Kinésithérapeute", "sante"),
    ("Ruben", "Safira", KINE, "ssiad", "kine", "Kinésithérapeute", "sante"),
    ("Estelle", "Noragues", ERGO, "dac", "ergo", "Ergothérapeute", "sante"),
    ("Damien", "Kaweta", DIET, "diam", "dietetique", "Diététicien", "sante"),
    ("Prisca", "Joubarde", PSY, "dac", "psychologue", "Psychologue", "social"),
    ("Ludmila", "Ferranti", PSY, "pmi", "psychologue", "Psychologue", "social"),
    ("Edwige", "Cassilde", ASS, "ch", "assistant_social", "Assistante sociale", "social"),
    ("Norbert", "Wacapou", ASS, "dac", "gestionnaire_cas", "Gestionnaire de cas", "social"),
    ("Jacinthe", "Balata", ASS, "ccas", "assistant_social", "Assistante sociale", "social"),
    ("Thierry", "Amaranthe", ("96", "Éducateur APA"), "diam", "apa", "Éducateur en activité physique", "social"),
    ("Solange", "Pripri", ("97", "Auxiliaire de vie"), "ssiad", "aide", "Auxiliaire de vie", "social"),
    ("Iris", "Caïmite", ("97", "Aide-soignante"), "ehpad", "aide_soignante", "Aide-soignante", "social"),
    ("Marceau", "Toucanet", ("98", "Médiateur en santé"), "cdps-haut", "mediateur", "Médiateur", "social"),
)

OTHERS = tuple(
    StaffSpec(
        f"{given[0].lower()}{family.lower()}".replace("ï", "i").replace("é", "e"),
        given, family, profession, ((place, role, label),),
        civility="Dr" if profession == MED else "", category=category, rpps=category == "sante",
        networks=(("maia", "coordination"),) if role == "gestionnaire_cas" else (),
    )
    for given, family, profession, place, role, label, category in _MORE
)  # fmt: skip

ALL_STAFF = STAFF + OTHERS


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A one-click account, as the command prints it."""

    login: str
    name: str
    show: str

    def __str__(self) -> str:
        return f"{self.name} ({self.login}) – {self.show}"


def demo_accounts() -> list[DemoAccount]:
    """The accounts of the sign-in page."""
    return [DemoAccount(spec.login, f"{spec.given} {spec.family}", spec.show) for spec in STAFF]
