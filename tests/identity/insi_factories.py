"""Teleservices of the tests: answers written by hand, or the simulator on its socket."""

import datetime as dt
import itertools
import uuid
from typing import Any

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.identity.identity_factories import identity_of

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.identity import services
from pepites.identity.ins import OID_DEMO, InsNumber
from pepites.identity.models import DomainIdentity, InsiCall
from pepites.identity.ports import InsiPerson, InsiQuery, InsiReply, Outcome
from pepites.identity.values import ins_key
from pepites.patients.models import Patient

MATRICULE = "285079730200175"
_order = itertools.count(100)


def number(body: str = "", oid: str = OID_DEMO) -> InsNumber:
    """A number with its right key; another one each time."""
    body = body or f"2850797302{next(_order):03}"
    return InsNumber(oid, body + ins_key(body))


def answered(**values: Any) -> InsiPerson:
    """What INSi says of the person of ``identity_factories.person``."""
    defaults: dict[str, Any] = {
        "active": InsNumber(OID_DEMO, MATRICULE),
        "history": (),
        "birth_name": "KOUYOURI",
        "given_names": "MARIE ANGE",
        "sex": "F",
        "birth_date": dt.date(1985, 7, 14),
        "birth_place_cog": "97302",
    }
    return InsiPerson(**defaults | values)


def reply(code: str = "00", person: InsiPerson | None = None, text: str = "") -> InsiReply:
    known = code in ("00", "01", "02")
    return InsiReply(
        str(uuid.uuid4()),
        Outcome(code) if known else Outcome.FAULT,
        code,
        text,
        person,
        12,
        b"<reponse/>" if known else b"",
    )


class Written:
    """A teleservice that says what it was told to, in order; the last answer again and again."""

    def __init__(self, *replies: Any, environment: str = "demonstration") -> None:
        self.environment, self.mode = environment, "essai"
        self.replies, self.asked = list(replies), list[InsiQuery]()
        self.verified: list[InsNumber] = []

    def _next(self) -> tuple[InsiReply, ...]:
        one = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        made = (
            [reply("00", one)] if isinstance(one, InsiPerson) else [reply(one)] if isinstance(one, str) else list(one)
        )
        return tuple(made)

    def search(self, query: InsiQuery) -> tuple[InsiReply, ...]:
        self.asked.append(query)
        return self._next()

    def verify(self, number: InsNumber, query: InsiQuery) -> tuple[InsiReply, ...]:
        self.asked.append(query)
        self.verified.append(number)
        return self._next()


@pytest.fixture
def plug(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Connect a teleservice: ``plug("01", answered())`` answers that, in order."""

    def connect(*replies: Any, environment: str = "demonstration") -> Written:
        service = Written(*replies, environment=environment)
        for module in ("pepites.identity.services.insi", "pepites.identity.tasks", "pepites.identity.selectors.insi"):
            monkeypatch.setattr(f"{module}.teleservice", lambda: service)
        return service

    return connect


def ask(who: Actor, patient: Patient, **values: Any) -> InsiCall:
    with unit_of_work(who):
        return services.ask_insi(actor=who, identity=DomainIdentity.objects.get(patient=patient), **values)


def accept(who: Actor, call: InsiCall) -> DomainIdentity:
    with unit_of_work(who):
        return services.accept_insi(actor=who, call=InsiCall.objects.get(pk=call.pk), confirmed=True)


def checked(who: Actor, patient: Patient, device: str = "PA") -> None:
    with unit_of_work(who):
        services.check_document(actor=who, identity=identity_of(patient), device_code=device)


def qualified(who: Actor, patient: Patient, plug: Any, person: InsiPerson | None = None) -> DomainIdentity:
    """PROV → VALI → QUAL, the whole way."""
    checked(who, patient)
    plug(person or answered())
    accept(who, ask(who, patient))
    return identity_of(patient)


def numbers_of(patient: Patient) -> list[tuple[str, bool]]:
    """Every stored number, as the owner sees them: matricule and whether it is active."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT matricule, active FROM identity_ins WHERE patient_id = %s ORDER BY id", [patient.pk])
        return [tuple(row) for row in cursor.fetchall()]
