"""Keys of the region made again, and its names counted."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import INS_A, cell, domain, feed

from pepites.audit.unit import unit_of_work
from pepites.identity import frequencies
from pepites.identity.packed import PREFIX, unpacked
from pepites.regional.functions.queries import DATA
from pepites.regional.models import RegionalRecord
from pepites.regional.records import loaded, shape_of
from pepites.regional.rekey import count_names, form_records, rekey_records

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


def test_forms_are_computed_for_whoever_lacks_one_and_judge_alike() -> None:
    """A domain's feed brings its form; Pépites' own records wait for the night, judged by their traits meanwhile."""
    actor = cell()
    patient = known.person(known.actor(), birth_name="KOUYOURI", given_names="MARIE ANGE")
    feed(actor, domain("CHC"), "1", ins=INS_A, phones=("0694123456", "0694654321"), mother_name="AFOEBA")
    with as_owner():
        shapes = {one.local_id: (one.form, loaded_of(one)) for one in RegionalRecord.objects.all()}
        assert shapes["1"][0].startswith(PREFIX)
        assert shapes[str(patient.public_id)][0] == ""
        with connection.cursor() as cursor:
            cursor.execute("UPDATE regional_regionalrecord SET form = '[0,' WHERE local_id = '1'")
        assert form_records() == 2
        assert form_records() == 0
        for one in RegionalRecord.objects.all():
            ins = one.ins_matricule
            kept, fresh = unpacked(one.form, ins), shape_of(shapes[one.local_id][1], ins)
            assert [form[:26] for form in kept.forms] == [form[:26] for form in fresh.forms]
            assert kept.phones == fresh.phones


def loaded_of(one: RegionalRecord) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {DATA} FROM regional_regionalrecord r WHERE r.id = %s", [one.pk])
        return loaded(cursor.fetchone()[0])


def test_nobody_but_the_worker_stores_a_form() -> None:
    actor = cell()
    feed(actor, domain("CHC"), "1")
    for sql in ("SELECT * FROM regional_unformed(5)", "SELECT regional_keep_forms(ARRAY[1]::bigint[], ARRAY['x'])"):
        with pytest.raises(DatabaseError), unit_of_work(actor), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)
