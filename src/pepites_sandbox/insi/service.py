"""What the simulator does with a request: checks the contract, finds the person, or misbehaves when asked to."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from pepites_sandbox.insi import answers
from pepites_sandbox.insi.persons import FAULTY, GUIANA, OID_DEMO, QUALIFICATION, UNKNOWN_ON_PURPOSE, Person

FAULTS = {
    "aucun": "fonctionne",
    "siram_40": "service temporairement indisponible",
    "insi_102": "erreur technique de la recherche",
    "autorisation": "numéro d'autorisation du logiciel inconnu",
    "lent": "répond après quinze secondes",
    "coupe": "coupe la connexion au milieu de la réponse",
    "malforme": "répond un XML mal formé",
    "code_inconnu": "répond un code de résultat inconnu",
    "erreur_inconnue": "répond une erreur insi_ inconnue",
    "verification_ko": "la vérification répond que l'INS ne correspond plus",
    "page": "répond une page HTML (portail d'authentification)",
}
# A birth name that asks for a fault by itself, for trainers without the control page.
MAGIC = {
    "PANNE-INDISPONIBLE": "siram_40",
    "PANNE-RECHERCHE": "insi_102",
    "PANNE-AUTORISATION": "autorisation",
    "PANNE-LENTE": "lent",
    "PANNE-COUPURE": "coupe",
    "PANNE-MALFORMEE": "malforme",
    "PANNE-CODE": "code_inconnu",
    "PANNE-INCONNUE": "erreur_inconnue",
    "PANNE-VERIFICATION": "verification_ko",
    "PANNE-PAGE": "page",
}
_STRICT = re.compile(r"[A-Z'][A-Z' -]*")
_TEMPORARY = "Le service est temporairement indisponible, veuillez renouveler votre demande ultérieurement."


@dataclass
class State:
    """What the control page changes. ``quirks``: a fault instead of « aucune identité » (§3.4)."""

    fault: str = "aucun"
    quirks: bool = False
    environment: str = "qualification"
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


@dataclass(frozen=True)
class Answer:
    """HTTP status and body; ``cut`` sends half of it; ``delay`` in seconds."""

    status: int
    body: bytes
    content_type: str = "application/soap+xml; charset=utf-8"
    cut: bool = False
    delay: float = 0.0


def handle(raw: bytes, state: State) -> Answer:
    """One SOAP request."""
    with state.lock:
        state.calls += 1
    root = _parse(raw)
    if root is None or _local(root.tag) != "Envelope":
        return Answer(500, answers.fault("siram_10", "insi_001", "Message illisible", sender=True))
    if missing := _missing(root):
        return Answer(500, answers.fault("siram_10", "insi_002", f"Il manque : {missing}", sender=True))
    name = _text(root, "NomNaissance")
    chosen = MAGIC.get(name, state.fault)
    if (broken := _broken(chosen)) is not None:
        return broken
    if _find(root, "IndividuVerifie") is not None:
        return _verify(root, state, ko=chosen == "verification_ko")
    return _search(root, state)


def _parse(raw: bytes) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    return None if root.getroottree().docinfo.doctype else root


def _missing(root: Any) -> str:
    """The parts of the envelope without which the real service refuses (§3.3)."""
    for name in ("ContexteBAM", "ContexteLPS", "Action", "MessageID", "Id", "Temps", "IDAM", "Instance"):
        if _find(root, name) is None:
            return name
    return ""


def _broken(fault: str) -> Answer | None:
    if fault in ("aucun", "verification_ko"):
        return None
    sound = answers.result("01")
    return {
        "siram_40": Answer(500, answers.fault("siram_40", "", _TEMPORARY)),
        "insi_102": Answer(500, answers.fault("siram_40", "insi_102", "Erreur technique de la recherche")),
        "autorisation": Answer(
            500, answers.fault("siram_30", "insi_050", "Numéro d'autorisation du logiciel inconnu", sender=True)
        ),
        "lent": Answer(200, sound, delay=15.0),
        "coupe": Answer(200, sound, cut=True),
        "malforme": Answer(200, sound[: len(sound) // 2]),
        "code_inconnu": Answer(200, answers.result("77", "Code que personne ne connaît")),
        "erreur_inconnue": Answer(500, answers.fault("siram_99", "insi_999", "Erreur que personne ne connaît")),
        "page": Answer(200, b"<html><body>Connexion</body></html>", "text/html"),
    }[fault]


def _search(root: Any, state: State) -> Answer:
    family, given, sex = _text(root, "NomNaissance"), _text(root, "Prenom"), _text(root, "Sexe")
    born, place = _text(root, "DateNaissance"), _text(root, "LieuNaissance")
    if not (_STRICT.fullmatch(family) and _STRICT.fullmatch(given)) or sex not in ("M", "F") or len(born) != 10:
        return Answer(500, answers.fault("siram_10", "insi_101", "Trait d'identité invalide", sender=True))
    found = [
        one
        for one in (*QUALIFICATION, *GUIANA)
        if (one.family, one.sex, one.born) == (family, sex, born) and one.answers_to(given) and place in ("", one.place)
    ]
    if len(found) == 1:
        return Answer(200, answers.result("00", inside=answers.person(found[0], _oid(found[0], state))))
    if found:
        return Answer(200, answers.result("02"))
    if (family, given) in FAULTY or (state.quirks and family not in UNKNOWN_ON_PURPOSE):
        return Answer(500, answers.fault("siram_40", "insi_102", "Erreur technique de la recherche"))
    return Answer(200, answers.result("01"))


def _verify(root: Any, state: State, *, ko: bool) -> Answer:
    number = _text(root, "NumIdentifiant") + _text(root, "Cle")
    family, born, oid = _text(root, "NomNaissance"), _text(root, "DateNaissance"), _text(root, "OID")
    known = any(
        (one.matricule, one.family, one.born, _oid(one, state)) == (number, family, born, oid)
        for one in (*QUALIFICATION, *GUIANA)
    )
    return Answer(200, answers.result("00" if known and not ko else "01"))


def _oid(one: Person, state: State) -> str:
    """A demonstration never receives a production OID: everybody answers under .11 (INS-2)."""
    return OID_DEMO if state.environment == "demonstration" else one.oid


def _local(tag: Any) -> str:
    return str(tag).rpartition("}")[2]


def _find(node: Any, name: str) -> Any:
    return next((one for one in node.iter() if _local(one.tag) == name), None)


def _text(node: Any, name: str) -> str:
    found = _find(node, name)
    return "" if found is None else (found.text or "").strip()
