"""Hospital movements of PAM France: A01, A02, A03, A11, A13 (coordination P10, §3.5)."""

import datetime as dt
from typing import Final

from pepites.common.clock import now
from pepites.coordination.stays.enums import Movement
from pepites.coordination.stays.services import StayMovement, receive_movement
from pepites.interop.gateway import systems
from pepites.interop.hl7v2.errors import Code, Hl7Error
from pepites.interop.hl7v2.pam import occurred_at, only_pid
from pepites.interop.hl7v2.parsing import Message, Segment
from pepites.interop.hl7v2.pid import local_id_of, moment_of
from pepites.interop.hl7v2.registry import Accepted, Done, Reception, register
from pepites.interop.text import visible

SCOPE: Final = "hl7v2.sejours"


def receive(reception: Reception) -> Done:
    """One movement of a stay. Somebody that nobody follows here is acknowledged, and nothing of them is kept."""
    message = reception.message
    pv1 = message.one("PV1")
    movement = StayMovement(
        kind=Movement(message.event[1]), local_id=local_id_of(only_pid(message), 3, systems(reception.domain)),
        visit=_visit(message, pv1), unit=_unit(pv1), said_at=_said_at(message),
        admitted_at=moment_of(pv1.text(44), "PV1-44"), discharged_at=moment_of(pv1.text(45), "PV1-45"),
        message=message.control_id,
    )  # fmt: skip
    _check_order(movement)
    subjects = receive_movement(actor=reception.actor, domain_id=reception.domain.pk, movement=movement)
    return Done(subjects=subjects, detail={"followed": len(subjects)})


def register_movements() -> None:
    """Take the movements of this profile."""
    for one in Movement:
        register(Accepted("ADT", one, receive, SCOPE, f"hl7v2.adt.{one.lower()}"))


def _visit(message: Message, pv1: Segment) -> str:
    """The number of the stay: the visit's (PV1-19), else the administrative file's (PID-18)."""
    value = pv1.text(19) or message.one("PID").text(18)
    if not value:
        raise Hl7Error("Le numéro de venue (PV1-19) ou de dossier (PID-18) manque.", Code.REQUIRED_FIELD, "PV1-19")
    if len(value) > 64 or visible(value) != value:
        raise Hl7Error("Le numéro de venue compte 1 à 64 caractères imprimables.", Code.DATA_TYPE, "PV1-19")
    return value


def _unit(pv1: Segment) -> str:
    """The unit of PV1-3: its point of care, as a label that a screen may show."""
    return visible(pv1.text(3))[:100]


def _said_at(message: Message) -> dt.datetime:
    """What orders the movements of a stay: when it happened at the sender; the clock here when it does not say."""
    return occurred_at(message) or now()


def _check_order(movement: StayMovement) -> None:
    start, end = movement.admitted_at, movement.discharged_at
    if start is not None and end is not None and end < start:
        raise Hl7Error("La sortie précède l'entrée.", Code.DATA_TYPE, "PV1-45")
