"""What comes back from INSi: read by local name, in any order, nothing repaired; hostile XML refused (§3.3, §3.4)."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pepites.identity.ins import InsNumber
from pepites.identity.ports import FormerIns, InsiPerson, Outcome, Trouble
from pepites.identity.values import TraitError, is_place_code, strict_birth_name, strict_given_name

MAX_BYTES = 256 * 1024
MAX_FORMER = 50
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,30}", re.ASCII)


class Unreadable(ValueError):
    """An answer that is no answer of the contract, or that cannot be kept as it is."""


@dataclass(frozen=True, slots=True)
class Read:
    """What an answer says."""

    outcome: Outcome
    code: str
    text: str = ""
    person: InsiPerson | None = None
    busy: bool = False


def read_answer(raw: bytes) -> Read:
    """Read a SOAP answer; raises ``Unreadable``. ``busy``: the service says to come back later (siram_40)."""
    root = _parse(raw)
    if _name(root) != "Envelope":
        raise Unreadable("pas une enveloppe SOAP")
    if (fault := _first(root, "Fault")) is not None:
        return _fault(fault)
    result = _first(root, "CR")
    if result is None:
        raise Unreadable("ni résultat ni erreur")
    code, text = _text(result, "CodeCR"), _printable(_text(result, "LibelleCR"))
    if code == Outcome.FOUND:
        holder = _first(root, "INDIVIDU")
        return Read(Outcome.FOUND, code, text, None if holder is None else _person(holder))
    if code in (Outcome.NONE, Outcome.SEVERAL):
        return Read(Outcome(code), code, text)
    return Read(Outcome.FAULT, f"{Trouble.UNKNOWN_CODE}/{_word(code)}", text)


def _parse(raw: bytes) -> Any:
    if len(raw) > MAX_BYTES:
        raise Unreadable("réponse trop longue")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable("XML mal formé") from error
    if root.getroottree().docinfo.doctype:
        raise Unreadable("un DTD n'a rien à faire ici")
    return root


def _name(node: Any) -> str:
    return etree.QName(node).localname if isinstance(node.tag, str) else ""


def _first(node: Any, name: str) -> Any:
    return next((one for one in node.iter() if _name(one) == name), None)


def _children(node: Any, name: str) -> list[Any]:
    return [one for one in node if _name(one) == name]


def _text(node: Any, name: str) -> str:
    found = _first(node, name)
    return "" if found is None else (found.text or "").strip()


def _printable(text: str) -> str:
    """A sentence of the service, for the screen: no control, no direction mark, 200 characters."""
    return "".join(c for c in text if c.isprintable())[:200]


def _word(code: str) -> str:
    return code if not code or _CODE.fullmatch(code) else "?"


def _fault(fault: Any) -> Read:
    """``siram_NN`` and the ``insi_NNN`` of the detail, when they are there; the text is for the operator."""
    sub = _first(fault, "Subcode")
    family = _word(_text(sub, "Value").rpartition(":")[2]) if sub is not None else ""
    detail = _first(fault, "Erreur")
    precise = _word(detail.get("code", "")) if detail is not None else ""
    code = "/".join(part for part in (family, precise) if part) or "fault"
    reason = _first(fault, "Reason")
    text = _text(reason, "Text") if reason is not None else ""
    return Read(Outcome.FAULT, code, _printable(text), busy=family == "siram_40")


def _person(holder: Any) -> InsiPerson:
    active, traits = _children(holder, "INSACTIF"), _children(holder, "TIQ")
    if len(active) != 1 or len(traits) != 1:
        raise Unreadable("il faut un INS actif et des traits")
    former = _children(holder, "INSHISTO")[:MAX_FORMER]
    tiq = traits[0]
    try:
        born = dt.date.fromisoformat(_text(tiq, "DateNaissance"))
    except ValueError:
        raise Unreadable("date de naissance") from None
    place = _text(tiq, "LieuNaissance") or "99999"
    if _text(tiq, "Sexe") not in ("M", "F") or not is_place_code(place):
        raise Unreadable("sexe ou lieu de naissance")
    return InsiPerson(
        active=_number(active[0]),
        history=tuple(FormerIns(_number(one), _date(one, "DateDeb"), _date(one, "DateFin")) for one in former),
        birth_name=_as_is(_text(tiq, "NomNaissance"), strict_birth_name),
        given_names=_as_is(_text(tiq, "ListePrenom"), strict_given_name),
        sex=_text(tiq, "Sexe"),
        birth_date=born,
        birth_place_cog=place,
    )


def _as_is(name: str, rule: Any) -> str:
    """A name in strict form already; INSi answers are stored as they are (INS-7), never repaired."""
    try:
        strict = rule(name)
    except TraitError:
        strict = ""
    if strict != name:
        raise Unreadable("nom ou prénoms hors de la forme stricte")
    return name


def _number(node: Any) -> InsNumber:
    number = InsNumber(_text(node, "OID"), _text(node, "NumIdentifiant") + _text(node, "Cle"))
    if len(_text(node, "Cle")) != 2 or not number.well_formed:
        raise Unreadable("matricule")
    return number


def _date(node: Any, name: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(_text(node, name)[:10])
    except ValueError:
        return None
