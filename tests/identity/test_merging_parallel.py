"""Merges really committed at the same moment as something else: neither misses the other."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from tests.conftest import as_owner
from tests.identity import identity_factories as known

from pepites.access import services as access
from pepites.access.selectors import level_on
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict
from pepites.identity import services
from pepites.patients.models import Patient

pytestmark = pytest.mark.usefixtures("committed_database")
ROUNDS = 4


def together(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at once; what each gives, a ``Conflict`` included."""
    gate, given = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], object]) -> None:
        gate.wait()
        try:
            given[number] = act()  # type: ignore[call-overload]
        except Conflict as refused:
            given[number] = refused  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return given


def merge(who: Actor, one: Patient, other: Patient) -> object:
    with unit_of_work(who):
        return services.ask_merge(actor=who, one=one.public_id, two=other.public_id, reason="même personne")


def test_two_merges_that_cross_make_one_person() -> None:
    nurse, left, right = known.actor(), known.actor(identity_cell=True), known.actor(identity_cell=True)
    one = known.person(nurse)
    two = known.person(nurse, given_names="MARIE ANGELE")
    three = known.person(nurse, given_names="MARIE ANGELA")
    given = together(lambda: merge(left, one, two), lambda: merge(right, two, three), lambda: merge(left, three, one))
    assert sum(isinstance(each, Conflict) for each in given) == 1
    with as_owner():
        survivors = {each.pk: Patient.objects.get(pk=each.pk).survivor_id for each in (one, two, three)}
    assert survivors == {one.pk: None, two.pk: one.pk, three.pk: one.pk}


def test_a_right_that_ends_during_a_merge_is_copied_nowhere() -> None:
    """The merge waits for the right, or the right for the merge: no copy outlives what it copies."""
    for _ in range(ROUNDS):
        nurse, guest, who = known.actor(), known.actor(), known.actor(identity_cell=True)
        one, two = known.person(nurse), known.person(nurse, given_names="MARIE ANGELE")
        practice = guest.practice_id
        assert practice is not None
        with unit_of_work(nurse):
            access.offer_access(
                actor=nurse, patient_id=one.pk, practice_id=practice, level=3, regime=access.Regime.TEAM
            )
        with unit_of_work(guest):
            access.accept_access(actor=guest, patient_id=one.pk)

        def end(nurse: Actor = nurse, one: Patient = one, practice: int = practice) -> object:
            with unit_of_work(nurse):
                return access.end_access(actor=nurse, patient_id=one.pk, practice_id=practice)

        together(end, lambda who=who, one=one, two=two: merge(who, one, two))  # type: ignore[misc]
        with unit_of_work(guest):
            assert (level_on(one.pk), level_on(two.pk)) == (0, 0)
