"""Name pools and habits of eight fictional communities (GUY-5 to GUY-10): a few frequent names, then invented ones.

Frequent names follow a Zipf law; the long tail is made of syllables, so that two seeds share few rare names.
"""

import itertools
import random
from dataclasses import dataclass, field

from pepites.identity.phonetics import spelling_key


@dataclass(frozen=True)
class Community:
    """How one community names people. ``syllables``: heads, middles and tails from which rare names are made."""

    code: str
    share: float
    surnames: tuple[str, ...]
    male: tuple[str, ...]
    female: tuple[str, ...]
    surname_parts: tuple[str, str, str]
    given_parts: tuple[str, str, str]
    rare_surname: float = 0.5
    rare_given: float = 0.2
    surname_count: tuple[float, ...] = (1.0,)
    given_count: tuple[float, ...] = (0.55, 0.3, 0.15)
    births: tuple[tuple[str, float], ...] = (("97302", 0.5), ("97311", 0.35), ("97304", 0.15))
    weak_dates: float = 0.05
    with_ins: float = 0.6
    links: tuple[str, ...] = ()
    styles: tuple[str, ...] = field(default=())


def _w(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMMUNITIES: tuple[Community, ...] = (
    Community(
        "cr", 0.28,
        _w("ALEXANDRE AUGUSTE BAPTISTE CELESTIN CLEMENT DAMAS ELEONORE EUGENIE FELICITE GERMAIN HILAIRE HORTH ISIDORE"
           " LEANDRE MAGLOIRE NESTOR NICOLAS OCTAVIE PROSPER RAYMOND SAINT-LUCE SAINTE-ROSE THEOPHILE URSULE VICTOR ZEPHIR"),
        _w("JEAN MICHEL CLAUDE PATRICK CHRISTIAN ERIC JOEL KEVIN DYLAN MATHIS LUCAS RUDY THIERRY GUY HENRI RAOUL YANNICK"
           " ALEXIS THOMAS LUDOVIC JEAN-LUC JEAN-MARC JEAN-PIERRE MARC"),
        _w("MARIE SYLVIE CHRISTINE NADIA LAURA LEA EMMA CHLOE MYRIAM JOSIANE GEORGETTE MARIE-LINE MARIE-LUCE ROSE-MAY"
           " SANDRINE CINDY MEGANE AUDREY JULIE CAMILLE ODILE"),
        ("BER CAR DUR FLO GAL HON JOS LAU MON NOR PAL RIB SYL TER VAL ZEN PRE COU", "A E I O AN IN OU", "LIN TOR VILLE NIER DOR"
         " GAS MONT PHARE RAC TIN BEL"),
        ("KE MA LI JO DA SHA RO TY", "LI NY RA DO VIN ME", "AH SON NA LY ANE IS ELLE"),
        births=(("97302", 0.6), ("97311", 0.1), ("97304", 0.15), ("97209", 0.08), ("97105", 0.07)), with_ins=0.85,
    ),
    Community(
        "ha", 0.18,
        _w("JEAN PIERRE JOSEPH LOUIS CHARLES FRANCOIS PAUL MICHEL JACQUES SIMON HENRY DENIS LAURENT ANDRE AUGUSTIN CADET"
           " DESIR DORVIL ETIENNE EXANTUS FLEURANT JULES LAGUERRE METELLUS NOEL OSIAS PHILIPPE SAINTIL TOUSSAINT VILSAINT"),
        _w("WILNER FRITZNER JEAN-ROBERT EMMANUEL WISLY JOSUE SAMUEL DIEUSEUL MACKENSON JEFF PETERSON CLEEVENS RONALD FRANTZ"
           " WOODLEY ESAIE DAVID JUNIOR JAMESLEY"),
        _w("MARIE-ANGE ROSELAURE GUERLINE WIDELINE FABIOLA MIRLANDE NADEGE DIEULA LOVELIE ESTHER JUDITH YOLETTE ROSE-MERLINE"
           " NATACHA CHRISLENE KETTELIE"),
        ("SAINT- DOR EXA LAF MER OLI PRE VAL CAS DEL FLE JOA", "A E I O AN EU", "NTUS VIL LIEN MOND FLEUR SSAINT MISE GENE LAS"),
        ("WID JEF MAC ROS DIEU LOV KER GUER JIM CHRIS", "E I O A LEN NER LY", "LINE SON VENS NA LANDE DLY NEL"),
        rare_surname=0.4, rare_given=0.45, births=(("99410", 0.7), ("97302", 0.2), ("97311", 0.1)), weak_dates=0.16, with_ins=0.3,
    ),
    Community(
        "bu", 0.17,
        _w("ABIENSO AMAYOTA ANATO AWADJE BALLA DADA DJANI DOUDOU JOSEPH KOUTA MAIKOUAPA MAIS MOESOE PINAS SAMA SIDA TOJO"
           " WAJACA ADAM ALLEN DJO AFONSOEWA VAN-DIJK"),
        _w("RICARDO JOHAN ROMEO STEVEN GIOVANNI EDDY JOZEF SILVIO DESMO KENNY MARLON RAFAEL BORIS JERMAIN SHERWIN KIFFI"),
        _w("SYLVANA MARIA SHERIDA JOLANDA ANGELA ESSELINE YVONNE MURIELLE RACHELLE DORA KOMPE MISSI NATALIA SANDRA"),
        ("A BA DJO KOE LAN MOE NA PO SA TE WA JO", "BI DOE JA KE MA POE SOE WI TI", "NSO TA MBA NA DJA KAI SOE WA TI"),
        ("A DJE KO MA SO WE JO SHE", "DI MI NA RI TOE SA", "NA TI SON LIA KA VIA"),
        rare_surname=0.55, rare_given=0.3, births=(("97311", 0.5), ("99437", 0.3), ("97357", 0.12), ("97353", 0.08)),
        weak_dates=0.2, with_ins=0.45,
    ),
    Community(
        "fr", 0.11,
        _w("MARTIN BERNARD DUBOIS THOMAS ROBERT RICHARD PETIT DURAND LEROY MOREAU SIMON LAURENT LEFEBVRE ROUX DAVID BERTRAND"
           " MOREL FOURNIER GIRARD BONNET DUPONT LAMBERT FONTAINE ROUSSEAU MULLER LE-GOFF"),
        _w("PIERRE NICOLAS JULIEN SEBASTIEN ALAIN PHILIPPE LAURENT FREDERIC HUGO GABRIEL ARTHUR LOUIS MAXIME ANTOINE BENOIT"),
        _w("NATHALIE ISABELLE VALERIE CATHERINE ANNE SOPHIE CLAIRE MANON ALICE JEANNE LOUISE CAROLINE HELENE ELISE PAULINE"),
        ("BEAU CHAM DEL GAU LAN MAR PER ROU VAU TRI COR", "A E I O AN", "MONT NIER VILLE DIER RAND TON BERT LET ZEL"),
        ("EL LU MA NO TH SO", "A I O E", "LINE NA EO RIE IS"),
        rare_surname=0.55, rare_given=0.08, births=(("31555", 0.2), ("75056", 0.3), ("33063", 0.2), ("97302", 0.3)),
        weak_dates=0.01, with_ins=0.95, given_count=(0.4, 0.35, 0.25),
    ),
    Community(
        "br", 0.11,
        _w("SILVA SANTOS SOUZA OLIVEIRA COSTA PEREIRA FERREIRA RODRIGUES ALMEIDA NASCIMENTO LIMA ARAUJO BARBOSA RIBEIRO"
           " CARVALHO GOMES MARTINS ROCHA DIAS MONTEIRO PINHEIRO BATISTA MORAES"),
        _w("JOSE JOAO ANTONIO FRANCISCO CARLOS PAULO PEDRO LUCAS MARCOS RAIMUNDO ADRIANO WELLINGTON EDIVALDO GILBERTO"),
        _w("MARIA ANA FRANCISCA ANTONIA ADRIANA JULIANA MARCIA FERNANDA PATRICIA ALINE RAIMUNDA ROSILENE EDILENE LUCIANA"),
        ("AL BAR CAR FI GON LO ME PIN QUEI TEI VAS", "A E I O AN", "LHO NHO RES DES NHA ROS RAES VEDO"),
        ("ED GIL JO RO WAL WE", "I E LE NI SO", "LENE SON VALDO NALDO TON CLEIA"),
        rare_surname=0.25, rare_given=0.3, surname_count=(0.15, 0.55, 0.3), births=(("99416", 0.75), ("97302", 0.25)),
        weak_dates=0.05, with_ins=0.35, links=("DA", "DE", "DOS", "DO"),
    ),
    Community(
        "gu", 0.07,
        _w("SINGH PERSAUD RAMNARINE KHAN WILLIAMS THOMAS FRASER DELACRUZ RODRIGUEZ MARTINEZ PEREZ GARCIA GOMEZ HERNANDEZ"
           " DE-LA-ROSA JOHNSON CUMMINGS BAKSH"),
        _w("RAFAEL MICHAEL JUAN LUIS MIGUEL ANTHONY DEVON RAJESH DARREN RAMON MANUEL KELVIN"),
        _w("NATASHA ALTAGRACIA MARIA YESENIA SHELLY INDRA CARMEN ROSA YOLANDA SHONDELL ANA LATOYA"),
        ("BAL CAM DE GUE MAR RAM SU VI", "A E I O", "NAUTH DAN RO NEZ DEZ LLO SOOK"),
        ("DE SHA RA YO", "LI NE SHI RE", "NA SON NIA TTA"),
        rare_surname=0.3, rare_given=0.25, surname_count=(0.6, 0.4), births=(("99428", 0.45), ("99408", 0.35), ("97302", 0.2)),
        weak_dates=0.06, with_ins=0.3,
    ),
    Community(
        "am", 0.05,
        _w("ALUKA KALIKE PIERRE THERESE TIOUKA AUGUSTE APPOLINAIRE LABONTE NARCISSE KUPI YALOUPA ANAKALI PALANAIWA OPOYA"
           " ALIMAN SUITMAN"),
        _w("ALEXIS KAWASON RENE AIMAWALE BRICE KUTAKA TASIKALE CLAUDE ERIC MATAIWA"),
        _w("AKAMA KALI MARIE-NOELLE TEREPI SYLVIE MASILI KULIJA COLETTE PALATUPIN RENEE"),
        ("A KU MA PA TA WA YA", "KA LA MI PA TA WI LI", "KA LI NA PI WA YA TE"),
        ("A KA MA TA PA", "KA LI NA WA", "LE PIN KU WA LI"),
        rare_surname=0.5, rare_given=0.5, births=(("97361", 0.25), ("97353", 0.3), ("97356", 0.15), ("97311", 0.3)), weak_dates=0.18,
        with_ins=0.5,
    ),
    Community(
        "hm", 0.03,
        _w("VANG LY XIONG YANG TCHA SIONG HEU HER THAO MOUA LEE YA HO-YOU-FAT WU CHEN LIN"),
        _w("THIERRY PAO NENG CHONG TOU LAURENT YA XENG GUSTAVE PHENG JACKY"),
        _w("MAI BAO XIU YER CHAO YOUA PA SANDRINE LIA KAO HOUA"),
        ("V X L T", "A IO O", "NG U UA"), ("CHO NHI TO PA XE", "A U E", "NG UA O"),
        rare_surname=0.05, rare_given=0.1, given_count=(0.35, 0.55, 0.1), births=(("97302", 0.5), ("99241", 0.25), ("97310", 0.25)),
        weak_dates=0.12, with_ins=0.8,
    ),
)  # fmt: skip


class Names:
    """One seed's names: each community's frequent ones, then a tail of invented ones."""

    def __init__(self, rng: random.Random, community: Community, tail: int) -> None:
        self.rng, self.community = rng, community
        self.surnames = _shuffled(rng, community.surnames)
        self.tail = _invented(rng, community.surname_parts, tail)
        self.given = {"M": _shuffled(rng, community.male), "F": _shuffled(rng, community.female)}
        self.given_tail = _invented(rng, community.given_parts, tail)
        self._zipf = {size: _zipf(size) for size in {len(self.surnames), *map(len, self.given.values())}}

    def surname_word(self) -> str:
        """One word of a family name."""
        if self.tail and self.rng.random() < self.community.rare_surname:
            return self.tail[int(len(self.tail) * self.rng.random() ** 1.6)]
        return self.rng.choices(self.surnames, cum_weights=self._zipf[len(self.surnames)])[0]

    def surname(self) -> str:
        """A family name, with its particles when the community has some."""
        count = 1 + _draw(self.rng, self.community.surname_count)
        words = [self.surname_word() for _ in range(count)]
        if self.community.links and self.rng.random() < 0.25:
            words.insert(len(words) - 1, self.rng.choice(self.community.links))
        return " ".join(words)

    def given_word(self, sex: str) -> str:
        """One given name."""
        if self.given_tail and self.rng.random() < self.community.rare_given:
            return self.given_tail[int(len(self.given_tail) * self.rng.random() ** 1.3)]
        pool = self.given[sex]
        return self.rng.choices(pool, cum_weights=self._zipf[len(pool)])[0]

    def given_names(self, sex: str) -> list[str]:
        """The list of given names, all different."""
        wanted, names = 1 + _draw(self.rng, self.community.given_count), []
        for _ in range(20):
            word = self.given_word(sex)
            if word not in names:
                names.append(word)
            if len(names) == wanted:
                break
        return names

    def like(self, name: str, sex: str, unlike: set[str] | frozenset[str] = frozenset()) -> str:
        """Another given name in use that rhymes with this one, as parents of twins choose; any other when none does."""
        known = (*self.given[sex], *self.given_tail)
        near = [
            one
            for one in known
            if one not in unlike
            and (one[:3] == name[:3] or one[-3:] == name[-3:])
            and spelling_key(one.replace("-", "")) != spelling_key(name.replace("-", ""))
        ]
        return self.rng.choice(near or [one for one in known if one not in unlike and one != name])


def _shuffled(rng: random.Random, words: tuple[str, ...]) -> list[str]:
    kept = list(words)
    rng.shuffle(kept)
    return kept


def _zipf(size: int) -> list[float]:
    return list(itertools.accumulate(1 / (rank + 2) for rank in range(size)))


def _draw(rng: random.Random, shares: tuple[float, ...]) -> int:
    return rng.choices(range(len(shares)), weights=shares)[0]


def _invented(rng: random.Random, parts: tuple[str, str, str], count: int) -> list[str]:
    heads, middles, tails = (part.split() for part in parts)
    made: dict[str, None] = {}
    for _ in range(count * 3):
        middle = "".join(rng.choice(middles) for _ in range(rng.choice((1, 1, 2))))
        made.setdefault(rng.choice(heads) + middle + rng.choice(tails))
        if len(made) >= count:
            break
    return list(made)
