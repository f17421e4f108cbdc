"""Random histories keep the invariants of the server (hypothesis): whatever is received, linked, separated, merged."""

import datetime as dt
from contextlib import suppress

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import as_owner
from tests.regional.regional_factories import cell, domain, feed, open_doors

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.regional import services
from pepites.regional.models import Domain, Link, NonLink, RegionalPerson, RegionalRecord

PEOPLE = (("KOUYOURI", "MARIE", 1985), ("KOUYOURI", "MARIA", 1985), ("POEKETI", "ROSA", 1960), ("JEAN", "PIERRE", 1970))
ACTS = st.lists(
    st.tuples(
        st.sampled_from(("receive", "link", "unlink", "merge", "withdraw")),
        st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 3),
    ),
    min_size=4, max_size=16,
)  # fmt: skip


def first_records(actor: Actor, places: list[Domain]) -> None:
    """Somebody to act upon from the start."""
    for number in range(2):
        for rank, _ in enumerate(places):
            play(actor, places, ("receive", rank, number, 0, 0, (rank + number) % 4))


def known(where: Domain, number: int) -> RegionalRecord | None:
    with as_owner():
        return RegionalRecord.objects.filter(domain=where, local_id=str(number), active=True).first()


def play(actor: Actor, places: list[Domain], act: tuple[str, int, int, int, int, int]) -> None:
    name, place, number, other_place, other_number, who = act
    one, two = known(places[place], number), known(places[other_place], other_number)
    if name == "receive":
        family, given_name, year = PEOPLE[who]
        feed(actor, places[place], str(number), birth_name=family, given_names=given_name, born=dt.date(year, 7, 14))
    elif name == "link" and one and two:
        with unit_of_work(actor):
            services.link_records(
                actor=actor, record_public_id=one.public_id, other_public_id=two.public_id, reason="essai"
            )
    elif name == "unlink" and one:
        with unit_of_work(actor):
            services.unlink_record(actor=actor, record_public_id=one.public_id, reason="essai")
    elif name == "merge":
        with unit_of_work(actor):
            services.merge_local_ids(
                actor=actor, domain=places[place], survivor=str(number), absorbed=str(other_number)
            )
    elif name == "withdraw" and one:
        with unit_of_work(actor):
            services.withdraw_record(actor=actor, domain=places[place], local_id=str(number))


def clusters() -> dict[str, frozenset[int]]:
    """Active records by regional identifier."""
    found: dict[str, set[int]] = {}
    for irp, record in Link.objects.filter(active=True).values_list("person__irp", "record_id"):
        found.setdefault(irp, set()).add(record)
    return {irp: frozenset(records) for irp, records in found.items()}


def check_invariants(retired: set[str], before: set[str]) -> None:
    with as_owner():
        active = set(RegionalRecord.objects.filter(active=True).values_list("pk", flat=True))
        links = list(Link.objects.filter(active=True).values_list("record_id", flat=True))
        assert sorted(links) == sorted(active), "one active link per active record, none for the others"
        groups = clusters()
        for one, two in NonLink.objects.filter(lifted_at=None).values_list("one_id", "two_id"):
            assert not any({one, two} <= group for group in groups.values()), "no person holds a separated pair"
        alive = set(RegionalPerson.objects.filter(active=True).values_list("irp", flat=True))
        assert alive == set(groups), "a person lives by its records"
        assert not alive & retired, "a regional identifier never comes back"
        retired |= before - alive


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, doors=st.booleans())
def test_random_histories_keep_the_invariants(acts: list[tuple[str, int, int, int, int, int]], doors: bool) -> None:
    point = transaction.savepoint()
    try:
        actor, places = cell(), [domain(code) for code in ("CHC", "CHK", "CHO")]
        if doors:
            open_doors()
        first_records(actor, places)
        retired: set[str] = set()
        for act in acts:
            with as_owner():
                before = set(clusters())
            with suppress(DomainError):
                play(actor, places, act)
            check_invariants(retired, before)
    finally:
        transaction.savepoint_rollback(point)


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS, pick=st.tuples(st.integers(0, 20), st.integers(0, 20)))
def test_undoing_a_link_restores_the_previous_persons(
    acts: list[tuple[str, int, int, int, int, int]], pick: tuple[int, int]
) -> None:
    point = transaction.savepoint()
    try:
        actor, places = cell(), [domain(code) for code in ("CHC", "CHK", "CHO")]
        first_records(actor, places)
        for act in acts:
            with suppress(DomainError):
                play(actor, places, act)
        with as_owner():
            records = list(RegionalRecord.objects.filter(active=True).order_by("pk"))
            before, made = set(clusters().values()), set(Link.objects.values_list("pk", flat=True))
        if len(records) < 2:
            return
        one, two = records[pick[0] % len(records)], records[pick[1] % len(records)]
        try:
            with unit_of_work(actor):
                services.link_records(
                    actor=actor, record_public_id=one.public_id, other_public_id=two.public_id, reason="essai"
                )
        except DomainError:
            return
        with as_owner():
            link = Link.objects.exclude(pk__in=made).first()
        with unit_of_work(actor):
            services.undo_link(actor=actor, link_public_id=link.public_id, reason="essai")
        with as_owner():
            assert set(clusters().values()) == before
    finally:
        transaction.savepoint_rollback(point)
