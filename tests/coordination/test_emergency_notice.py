"""A bris de glace tells the coordination at once (rgpd §3.6)."""

import pytest
from tests import factories
from tests.conftest import as_owner

from pepites.access.services import break_glass
from pepites.audit.unit import unit_of_work
from pepites.coordination.models import Task


@pytest.mark.django_db
def test_the_coordination_finds_a_task_and_an_outsider_does_not() -> None:
    with as_owner():
        network, patient = factories.network(), factories.patient()
        factories.enrolment(network, patient)
        doctor, manager, outsider = factories.practice(), factories.practice(), factories.practice()
        factories.membership(network, manager)
        actors = [factories.actor_for(one) for one in (doctor, manager, outsider)]
    with unit_of_work(actors[0]):
        break_glass(actor=actors[0], patient_id=patient.pk, motive="vital", explanation="Malaise grave à domicile")
    with unit_of_work(actors[1]):
        assert Task.objects.get(patient_id=patient.pk).owner_role == "coordination"
    with unit_of_work(actors[2]):
        assert not Task.objects.exists()
