"""The count in force: made by the worker alone, kept in memory, renewed; and the keys made again for everybody."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person

from pepites.audit.unit import unit_of_work
from pepites.identity import frequencies, services
from pepites.identity.bulk.rekey import rekey_identities
from pepites.identity.matching.canonical import Canonical
from pepites.identity.matching.dates import NEAR, near_sql, sql_date
from pepites.identity.matching.frequency import pack
from pepites.identity.matching.standard import is_conventional

pytestmark = pytest.mark.django_db


def keys_of(patient_id: int) -> set[int]:
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM identity_identityblock WHERE patient_id = %s", [patient_id])
        return {key for (key,) in cursor.fetchall()}


def test_nobody_but_the_worker_changes_what_names_weigh() -> None:
    with pytest.raises(DatabaseError), unit_of_work(actor()), transaction.atomic():
        frequencies.store(pack(10, {1: 2}))
    with as_owner():
        made = frequencies.store(pack(10, {1: 2}))
    assert frequencies.current() == made


def test_a_process_asks_again_after_a_while_only() -> None:
    with as_owner():
        first = frequencies.store(pack(10, {1: 2}))
        assert frequencies.current() == first
        with connection.cursor() as cursor:
            cursor.execute("SELECT identity_store_frequencies('autre', 20, %s)", [pack(20, {1: 2})])
        assert frequencies.current() == first
        frequencies.forget()
        assert frequencies.current().total == 20


def test_keys_are_made_again_for_everybody() -> None:
    nurse = actor()
    one, two = person(nurse), person(nurse, given_names="JOSEPHA", birth_name="POEKETI")
    with unit_of_work(nurse):
        services.add_alias(actor=nurse, identity=identity_of(one), birth_name="AUTRE")
        services.add_phone(actor=nurse, identity=identity_of(one), number="0694123456")
    before = {patient.pk: keys_of(patient.pk) for patient in (one, two)}
    assert all(before.values())
    with as_owner():
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM identity_identityblock")
        assert rekey_identities() == 2
    assert {patient.pk: keys_of(patient.pk) for patient in (one, two)} == before


DAYS = st.builds(
    lambda year, day: dt.date(year, *day),
    st.sampled_from((1951, 1952, 1954, 1961, 1971)),
    st.sampled_from(((1, 1), (12, 31), (3, 7), (7, 3), (3, 17), (15, 3)[::-1], (11, 1))),
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(DAYS, st.booleans(), DAYS, st.booleans()), min_size=1, max_size=40))
def test_the_base_leaves_out_the_same_dates_as_the_judge(pairs: list[tuple[dt.date, bool, dt.date, bool]]) -> None:
    """One rule, two evaluators: what the look-up leaves out is what the judge would not compare."""
    one, other = (sql_date(f"p.{name}", f"p.{name}_said") for name in ("a", "b"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {near_sql(one, other)} FROM unnest(%s::date[], %s::boolean[], %s::date[],"
            " %s::boolean[]) WITH ORDINALITY AS p(a, a_said, b, b_said, n) ORDER BY n",
            [list(column) for column in zip(*pairs, strict=True)],
        )
        found = [near for (near,) in cursor.fetchall()]
    assert found == [NEAR.holds(form(a, said), form(b, other_said)) for a, said, b, other_said in pairs]


def form(date: dt.date, said: bool) -> Canonical:
    return Canonical(y=date.year, m=date.month, dd=date.day, wk=said or is_conventional(date))
