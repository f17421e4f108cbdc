"""An extraction of the national directory, invented and drawn again from its seed, at any size (annuaire §2)."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final


def _w(text: str) -> tuple[str, ...]:
    return tuple(text.split())


LABELS: Final = (
    "Type d'identifiant PP|Identifiant PP|Identification nationale PP|Code civilité d'exercice|"
    "Libellé civilité exercice|Code civilité|Libellé civilité|Nom d'exercice|Prénom d'exercice|Code profession|"
    "Libellé profession|Code catégorie professionnelle|Libellé catégorie professionnelle|Code type savoir-faire|"
    "Libellé type savoir-faire|Code savoir-faire|Libellé savoir-faire|Code mode exercice|Libellé mode exercice|"
    "Numéro SIRET site|Numéro SIREN site|Numéro FINESS site|Numéro FINESS établissement juridique|"
    "Identifiant technique de la structure|Raison sociale site|Enseigne commerciale site|"
    "Complément destinataire (coord. structure)|Complément point géographique (coord. structure)|"
    "Numéro Voie (coord. structure)|Indice répétition voie (coord. Structure)|Code type de voie (coord. structure)|"
    "Libellé type de voie (coord. structure)|Libellé Voie (coord. structure)|Mention distribution (coord. structure)|"
    "Bureau cedex (coord. structure)|Code postal (coord. structure)|Code commune (coord. structure)|"
    "Libellé commune (coord. structure)|Code pays (coord. structure)|Libellé pays (coord. structure)|"
    "Téléphone (coord. structure)|Téléphone 2 (coord. structure)|Télécopie (coord. structure)|"
    "Adresse e-mail (coord. structure)|Code département (coord. structure)|Libellé département (coord. structure)|"
    "Ancien identifiant de la structure|Autorité d'enregistrement|Code secteur d'activité|Libellé secteur d'activité|"
    "Code section tableau pharmaciens|Libellé section tableau pharmaciens|Code fonction|Libellé fonction|"
    "Code genre d'activité|Libellé genre d'activité|"
)
FREQUENT = _w(
    "MARTIN BERNARD THOMAS PETIT ROBERT RICHARD DURAND DUBOIS MOREAU LAURENT SIMON MICHEL LEFEBVRE LEROY "
    "ROUX DAVID BERTRAND MOREL FOURNIER GIRARD BONNET DUPONT LAMBERT FONTAINE ROUSSEAU VINCENT MULLER "
    "LEFEVRE FAURE ANDRE"
)
GIVEN = _w(
    "Marie Jean Pierre Anne Sophie Claire Julie Camille Léa Chloé Élodie Céline Aurélie Hélène Zoé Paul "
    "Louis Jacques François Nicolas Julien Thomas Antoine Mathieu Inès Noémie Françoise Gaëlle Loïc Théo "
    "Hugo Lucas Émilie Manon Sarah Laura Nathalie Isabelle Sylvie Valérie Sandrine Karine Stéphane "
    "Philippe Alain Bruno Yann Benoît"
)
PROFESSIONS = (
    ("60", "Infirmier", 46), ("10", "Médecin", 20), ("70", "Masseur-Kinésithérapeute", 8), ("21", "Pharmacien", 6),
    ("93", "Psychologue", 6), ("40", "Chirurgien-Dentiste", 4), ("50", "Sage-Femme", 2), ("91", "Orthophoniste", 3),
    ("94", "Ergothérapeute", 2), ("98", "Manipulateur ERM", 2), ("96", "Psychomotricien", 1),
)  # fmt: skip
SKILLS = (
    ("SM54", "Médecine générale"), ("SM04", "Cardiologie et maladies vasculaires"), ("SM40", "Pédiatrie"),
    ("SM42", "Psychiatrie"), ("SM44", "Radio-diagnostic"), ("SM15", "Dermatologie et vénéréologie"),
    ("SM02", "Anesthésie-réanimation"), ("SM20", "Gynécologie-obstétrique"), ("SM38", "Ophtalmologie"),
)  # fmt: skip
GUIANA = (
    ("97302", "CAYENNE", "97300"), ("97311", "SAINT LAURENT DU MARONI", "97320"), ("97304", "KOUROU", "97310"),
    ("97307", "MATOURY", "97351"), ("97309", "REMIRE MONTJOLY", "97354"), ("97353", "MARIPASOULA", "97370"),
    ("97308", "SAINT GEORGES", "97313"), ("97312", "SINNAMARY", "97315"),
)  # fmt: skip
KINDS = (
    ("CABINET INFIRMIER", "SA07", 30), ("CABINET DU DR", "SA07", 24), ("MAISON DE SANTE", "SA08", 10),
    ("PHARMACIE", "SA33", 10), ("CENTRE HOSPITALIER", "SA01", 4), ("CLINIQUE", "SA04", 4), ("EHPAD", "SA17", 8),
    ("CENTRE DE SANTE", "SA05", 5), ("SSIAD", "SA18", 5),
)  # fmt: skip
_HEADS = _w("BA BE BO BRA CA CHA CO DA DE DU FA FO GA GE GI GUI HA JO LA LE LO MA ME MO NA PA PE PO RA RI RO SA SE")
_MIDDLES = _w("LA LI LO MA ME MI NA NO PI QUE RA RE RI RO SSA TA TI TO VA VE VI ZO CHE DRI GNE")
_TAILS = _w("N RD T S ULT IER OT EAU ON IN AC AND ERT OUX EL ET AS IS AY ARD")


@dataclass(frozen=True, slots=True)
class Style:
    """What tells one invented country from another: numbers of its people, share in Guiana, telephones."""

    first: int = 1_000_000_000  # before the key of the RPPS number
    guiana: tuple[int, int] = (2, 250)  # structures in Guiana, out of how many
    phone: str = "0594"


@dataclass(frozen=True, slots=True)
class Place:
    """One structure of an extraction."""

    finess: str
    technical: str
    name: str
    town: tuple[str, str, str]  # commune, label, postcode
    phone: str
    sector: str
    kind: str
    road: str = ""
    department: str = "973"

    def columns(self) -> str:
        """Its columns, from the SIRET to the pharmacists' section."""
        code, town, postcode = self.town
        return (
            f"||{self.finess}|{self.finess}|{self.technical}|{self.name}||||{self.road or '||||'}|||{postcode}|{code}"
            f"|{town}|||{self.phone}||||{self.department}|||ARS|{self.sector}|{self.kind}||"
        )


class Country:
    """Towns, structures and names of one seed, sized for a number of lines."""

    def __init__(self, lines: int, seed: int, style: Style) -> None:
        self.draw, self.style = random.Random(seed), style
        self.families = [self._name() for _ in range(max(lines // 6, 50))]
        self.towns = self._towns(max(min(lines // 60, 30_000), 30))
        self.structures = [self._structure(number) for number in range(max(lines // 5, 20))]

    def _name(self) -> str:
        draw = self.draw
        middles = "".join(draw.choice(_MIDDLES) for _ in range(draw.choice((1, 2, 2, 3))))
        return draw.choice(_HEADS) + middles + draw.choice(_TAILS)

    def _towns(self, count: int) -> list[tuple[str, str, str]]:
        found = []
        for number in range(count):
            department = 1 + number % 95
            code = f"{department:02d}{number // 95 + 1:03d}"
            prefix = self.draw.choice(("", "", "", "SAINT ", "VILLE "))
            found.append((code, prefix + self._name(), f"{department:02d}{number % 900 + 100:03d}"))
        return [*found, *GUIANA]

    def _structure(self, number: int) -> str:
        draw = self.draw
        kind, sector, _ = draw.choices(KINDS, [one[2] for one in KINDS])[0]
        share, among = self.style.guiana
        guiana = number % among < share
        rank = int(len(self.towns) * draw.random() ** 3)
        code, town, postcode = draw.choice(GUIANA) if guiana else self.towns[rank]
        finess = f"{number:09d}" if sector != "SA07" else ""
        technical = f"F{finess}" if finess else f"R{number:07d}"
        name = f"{kind} {draw.choice(self.families)}" if number % 7 else f"{kind} DE {town}"
        road = f"{draw.randint(1, 200)}||RUE|Rue|{draw.choice(self.families)}"
        digits = 10 - len(self.style.phone)
        phone = f"{self.style.phone}{number % 10**digits:0{digits}d}"
        department = code[:3] if guiana else code[:2]
        return Place(
            finess, technical, name, (code, town, postcode), phone, sector, kind.title(), road, department
        ).columns()

    def family(self) -> str:
        """A family name: one of a few frequent ones, else a rarer one, the first of the list being the less rare."""
        draw = self.draw
        if draw.random() < 0.12:
            return FREQUENT[int(len(FREQUENT) * draw.random() ** 2)]
        return self.families[int(len(self.families) * draw.random() ** 1.5)]


def rpps(number: int, first: int = 1_000_000_000) -> str:
    """A fictive RPPS number with its Luhn key (annuaire §1.2)."""
    body = f"{first + number:010d}"
    total = sum(sum(divmod(int(digit) * (2 if rank % 2 == 0 else 1), 10)) for rank, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def person_line(national_id: str, name: str, profession: tuple[str, str], skill: str, civility: str) -> str:
    """The columns of a person, up to the way of practising; ``name`` is « family|given »."""
    code, label = profession
    return f"8|{national_id[1:]}|{national_id}|{civility}|M|Monsieur|{name}|{code}|{label}|C|Civil|{skill}"


def activity_line(person: str, mode: str, place: str) -> str:
    """One line, its end included."""
    return f"{person}|{mode}|{place}|FON-AU|Autre fonction|GENR01|Activité standard de soin ou de pharmacien|\n"


def lines_of(count: int, seed: int = 2026, style: Style = Style()) -> Iterator[str]:
    """``count`` lines of Personne_activite, without the header; a person's lines follow each other."""
    country = Country(count, seed, style)
    draw, written, person = country.draw, 0, 0
    weights = [one[2] for one in PROFESSIONS]
    while written < count:
        person += 1
        number = f"8{rpps(person, style.first)}"
        family, given = country.family(), draw.choice(GIVEN)
        if draw.random() < 0.1:
            family += f"-{country.family()}"
        code, label, _ = draw.choices(PROFESSIONS, weights)[0]
        doctor = code == "10"
        skill = "S|Spécialité ordinale|{}|{}".format(*draw.choice(SKILLS)) if doctor else "|||"
        civility = "DR|Docteur" if doctor else "|"
        head = person_line(number, f"{family}|{given}", (code, label), skill, civility)
        for rank in range(min(draw.choice((1, 1, 1, 2, 2, 3)), count - written)):
            mode = "L|Libéral, indépendant" if (person + rank) % 3 == 0 else "S|Salarié"
            place = draw.choice(country.structures)
            yield activity_line(head, mode, place)
            written += 1


def write(path: Path, count: int, *, seed: int = 2026, change: float = 0.0) -> Path:
    """Write an extraction. ``change``: share of the lines that differ from the same extraction without change: a third
    gone, a third with another function, a third new."""
    step = round(1 / change) if change else 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(LABELS + "\n")
        for rank, line in enumerate(lines_of(count, seed)):
            if not step or rank % step:
                file.write(line)
            elif rank // step % 3 == 1:
                file.write(line.replace("|FON-AU|Autre fonction|", "|FON-02|Remplaçant|"))
            elif rank // step % 3 == 2:
                file.write(line + line.replace("|GENR01|", "|GENR02|"))
    return path
