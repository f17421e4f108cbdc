"""Invented domains and identities; services run as the web role, in a unit of work."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from tests import factories
from tests.conftest import as_owner

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, Channel, system_actor
from pepites.identity.dates import PartialDate, Precision
from pepites.identity.traits import IdentityTraits
from pepites.regional import services
from pepites.regional.models import Domain, Link, RegionalRecord, RuleSet
from pepites.regional.values import IncomingRecord, InsNumber, Received

BORN = dt.date(1985, 7, 14)
NIR = "1.2.250.1.213.1.4.8"
NIA = "1.2.250.1.213.1.4.9"
INS_A = InsNumber(NIR, "285079730200175")
INS_B = InsNumber(NIR, "285099941045644")


def domain(code: str = "CHC", **values: Any) -> Domain:
    with as_owner(), unit_of_work(system_actor("essai", channel=Channel.COMMAND)):
        return services.set_domain(
            actor=system_actor("essai", channel=Channel.COMMAND), code=code, name=f"Hôpital {code}",
            **{"oid": f"1.2.3.{int.from_bytes(code.encode())}", "uri": f"https://{code.lower()}.exemple/ipp"} | values,
        )  # fmt: skip


def cell() -> Actor:
    with as_owner():
        return factories.actor_for(factories.practice(identity_cell=True))


def traits(**values: Any) -> IdentityTraits:
    if "weak" in values:
        values["birth_date"] = PartialDate(values.pop("weak"), Precision.ANNEE, interpreted=True)
    elif "born" in values:
        values["birth_date"] = PartialDate(values.pop("born"))
    defaults: dict[str, Any] = {
        "birth_name": "KOUYOURI", "first_given_name": "", "given_names": "MARIE ANGE",
        "birth_date": PartialDate(BORN), "sex": "F", "birth_place_cog": "97302",
    }  # fmt: skip
    return IdentityTraits(**defaults | values)


def incoming(local_id: str, **values: Any) -> IncomingRecord:
    names = {"status", "attributes", "ins", "ins_history", "phones", "commune_cog", "birth_rank", "active",
             "occurred_at", "aliases"}  # fmt: skip
    own = {name: values.pop(name) for name in names & set(values)}
    if own.get("ins") is not None:
        own.setdefault("status", "QUAL")
    return IncomingRecord(local_id, traits(**values), **own)


def feed(actor: Actor, where: Domain, local_id: str, key: str = "", **values: Any) -> Received:
    with unit_of_work(actor):
        return services.receive_record(actor=actor, domain=where, record=incoming(local_id, **values), key=key)


def open_doors(**values: Any) -> None:
    """The shadow ends: links by traits are made at once (STIC-6)."""
    with as_owner():
        RuleSet.objects.update(**{"decided": 1000, "confirmed": 1000} | values)


def record_of(received: Received) -> RegionalRecord:
    with as_owner():
        return RegionalRecord.objects.get(public_id=received.record_public_id)


def irp(received: Received) -> str:
    with as_owner():
        return Link.objects.get(record__public_id=received.record_public_id, active=True).person.irp


def together(*received: Received) -> bool:
    return len({irp(one) for one in received}) == 1


@contextmanager
def machine(where: Domain) -> Iterator[None]:
    """A stand-in for ``accounts_client_domain()`` of the machines' branch: the client of that domain acts."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION accounts_client_domain() RETURNS text LANGUAGE sql STABLE AS"
            " $$ SELECT nullif(current_setting('pepites.essai_client', true), '') $$"
        )
        cursor.execute("GRANT EXECUTE ON FUNCTION accounts_client_domain() TO PUBLIC")
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pepites.essai_client', %s, false)", [where.oid])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('pepites.essai_client', '', false)")
