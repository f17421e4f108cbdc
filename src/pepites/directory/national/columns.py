"""Which column of an extraction holds what: by normalised name, never by position (annuaire §2, rule 1)."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pepites.common.errors import DomainError

SEPARATOR: Final = "|"
_OTHER = re.compile(r"[^a-z0-9]+")
_ADDRESS = "_coord_structure"


class FileKind(StrEnum):
    """The three files of the public extraction."""

    ACTIVITY = "personne_activite"
    SKILL = "savoir_faire"
    DIPLOMA = "dipl_autexerc"


def normalise(label: str) -> str:
    """A column's name without accents, case nor punctuation: « Code commune (coord. structure) » →
    ``code_commune_coord_structure``."""
    bare = unicodedata.normalize("NFKD", label.replace("’", "'")).encode("ascii", "ignore").decode("ascii")
    return _OTHER.sub("_", bare.lower()).strip("_")


@dataclass(frozen=True, slots=True)
class Column:
    """One column we keep: our name, the normalised names it had over the years, and its label in messages."""

    key: str
    names: tuple[str, ...]
    label: str = ""

    @property
    def mandatory(self) -> bool:
        return bool(self.label)


def _address(key: str, name: str) -> Column:
    return Column(key, (f"{name}{_ADDRESS}", name))


def _coded(key: str, name: str, *others: str) -> tuple[Column, Column]:
    names = (name, *others)
    return Column(f"{key}_code", tuple(f"code_{one}" for one in names)), Column(
        f"{key}_label", tuple(f"libelle_{one}" for one in names)
    )


_NUMBER = Column("number", ("identifiant_pp", "identifiant_pp_rpps"), "Identifiant PP")
_NATIONAL = Column("national_id", ("identification_nationale_pp",), "Identification nationale PP")
_PERSON = (
    Column("id_type", ("type_d_identifiant_pp", "type_identifiant_pp")),
    _NUMBER,
    _NATIONAL,
    Column("family_name", ("nom_d_exercice", "nom_exercice")),
    Column("given_name", ("prenom_d_exercice", "prenom_exercice")),
)
_PROFESSION = Column("profession_code", ("code_profession",), "Code profession")
_SKILLS = (*_coded("skill_type", "type_savoir_faire"), *_coded("skill", "savoir_faire"))
_CATEGORY = _coded("category", "categorie_professionnelle")

COLUMNS: Final[dict[FileKind, tuple[Column, ...]]] = {
    FileKind.ACTIVITY: (
        *_PERSON,
        Column("title", ("code_civilite_d_exercice", "code_civilite_exercice")),
        Column("civility", ("code_civilite",)),
        _PROFESSION,
        Column("profession_label", ("libelle_profession",)),
        *_CATEGORY,
        *_SKILLS,
        *_coded("mode", "mode_exercice"),
        Column("siret", ("numero_siret_site",)),
        Column("finess_site", ("numero_finess_site",)),
        Column("finess_legal", ("numero_finess_etablissement_juridique",)),
        Column(
            "technical_id",
            ("identifiant_technique_de_la_structure", "identifiant_technique_structure"),
            "Identifiant technique de la structure",
        ),
        Column("name", ("raison_sociale_site",)),
        Column("sign", ("enseigne_commerciale_site", "enseigne_commerciale")),
        _address("street_number", "numero_voie"),
        _address("street_repeat", "indice_repetition_voie"),
        _address("street_type", "libelle_type_de_voie"),
        _address("street", "libelle_voie"),
        _address("mention", "mention_distribution"),
        _address("postcode", "code_postal"),
        _address("commune_code", "code_commune"),
        _address("town", "libelle_commune"),
        _address("phone", "telephone"),
        _address("department_code", "code_departement"),
        Column("former_id", ("ancien_identifiant_de_la_structure",)),
        *_coded("sector", "secteur_d_activite"),
        *_coded("section", "section_tableau_pharmaciens"),
        *_coded("function", "fonction", "role"),
        *_coded("genre", "genre_d_activite", "genre_activite"),
    ),
    FileKind.SKILL: (*_PERSON, _PROFESSION, Column("profession_label", ("libelle_profession",)), *_CATEGORY, *_SKILLS),
    FileKind.DIPLOMA: (
        *_PERSON,
        *_coded("diploma_type", "type_diplome_obtenu"),
        *_coded("diploma", "diplome_obtenu"),
        *_coded("permit_type", "type_autorisation"),
        *_coded("permit", "discipline_autorisation"),
    ),
}


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of one file. ``places``: rank of each of ours; an absent one reads the empty field kept after the
    last column, of rank ``width``."""

    width: int
    places: dict[str, int]

    def ranks(self, *keys: str) -> tuple[int, ...]:
        return tuple(self.places[key] for key in keys)


def read_header(line: str, kind: FileKind) -> Header:
    """Where our columns are in that file. Raises DomainError, naming it, when a mandatory one is missing."""
    labels = line.lstrip("\ufeff").rstrip("\r\n").removesuffix(SEPARATOR).split(SEPARATOR)
    ranks: dict[str, int] = {}
    for rank, label in enumerate(labels):
        ranks.setdefault(normalise(label), rank)
    places, missing = {}, []
    for column in COLUMNS[kind]:
        found = next((ranks[name] for name in column.names if name in ranks), None)
        if found is None and column.mandatory:
            missing.append(f"« {column.label} »")
        places[column.key] = len(labels) if found is None else found
    if missing:
        raise DomainError(
            f"Il manque au fichier {'la colonne' if len(missing) == 1 else 'les colonnes'} {', '.join(missing)} : "
            "vérifiez que c'est bien une extraction en libre accès de l'Annuaire Santé, séparée par des « | »."
        )
    return Header(len(labels), places)


def kind_of(line: str) -> FileKind | None:
    """Which file has this header, whatever its name: by the columns only that one has; None for another file."""
    names = {normalise(label) for label in line.lstrip("\ufeff").split(SEPARATOR)}
    if "identifiant_technique_de_la_structure" in names or "code_mode_exercice" in names:
        return FileKind.ACTIVITY
    if any(name.startswith(("code_diplome", "code_type_diplome")) for name in names):
        return FileKind.DIPLOMA
    return FileKind.SKILL if "code_savoir_faire" in names else None
