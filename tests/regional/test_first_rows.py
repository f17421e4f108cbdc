"""A base that already follows persons: the migration puts them all in the server, each under the number it shows."""

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.identity import identity_factories as known

from pepites.audit.unit import unit_of_work
from pepites.identity import services as identity
from pepites.identity.enums import Attribute
from pepites.patients.models import Patient
from pepites.regional.models import Link, RegionalRecord
from pepites.regional.sql import FIRST_DOMAIN, FIRST_PERSONS

pytestmark = pytest.mark.django_db

TABLES = (
    "domain regionalrecord regionalperson link recordkey card nonlink notification regionalrecordevent"
    " regionalpersonevent domainevent cardevent nonlinkevent dailyfigures"
)


def test_persons_already_followed_enter_the_server() -> None:
    who = known.actor(identity_cell=True)
    people = [known.person(who, given_names=name) for name in ("ROSA", "LEONTINE", "JOSEPHA")]
    with unit_of_work(who):
        identity.set_attribute(
            actor=who, identity=known.identity_of(people[2]), attribute=Attribute.FICTITIOUS, reason="essai"
        )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE coordination_hospitalstay, " + ", ".join(f"regional_{name}" for name in TABLES.split())
        )
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(FIRST_DOMAIN + FIRST_PERSONS)
        shown = {str(one.public_id): one.regional_id for one in Patient.objects.exclude(pk=people[2].pk)}
        found = dict(Link.objects.filter(active=True).values_list("record__local_id", "person__irp"))
        assert found == shown
        assert RegionalRecord.objects.count() == 2
