"""Three hundred invented persons of all the origins of identite-ins §5.5. Seeded: the same territory each time.

Phones are in 0639 98, the block kept for fiction.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta

SEED = 97_300


@dataclass(frozen=True, slots=True)
class PersonSpec:
    """One invented person, as a secretary would type it."""

    birth_name: str
    given_names: str
    birth: str
    sex: str
    birth_place: str
    commune: str
    phone: str
    origin: str
    network: str
    consent: str = "oui"
    used_name: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    document: str = ""
    language: str = "fr"
    interpreter: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """How people of one origin are named and dated (GUY-5 to GUY-10)."""

    key: str
    surnames: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    places: tuple[str, ...]
    language: str
    interpreter: float = 0.0
    approximate: float = 0.0
    surnames_kept: int = 1


ORIGINS = (
    Origin(
        "creole", ("BOUDINOT", "CASTAREL", "DORLIAN", "ÉLIZÉ-MONT", "FLORIMONDE", "GRATIENNE", "HORVILLE", "LAMARINE"),
        ("Marie-Josèphe", "Solange", "Éliane", "Josette", "Rolande"), ("Georges", "Hilaire", "Roland", "Édouard", "Serge"),
        ("97302", "97304", "97306", "97312", "97307"), "gcr",
    ),
    Origin(
        "haiti", ("JEAN", "PIERRE", "JOSEPH", "LOUIS", "CHARLES", "DORVILUS", "SAINTILAIRE", "MÉTÉLUS"),
        ("Rose-Merline", "Guerda", "Lovely", "Mirlande", "Fabienne"), ("Wisly", "Jocelyn", "Fritznel", "Makenson", "Odilon"),
        ("99410",), "ht", interpreter=0.5, approximate=0.2,
    ),
    Origin(
        "bresil", ("DA SILVA", "DOS SANTOS", "FERREIRA", "SOUZA LIMA", "OLIVEIRA", "PINHEIRO", "NASCIMENTO"),
        ("Rosângela", "Francisca", "Edilene", "Maria das Graças", "Jucilene"), ("Raimundo", "Edson", "Josivaldo", "Antônio"),
        ("99416",), "pt", interpreter=0.4, surnames_kept=2,
    ),
    Origin(
        "bushinengue", ("ADAWI", "PANSA", "KOESE", "AMETE", "SABAJO", "TOPO", "DJANI", "MAISO"),
        ("Afiba", "Yaba", "Johanna", "Amba", "Sisa"), ("Kwaku", "Kodjo", "Wensley", "Saiwini", "Atiba"),
        ("97353", "97357", "97360", "99437"), "djk", interpreter=0.4, approximate=0.35,
    ),
    Origin(
        "amerindien", ("ALUPKI", "KOUTAKA", "PALASISI", "TAPINKI", "YANUWANA"),
        ("Aïku", "Malilou", "Kulilu", "Élisa"), ("Tasikale", "Aimawalé", "Kutaka", "Renato"),
        ("97353", "97356", "97361"), "way", interpreter=0.3, approximate=0.3,
    ),
    Origin(
        "hmong", ("YANG", "LY", "MOUA", "HEU", "TCHA"), ("Mai", "Pa Houa", "Xee", "Kia"), ("Tou", "Pao", "Neng", "Chue"),
        ("97313", "99241"), "hmn", interpreter=0.2,
    ),
    Origin(
        "chine", ("HO-A-SIM", "WONG-FAT", "CHEUNG", "LAU"), ("Mei", "Ling", "Suzanne"), ("Wei", "Henri", "Kim"),
        ("99216", "97302"), "zh", interpreter=0.2,
    ),
    Origin(
        "guyana", ("RAMSAMMY", "PERSAUD", "SINGH", "ROBERTSON"), ("Indira", "Natasha", "Shanta"), ("Rajesh", "Ahmad", "Collin"),
        ("99428",), "en", interpreter=0.3,
    ),
    Origin(
        "hispanique", ("RODRIGUEZ PEÑA", "MARTINEZ", "CASTILLO DIAZ"), ("Mercedes", "Altagracia", "Luz"),
        ("Ramón", "Jesús", "Héctor"), ("99408", "99422", "99424"), "es", interpreter=0.3,
    ),
    Origin(
        "metropole", ("MOREAU", "LEGRAND", "GAUTHIER", "PRÉVOST"), ("Isabelle", "Claire", "Nathalie"),
        ("Laurent", "Patrick", "Julien"), ("75056", "33063", "69123"), "fr",
    ),
)  # fmt: skip
WEIGHTS = (22, 18, 13, 17, 7, 4, 3, 5, 5, 6)
COMMUNES = ("97302", "97304", "97307", "97309", "97311", "97353", "97357", "97360", "97305", "97308")


# Known to the INSi simulator (identite-ins §5.6): from PROV or VALI to RECUP or QUAL in three taps.
KNOWN_TO_INSI = (
    PersonSpec("TEST-GUYANE", "Louise", "14/07/1985", "F", "97302", "97302", "", "insi", "maia", document="PA"),
    PersonSpec("TEST-KOUROU", "Mathis", "05/12/1999", "M", "97302", "97304", "", "insi", "maia"),
    PersonSpec("TEST-BRESIL DA SILVA", "João", "10/09/1985", "M", "99416", "97311", "", "insi", "maia", language="pt"),
    PersonSpec("TEST-HAITI", "Marie-Ange", "21/09/1985", "F", "99410", "97302", "", "insi", "maia", language="ht"),
    PersonSpec("TEST-REGULARISE", "Kwame", "30/04/1992", "M", "99437", "97353", "", "insi", "maia", language="djk"),
)


def population(count: int = 300) -> list[PersonSpec]:
    """The persons of the demo: ``count`` of them, the same at each call."""
    draw = random.Random(SEED)  # noqa: S311 - a fixed demo, no secret
    people = [_one(draw, draw.choices(ORIGINS, WEIGHTS)[0]) for _ in range(count - len(SPECIAL) - len(KNOWN_TO_INSI))]
    papers = random.Random(SEED + 1)  # noqa: S311
    return [*SPECIAL, *(replace(one, document=_document(papers, one.origin)) for one in people), *KNOWN_TO_INSI]


def _document(draw: random.Random, origin: str) -> str:
    """The paper seen by the secretary, as often as people of that origin hold one that proves (GUY-1, GUY-3)."""
    shown = draw.random() < {"metropole": 0.9, "creole": 0.7, "chine": 0.5}.get(origin, 0.3)
    return ("CN" if origin in {"metropole", "creole"} else "PA") if shown else ""


def _one(draw: random.Random, origin: Origin) -> PersonSpec:
    woman = draw.random() < 0.58
    network = draw.choices(("maia", "diam", "perinat"), (45, 35, 20))[0]
    surname = " ".join(draw.sample(origin.surnames, k=origin.surnames_kept if draw.random() < 0.4 else 1))
    given = draw.choice(origin.women if woman else origin.men)
    if draw.random() < 0.3:
        given += " " + draw.choice([name for name in (origin.women if woman else origin.men) if name != given])
    return PersonSpec(
        birth_name=surname,
        given_names=given,
        birth=_birth(draw, network, origin.approximate),
        sex="F" if woman else "M",
        birth_place=draw.choice(COMMUNES) if network == "perinat" else draw.choice(origin.places),
        commune=draw.choice(COMMUNES),
        phone=f"0639 98 {draw.randrange(100):02d} {draw.randrange(100):02d}" if draw.random() < 0.85 else "",
        origin=origin.key,
        network=network,
        consent=draw.choices(("oui", "", "non"), (85, 12, 3))[0],
        used_name=draw.choice(origin.surnames) if woman and draw.random() < 0.2 else "",
        language=origin.language,
        interpreter=draw.random() < origin.interpreter,
    )


def _birth(draw: random.Random, network: str, approximate: float) -> str:
    if network == "perinat":
        return (date(2026, 9, 1) - timedelta(days=draw.randrange(20, 7 * 365))).strftime("%d/%m/%Y")
    oldest, youngest = (1928, 1966) if network == "maia" else (1940, 1998)
    year = draw.randrange(oldest, youngest)
    if draw.random() < approximate:
        return draw.choice((str(year), f"vers {year}", f"{draw.randrange(1, 13):02d}/{year}"))
    return f"{draw.randrange(1, 29):02d}/{draw.randrange(1, 13):02d}/{year}"


# The cases that the guides and the tests tell by name.
SPECIAL = (
    PersonSpec("ALVARENGA DO MONTE", "Benedita Rosa", "14/07/1946", "F", "99416", "97302", "0639 98 20 30", "bresil", "maia",
               used_name="MONTE", language="pt", interpreter=True),
    PersonSpec("DORVILIEN", "Célimène", "vers 1950", "F", "99410", "97307", "0639 98 21 31", "haiti", "maia",
               language="ht", interpreter=True, aliases=(("JEAN", "Célimène"),)),
    PersonSpec("MAIPOUTI", "Kaloewa", "31/12/1958", "M", "97353", "97353", "0639 98 22 32", "bushinengue", "diam", language="djk"),
    PersonSpec("KOLEKO", "Kalina", "03/03/2025", "F", "97311", "97311", "0639 98 23 33", "bushinengue", "perinat"),
    PersonSpec("KOLEKO", "Kalino", "03/03/2025", "M", "97311", "97311", "0639 98 23 33", "bushinengue", "perinat"),
    PersonSpec("TILIWA", "Renato", "1949", "M", "97356", "97356", "", "amerindien", "maia", consent=""),
    PersonSpec("BEAUSÉJOUR", "Gontran Hilaire", "09/11/1939", "M", "97306", "97304", "0639 98 24 34", "creole", "maia", consent="non"),
    PersonSpec("KOLEKO", "Maliana", "11/08/1998", "F", "97362", "97311", "0639 98 23 33", "bushinengue", "perinat"),
    PersonSpec("SAINTILMONT", "Lovelie", "21/05/1987", "F", "99410", "97311", "0639 98 25 35", "haiti", "diam", language="ht"),
)  # fmt: skip
