"""Identity feed of PAM France: A28, A31, A40, A47, A24, A37 (identite-ins §4.2, §4.3)."""

import datetime as dt
from typing import Final

from pepites.interop.gateway import Domain, UnknownLocalId, regional, systems
from pepites.interop.hl7v2.errors import Code, Hl7Error, rejected
from pepites.interop.hl7v2.parsing import Message, Segment
from pepites.interop.hl7v2.pid import local_id_of, moment_of, record_of, system_and_id
from pepites.interop.hl7v2.registry import Accepted, Done, Reception, register

SCOPE: Final = "hl7v2.pam"
MAX_PAIRS: Final = 20


def receive(reception: Reception) -> Done:
    """A28 and A31: an identity created or revised."""
    message = reception.message
    pid = only_pid(message)
    record = record_of(pid, systems(reception.domain), occurred_at=occurred_at(message))
    received = regional().receive_record(
        actor=reception.actor, domain=reception.domain, record=record, key=reception.key
    )
    return Done(detail={"created": received.created, "class": received.outcome, "insi": _insi_date(message)})


def merge(reception: Reception) -> Done:
    """A40: in each pair, the number of PID stays, that of MRG is absorbed."""
    pairs = _pairs(reception.message, systems(reception.domain))
    for index, (survivor, absorbed) in enumerate(pairs):
        regional().merge_local_ids(
            actor=reception.actor, domain=reception.domain, survivor=survivor, absorbed=absorbed,
            key=_numbered(reception.key, index),
        )  # fmt: skip
    return Done(detail={"merged": len(pairs)})


def change(reception: Reception) -> Done:
    """A47: the number of MRG becomes that of PID."""
    pairs = _pairs(reception.message, systems(reception.domain))
    for index, (new, former) in enumerate(pairs):
        regional().change_local_id(
            actor=reception.actor, domain=reception.domain, former=former, new=new, key=_numbered(reception.key, index)
        )
    return Done(detail={"changed": len(pairs)})


def link(reception: Reception) -> Done:
    """A24: the domain says that two identities are one person."""
    one, other = _two(reception)
    regional().ask_link(actor=reception.actor, one=one, other=other, reason="A24", key=reception.key)
    return Done()


def unlink(reception: Reception) -> Done:
    """A37: the domain says that two identities are two persons."""
    one, other = _two(reception)
    regional().ask_unlink(actor=reception.actor, one=one, other=other, reason="A37", key=reception.key)
    return Done()


def register_messages() -> None:
    """Take the messages of this profile."""
    for event, handler, action in (
        ("A28", receive, "C"), ("A31", receive, "U"), ("A40", merge, "U"), ("A47", change, "U"), ("A24", link, "U"),
        ("A37", unlink, "U"),
    ):  # fmt: skip
        register(Accepted("ADT", event, handler, SCOPE, f"hl7v2.adt.{event.lower()}", action))


def _numbered(key: str, index: int) -> str:
    return f"{key}#{index}" if index else key


def only_pid(message: Message) -> Segment:
    """The identity of a message that has one and no more."""
    found = message.all("PID")
    if len(found) != 1:
        raise rejected("Ce message contient un segment PID et un seul.", where="PID")
    return found[0]


def _pairs(message: Message, names: set[str]) -> list[tuple[str, str]]:
    """Numbers of each PID followed by its MRG."""
    found: list[tuple[str, str]] = []
    pid: Segment | None = None
    for segment in message.segments:
        if segment.name == "PID":
            if pid is not None:
                raise rejected("Un segment PID n'est pas suivi de son MRG.", where="MRG")
            pid = segment
        elif segment.name == "MRG":
            if pid is None:
                raise rejected("Un segment MRG n'est pas précédé de son PID.", where="PID")
            found.append((local_id_of(pid, 3, names), local_id_of(segment, 1, names)))
            pid = None
    if pid is not None or not 0 < len(found) <= MAX_PAIRS:
        raise rejected(f"Ce message contient 1 à {MAX_PAIRS} couples PID et MRG.", where="MRG")
    if any(one == other for one, other in found):
        raise Hl7Error("Les deux identifiants sont les mêmes.", Code.DUPLICATE_KEY, "MRG-1")
    return found


def _two(reception: Reception) -> tuple[tuple[Domain, str], tuple[Domain, str]]:
    """The two identities, the sender's first: one at least is of its domain (STIC-10)."""
    found = reception.message.all("PID")
    if len(found) != 2:
        raise rejected("Ce message contient deux segments PID.", where="PID")
    places: list[tuple[Domain, str]] = []
    for pid in found:
        system, number = system_and_id(pid)
        domain = regional().domain_by_system(system)
        if domain is None:
            raise Hl7Error("L'autorité d'un identifiant n'est pas connue.", Code.UNKNOWN_KEY, "PID-3")
        places.append((domain, number))
    if all(domain.pk != reception.domain.pk for domain, _ in places):
        raise Hl7Error("Aucun des deux identifiants n'est de votre domaine.", Code.UNKNOWN_KEY, "PID-3")
    if (places[0][0].pk, places[0][1]) == (places[1][0].pk, places[1][1]):
        raise Hl7Error("Les deux identifiants sont les mêmes.", Code.DUPLICATE_KEY, "PID-3")
    own, other = places if places[0][0].pk == reception.domain.pk else reversed(places)
    return own, other


def occurred_at(message: Message) -> dt.datetime | None:
    """When it happened at the sender: EVN-6, else EVN-2, else MSH-7 (order of replays)."""
    event = message.all("EVN")
    for segment, number in ((event[0], 6), (event[0], 2)) if event else ():
        if text := segment.text(number):
            return moment_of(text, f"EVN-{number}")
    return moment_of(message.msh.text(7), "MSH-7")


def _insi_date(message: Message) -> bool:
    """Whether ZFD-6 tells a date of the INSi query; the date itself has no place in the regional record."""
    found = message.all("ZFD")
    text = found[0].text(6) if found else ""
    if not text:
        return False
    moment_of(text.ljust(14, "0"), "ZFD-6")
    return True


__all__ = ["SCOPE", "UnknownLocalId", "register_messages"]
