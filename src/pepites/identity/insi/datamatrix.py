"""The INS datamatrix: what it says, written and read block after block (§1.6, format v2.2). Pure."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from pepites.common.errors import DomainError
from pepites.identity.ins import InsNumber
from pepites.identity.normalisation import (
    UNKNOWN_PLACE,
    TraitError,
    is_place_code,
    strict_birth_name,
    strict_given_name,
)

GS: Final = "\x1d"
HEADER: Final = "IS01" + "0" * 22
MAX_LENGTH: Final = 400
# identifier, least and greatest length, in the order they are written; equal lengths are fixed fields
BLOCKS: Final = (
    ("S1", 15, 15),
    ("S2", 19, 20),
    ("S3", 1, 100),
    ("S4", 1, 100),
    ("S5", 1, 1),
    ("S6", 10, 10),
    ("S7", 5, 5),
)
_LENGTHS: Final = {name: (least, most) for name, least, most in BLOCKS}
_SEPARATORS: Final = re.compile(r"<GS>|\{GS\}|[\x1d␝|~^]")
_NEXT_BLOCK: Final = re.compile(r"S[1-7]")


@dataclass(frozen=True, slots=True)
class InsCode:
    """What a datamatrix says; the identity still has to be verified (EXI REC 02)."""

    number: InsNumber
    given_names: str
    birth_name: str
    sex: str
    birth_date: dt.date
    birth_place_cog: str = UNKNOWN_PLACE


def encode(code: InsCode) -> str:
    """The characters to draw. A variable field not at its greatest length, and not the last, ends with GS."""
    values = {
        "S1": code.number.matricule,
        "S2": code.number.oid,
        "S3": code.given_names,
        "S4": code.birth_name,
        "S5": code.sex,
        "S6": f"{code.birth_date:%d-%m-}{code.birth_date.year:04}",
        "S7": "" if code.birth_place_cog == UNKNOWN_PLACE else code.birth_place_cog,
    }
    kept = [(name, least, most) for name, least, most in BLOCKS if values[name]]
    written = [HEADER]
    for name, least, most in kept:
        value = values[name]
        ends = least != most and len(value) < most and name != kept[-1][0]
        written.append(f"{name}{value}{GS if ends else ''}")
    return "".join(written)


def looks_scanned(text: str) -> bool:
    """Whether a typed or scanned text is meant to be an INS datamatrix."""
    return text.strip().upper().startswith("IS01")


def parse(text: str) -> InsCode:
    """Read what a scanner typed; raises ``DomainError`` whose sentence says what to do.

    Sequential, as the format asks. A scanner acting as a keyboard may write GS as a visible character, or drop it: then
    a name ends where the next block begins, which is certain since names hold no digit.
    """
    said = text.strip()
    if len(said) > MAX_LENGTH:
        raise _wrong("il est trop long")
    if not said.startswith(HEADER):
        raise _wrong("son début n'est pas celui d'un INS")
    rest = _SEPARATORS.sub(GS, said[len(HEADER) :])
    return _code(_blocks(rest, dropped=GS not in rest))


def _blocks(rest: str, *, dropped: bool) -> dict[str, str]:
    found: dict[str, str] = {}
    while rest:
        name, rest = rest[:2], rest[2:]
        if name not in _LENGTHS or name in found:
            raise _wrong("un bloc est inconnu ou répété")
        value, rest = _value(name, rest, dropped=dropped)
        found[name] = value
    return found


def _value(name: str, rest: str, *, dropped: bool) -> tuple[str, str]:
    least, most = _LENGTHS[name]
    if least == most:
        value, rest = rest[:most], rest[most:]
    else:
        value, rest = _variable(rest, most, dropped=dropped)
    if not least <= len(value) <= most or GS in value:
        raise _wrong("un bloc n'a pas la bonne longueur")
    return value, rest


def _variable(rest: str, most: int, *, dropped: bool) -> tuple[str, str]:
    if dropped:
        ends = _NEXT_BLOCK.search(rest)
        cut = ends.start() if ends else len(rest)
        return rest[:cut], rest[cut:]
    cut = rest.find(GS)
    if 0 <= cut <= most:
        return rest[:cut], rest[cut + 1 :]
    return rest[:most], rest[most:]


def _code(found: dict[str, str]) -> InsCode:
    if missing := [name for name, *_ in BLOCKS[:6] if name not in found]:
        raise _wrong(f"il manque le bloc {missing[0]}")
    try:
        number = InsNumber.read(found["S2"], found["S1"])
        given, family = strict_given_name(found["S3"]), strict_birth_name(found["S4"])
        day, month, year = (int(part) for part in found["S6"].split("-"))
        born = dt.date(year, month, day)
    except TraitError as error:
        raise _wrong(error.message) from None
    except ValueError:
        raise _wrong("sa date n'existe pas") from None
    place = found.get("S7", UNKNOWN_PLACE)
    if found["S5"] not in ("M", "F") or not is_place_code(place):
        raise _wrong("le sexe ou le lieu de naissance est impossible")
    if (given, family) != (found["S3"], found["S4"]):
        raise _wrong("un nom n'est pas en forme stricte")
    return InsCode(number, given, family, found["S5"], born, place)


def _wrong(why: str) -> DomainError:
    return DomainError(
        f"Ce code ne peut pas être lu : {why}. Scannez-le de nouveau, ou cherchez par la date de naissance.",
        field="number",
    )
