"""Keys of the region made again, and its names counted."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import INS_A, cell, domain, feed

from pepites.audit.unit import unit_of_work
from pepites.identity import frequencies
from pepites.regional.rekey import count_names, rekey_records

pytestmark = pytest.mark.django_db


def keys() -> set[tuple[int, int]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key, record_id FROM regional_recordkey")
        return set(cursor.fetchall())


def test_keys_of_every_domain_are_made_again() -> None:
    actor = cell()
    known.person(known.actor())
    feed(actor, domain("CHC"), "1", ins=INS_A, phones=("0694123456", "0694654321"), mother_name="AFOEBA")
    feed(actor, domain("CHK"), "A", birth_name="POEKETI", commune_cog="97302")
    with as_owner():
        before = keys()
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM regional_recordkey")
        assert rekey_records() == 2
        assert keys() == before


def test_names_are_counted_over_all_domains_and_only_by_the_server_itself() -> None:
    actor = cell()
    known.person(known.actor(), birth_name="KOUYOURI")
    for number in range(3):
        feed(actor, domain("CHC"), str(number))
    with pytest.raises(DatabaseError), unit_of_work(actor), transaction.atomic():
        count_names()
    with as_owner():
        assert count_names() == 4
        assert frequencies.current().of("S", "KOUYOURI") == 4
