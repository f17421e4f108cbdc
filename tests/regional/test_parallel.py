"""Two domains register one person at the same instant: one regional person, whatever the order (real connections)."""

import threading

import pytest
from django.db import connections
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import cell, domain, feed, open_doors

from pepites.common.actor import Actor
from pepites.patients.models import Patient
from pepites.regional.models import Domain, Link, RegionalPerson, RegionalRecord


def _together(jobs: list[object]) -> list[BaseException]:
    barrier, failures = threading.Barrier(len(jobs)), []

    def run(job: object) -> None:
        try:
            barrier.wait(10)
            job()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - shown by the assertion
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return failures


@pytest.mark.slow
def test_simultaneous_registrations_make_one_person(committed_database: dict[str, str]) -> None:
    actor = cell()
    places = [domain(code) for code in ("CHC", "CHK", "CHO", "CHM", "LABO", "IMAG")]
    open_doors()
    for round_number in range(4):
        given = ("LEONTINE", "JOSEPHA", "ROSALIE", "EULALIE")[round_number]

        def register(where: Domain, number: int = round_number, name: str = given) -> None:
            feed(actor, where, f"{number}", given_names=name, phones=("0694123456",))

        assert _together([lambda one=one: register(one) for one in places]) == []
        with as_owner():
            persons = Link.objects.filter(active=True, record__given_names=given).values("person").distinct().count()
            assert persons == 1, given
            assert RegionalRecord.objects.filter(given_names=given).count() == len(places)
    with as_owner():
        assert RegionalPerson.objects.filter(active=True).count() == 4


@pytest.mark.slow
def test_a_hospital_and_pepites_at_once(committed_database: dict[str, str]) -> None:
    actor, nurse, where = cell(), known.actor(), domain()
    open_doors()

    def follow(who: Actor = nurse) -> None:
        known.person(who)

    assert _together([lambda: feed(actor, where, "1"), follow]) == []
    with as_owner():
        person = RegionalPerson.objects.get(active=True)
        assert Patient.objects.get().regional_id == person.irp
