"""Invented identities for the tests; services are called as the web role, inside a unit of work."""

import datetime as dt
from typing import Any
from uuid import UUID

from tests import factories
from tests.conftest import as_owner

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.models import DomainIdentity
from pepites.identity.traits import IdentityTraits
from pepites.patients.models import Patient

BORN = dt.date(1985, 7, 14)


def traits(**values: Any) -> IdentityTraits:
    defaults: dict[str, Any] = {
        "birth_name": "KOUYOURI",
        "first_given_name": "",
        "given_names": "MARIE ANGE",
        "birth_date": PartialDate(BORN),
        "sex": "F",
        "birth_place_cog": "97302",
    }
    return IdentityTraits(**defaults | values)


def actor(**values: Any) -> Actor:
    """A nurse, or who ``values`` says: ``identity_cell``, ``coordinates`` (a network), ``category``."""
    network = values.pop("coordinates", None)
    with as_owner():
        place = factories.practice(**values)
        if network is not None:
            factories.membership(network, place)
        return factories.actor_for(place)


def searched(who: Actor, born: dt.date = BORN) -> UUID:
    with unit_of_work(who):
        return services.search_before_create(actor=who, birth_date=PartialDate(born)).search_id


def person(who: Actor, **values: Any) -> Patient:
    """A person created the whole way: search, then creation."""
    extra = {name: values.pop(name) for name in ("phones", "aliases", "commune_cog") if name in values}
    wanted = traits(**values)
    search_id = searched(who, wanted.birth_date.stored)
    with unit_of_work(who):
        return services.create_identity(actor=who, traits=wanted, search_id=search_id, not_same_reason="essai", **extra)


def identity_of(patient: Patient) -> DomainIdentity:
    with as_owner():
        return DomainIdentity.objects.get(patient=patient, active=True)
