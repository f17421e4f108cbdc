"""What one cell means: placeholders, consent, telephone."""

import re
from enum import StrEnum
from typing import Final

from pepites.common.text import fold, word_set, words


class Consent(StrEnum):
    """What the consent cell says. UNKNOWN: to be collected."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


_PLACEHOLDERS: Final = frozenset(
    {"", "NC", "N C", "NEANT", "INCONNU", "INCONNUE", "INC", "NSP", "ND", "N D", "NR", "N R", "RAS", "AUCUN", "AUCUNE"}
    | {"NON COMMUNIQUE", "NON COMMUNIQUEE", "NON RENSEIGNE", "NON RENSEIGNEE", "NON CONNU", "NON CONNUE", "VIDE"}
    | {"NE SAIT PAS", "A COMPLETER", "A RENSEIGNER", "X", "XX", "XXX", "XXXX", "ANONYME", "NULL", "NONE"}
    | {"REF", "VALEUR", "NOM", "N A", "PAS DE NOM", "SANS NOM", "SANS PRENOM", "PAS DE PRENOM", "DIV 0"}
)
_LONGEST_PLACEHOLDER: Final = 20
_FOR_NAMES_ONLY: Final = frozenset({"X", "XX", "XXX", "XXXX", "NOM", "PRENOM", "SANS NOM", "SANS PRENOM"})
_ANYWHERE: Final = _PLACEHOLDERS - _FOR_NAMES_ONLY
_YES: Final = word_set(
    "OUI O OK X XX 1 VRAI TRUE YES Y V OUIS ACCORD ACCORDE ACCEPTE ACCEPTEE RECUEILLI RECUEILLIE DONNE SIGNE SIGNEE "
    "ORAL VERBAL ECRIT FAVORABLE POSITIF FAIT CONSENT CONSENTI D'ACCORD ✓ ✔ ☑ ✅ OBTENU"
)
_NO: Final = word_set(
    "NON N 0 FAUX FALSE NO REFUS REFUSE REFUSEE OPPOSE OPPOSEE OPPOSITION NEGATIF ✗ ✘ ☒ ❌ DEFAVORABLE"
)
_WAITING = re.compile(
    r"\b(?:A (?:RECUEILLIR|DEMANDER|REVOIR|VOIR|FAIRE|CONFIRMER)|EN (?:ATTENTE|COURS)|"
    r"NON (?:RECUEILLI|DEMANDE|FAIT|RENSEIGNE|SIGNE|OBTENU|CONNU|COMMUNIQUE|DONNE|CONCERNE|APPLICABLE)E?|PAS ENCORE|"
    r"PAS (?:DEMANDE|RECUEILLI|FAIT|SIGNE|OBTENU)E?|ATTENTE|"
    r"(?:NON|PAS(?: DE| D')?|AUCUNE?) ?(?:OPPOS|REFUS)\w*|N'A PAS REFUSE|OUI ?(?:/|OU) ?NON|"
    r"PARTIEL\w*|SAUF|MAIS|UNIQUEMENT|SEULEMENT|SOUS RESERVE|HORS)\b"
)
"""Nothing asked yet, a template left as it was, or a yes with limits: somebody must ask the person."""
_REFUSED = re.compile(
    r"\b(?:PAS D'?ACCORD|PAS (?:DE |SON )?CONSENTEMENT|REFUS\w*|OPPOS\w*|NE (?:VEUT|SOUHAITE) PAS|RETIREE?|RETRAIT|"
    r"REVOQUEE?)\b"
)
_DATE = re.compile(r"\d{1,2}[/.\-]\d{1,2}[/.\-]\d{2,4}|\d{4}-\d{2}-\d{2}.*")
_PHONE = re.compile(r"(?:\+|00)?\d[\d\s.\-/()]{6,}\d")
_FRENCH_CODES: Final = ("33", "590", "594", "596", "262")


def is_placeholder(text: str, *, name: bool = False) -> bool:
    """Whether a cell says that nothing is known: `NC`, `néant`, `?`, `-`, `#N/A`…"""
    if text.startswith("#") and name is False:
        return True
    if len(text) > _LONGEST_PLACEHOLDER:
        return False
    key = words(text)
    if name and key in _FOR_NAMES_ONLY:
        return True
    return key in _ANYWHERE


def read_consent(value: object) -> Consent:
    """Consent from a cell: `oui`, `x`, `1`… yes; `non`, `refus`… no; anything unclear stays to be collected."""
    text = fold(str(value)).strip(" .!;:()[]") if value is not None else ""
    text = text.removesuffix(".0")
    if text in _YES or _DATE.fullmatch(text):
        return Consent.YES
    if text in _NO:
        return Consent.NO
    if not text or _WAITING.search(text) or "?" in text:
        return Consent.UNKNOWN
    if _REFUSED.search(text):
        return Consent.NO
    first = re.split(r"[\s,;(:/\-]+", text)[0]
    if first in {"OUI", "OK", "D'ACCORD", "ACCORD", "ACCEPTE", "CONSENTEMENT", "RECUEILLI", "SIGNE"}:
        return Consent.YES
    return Consent.NO if first == "NON" else Consent.UNKNOWN


def read_phone(value: object) -> str:
    """A telephone as ten French digits, or `+` and the country code; empty when unreadable.

    A cell with several numbers gives the first good one; a number that lost its leading zero gets it back.
    """
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "")
    text = text.removesuffix(".0").replace("(0)", "")
    for candidate in re.split(r" ?(?:[;,|\n]| ou | et | / |/(?=\s*0\d{8}))", text, flags=re.IGNORECASE):
        for found in _PHONE.finditer(candidate.replace("\u00a0", " ")):
            if phone := _normal_phone(found.group()):
                return phone
    return ""


def _normal_phone(raw: str) -> str:
    digits = re.sub(r"\D", "", raw)
    if raw.startswith("+") or digits.startswith("00"):
        return _international(digits.removeprefix("00"))
    if len(digits) == 9 and digits[0] in "12345679":
        digits = "0" + digits
    if len(digits) in (11, 12) and digits.startswith(("33", "594")):
        return _international(digits)
    if len(digits) > 10 and digits[0] == "0" and digits[1] != "0":
        digits = digits[:10]
    return digits if len(digits) == 10 and digits[0] == "0" and digits[1] != "0" and len(set(digits)) > 2 else ""


def _international(digits: str) -> str:
    for code in _FRENCH_CODES:
        national = digits.removeprefix(code).lstrip("0")
        if digits.startswith(code) and len(national) == 9:
            return "0" + national
    return f"+{digits}" if 8 <= len(digits) <= 15 and digits[0] != "0" else ""
