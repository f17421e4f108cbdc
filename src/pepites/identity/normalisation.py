"""Strict name traits, place codes and the INS key: INS-6, INS-10, INS-11, INS-16."""

import re
from typing import Final

from pepites.common.text import fold

MAX_NAME_LENGTH: Final = 100
UNKNOWN_PLACE: Final = "99999"

_FORBIDDEN = re.compile(r"[^A-Z' -]")
_PLACE_CODE = re.compile(r"(?:0[1-9]|[1-8]\d|9[0-5]|2[AB])\d{3}|97[1-8]\d{2}|98\d{3}|99\d{3}", re.ASCII)
_INS = re.compile(r"[1-478]\d{4}(?:\d{2}|2[AB])\d{8}", re.ASCII)
_INS_SEPARATORS = re.compile(r"[\s.\-]+")


class TraitError(ValueError):
    """A trait that breaks a writing rule. `code` is stable; `message` is French and says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def strict_birth_name(raw: str, label: str = "nom de naissance") -> str:
    """Birth name, or another name said by ``label``, in its strict form (INS-11, rules 1–5).

    Raises `TraitError` when a rule is broken: characters are never silently deleted.
    """
    name = _strict(raw, label)
    if name.startswith("-"):
        raise TraitError("debut", f"Le {label} ne peut pas commencer par un tiret.")
    if "---" in name:
        raise TraitError("tirets", f"Le {label} contient trois tirets à la suite : gardez-en un ou deux.")
    return name


def strict_given_name(raw: str) -> str:
    """A given name or the list of given names in strict form (INS-11, rules 1–5).

    Raises `TraitError` when a rule is broken.
    """
    name = _strict(raw, "prénom")
    if name.startswith("-"):
        raise TraitError("debut", "Le prénom ne peut pas commencer par un tiret.")
    if "--" in name:
        raise TraitError("tirets", "Le prénom contient deux tirets à la suite : gardez-en un seul.")
    if name.endswith(("-", "'")):
        raise TraitError("fin", "Le prénom ne peut pas finir par un tiret ou une apostrophe.")
    return name


def _strict(raw: str, label: str) -> str:
    name = fold(raw)
    if not name:
        raise TraitError("vide", f"Le {label} est vide : complétez-le.")
    if found := _FORBIDDEN.search(name):
        seen = (
            f"« {found.group()} »"
            if found.group().isprintable()
            else "un caractère invisible, souvent collé avec le nom"
        )
        raise TraitError(
            "caractere",
            f"Le {label} contient {seen} : seules les lettres, l'espace, le tiret et "
            "l'apostrophe sont admis. Corrigez la saisie.",
        )
    if "''" in name or "' " in name or " '" in name:
        raise TraitError(
            "apostrophe", f"Le {label} a une apostrophe doublée ou collée à un espace : corrigez la saisie."
        )
    if not any(c.isalpha() for c in name):
        raise TraitError("vide", f"Le {label} ne contient aucune lettre : complétez-le.")
    if len(name) > MAX_NAME_LENGTH:
        raise TraitError("longueur", f"Le {label} dépasse {MAX_NAME_LENGTH} caractères : raccourcissez-le.")
    return name


def first_given_name(given_names: str) -> str:
    """First given name proposed from a strict list: the part before the first space (INS-10)."""
    return given_names.split(" ", 1)[0]


def first_name_consistent(first: str, given_names: str) -> bool:
    """Whether the first given name is a prefix of the list, hyphens and apostrophes read as spaces (INS-10)."""
    head = _as_spaces(first)
    return bool(head) and _as_spaces(given_names)[: len(head)] == head


def _as_spaces(name: str) -> list[str]:
    return fold(name).replace("-", " ").replace("'", " ").split()


def is_place_code(code: str) -> bool:
    """Whether the text has the shape of a COG birth place code (INS-16): shape only, not existence."""
    return _PLACE_CODE.fullmatch(code) is not None


def ins_key(matricule: str) -> str:
    """Two-digit key of the 13 characters of a matricule (§1.2): 97 − N mod 97, Corsica by 19 and 18.

    Raises `TraitError` when the 13 characters are not a matricule.
    """
    body = matricule.upper()
    if len(body) != 13 or not _INS.fullmatch(body + "00"):
        raise TraitError("matricule", "Le matricule doit compter 13 caractères : vérifiez la saisie.")
    body = body[:5] + body[5:7].replace("2A", "19").replace("2B", "18") + body[7:]
    return format(97 - int(body) % 97, "02")


def strict_ins(raw: str) -> str:
    """A typed, scanned or imported matricule as stored: 15 characters, no space, key checked (INS-6).

    Raises `TraitError` when the length, the characters or the key are wrong.
    """
    matricule = _INS_SEPARATORS.sub("", raw).upper()
    if len(matricule) != 15:
        raise TraitError("longueur", "Le matricule INS compte 15 caractères, clé comprise : vérifiez la saisie.")
    if not _INS.fullmatch(matricule):
        raise TraitError("caractere", "Le matricule INS contient un caractère impossible : vérifiez la saisie.")
    if ins_key(matricule[:13]) != matricule[13:]:
        raise TraitError("cle", "La clé du matricule INS ne correspond pas : vérifiez chaque chiffre.")
    return matricule
