"""The public extraction « etalab-cs1100507-stock »: one line a structure, no titles, fields by their rank.

*To verify* on a real file before production: the order is that of the public description (32 fields with the section),
checked on no official file here. FINESS+ files, which replace it, are JSON and are not read.
"""

from typing import Final

from pepites.common.errors import DomainError

SEPARATOR: Final = ";"
FIRST: Final = ("finess", "etalab")  # then a version, then the day of the extraction
SECTION: Final = "structureet"  # « geolocalisation » and others follow in some files: left aside
FIELDS: Final = (
    "section", "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie", "voie",
    "compvoie", "lieuditbp", "commune", "departement", "libdepartement", "ligneacheminement", "telephone", "telecopie",
    "categetab", "libcategetab", "categagretab", "libcategagretab", "siret", "codeape", "codemft", "libmft", "codesph",
    "libsph", "dateouv", "dateautor", "datemaj", "numuai",
)  # fmt: skip
RANK: Final = {name: rank for rank, name in enumerate(FIELDS)}
NEEDED: Final = RANK["libcategetab"] + 1  # what follows may be missing from a line
GUIANA: Final = frozenset({"9C", "973"})
KEPT: Final = (
    "finess", "legal", "name", "long_name", "complement", "address", "place", "town", "department", "phone",
    "category_code", "category_label", "siret",
)  # fmt: skip


class BadStructure(Exception):
    """A line that cannot be kept; the text says why."""


def read_line(text: str) -> tuple[str, ...] | None:
    """The columns we keep of a line, in the order of ``KEPT``; None for another section. Raises ``BadStructure``."""
    fields = [field.strip() for field in text.split(SEPARATOR)]
    if fields[0] != SECTION:
        return None
    if len(fields) < NEEDED:
        raise BadStructure(f"{len(fields)} champs au lieu de {len(FIELDS)}")
    fields += [""] * (len(FIELDS) - len(fields))
    said = dict(zip(FIELDS, fields, strict=False))
    if not is_finess(said["nofinesset"]):
        raise BadStructure("numéro FINESS illisible")
    address = " ".join(filter(None, (said["numvoie"], said["typvoie"], said["voie"], said["compvoie"])))
    return (
        said["nofinesset"], said["nofinessej"], said["rs"], said["rslongue"], said["compldistrib"], address,
        said["lieuditbp"], said["ligneacheminement"], said["departement"], said["telephone"], said["categetab"],
        said["libcategetab"], said["siret"],
    )  # fmt: skip


def is_finess(text: str) -> bool:
    """Nine characters, figures but for a Corsican second one; the key is never a reason to refuse (§1.3)."""
    return len(text) == 9 and text.isascii() and text.isalnum() and text[2:].isdigit()


def read_first(text: str, name: str) -> str:
    """The day of the extraction, AAAA-MM-JJ or empty; raises ``DomainError`` for another kind of file."""
    fields = [field.strip() for field in text.split(SEPARATOR)]
    if tuple(fields[: len(FIRST)]) != FIRST:
        raise DomainError(
            f"« {name} » n'est pas une extraction FINESS : sa première ligne devrait commencer par « finess;etalab »."
        )
    return fields[3] if len(fields) > 3 else ""
