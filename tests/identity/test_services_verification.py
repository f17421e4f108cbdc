"""Whether a stored INS is still right, on doubt and by night (§2.8)."""

import datetime as dt
from typing import Any

import pytest
from tests.conftest import as_owner, as_role
from tests.identity.identity_factories import actor, identity_of, person
from tests.identity.insi_factories import MATRICULE, accept, answered, ask, number, numbers_of, qualified

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.identity import services
from pepites.identity.models import DomainIdentity, InsiCall
from pepites.identity.tasks import verify_oldest

pytestmark = pytest.mark.django_db


def verify(who: Any, patient: Any) -> InsiCall:
    with unit_of_work(who):
        return services.verify_ins(actor=who, identity=identity_of(patient))


def test_2_8_unit_verification(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    service = plug("00")
    assert verify(nurse, patient).code == "00"
    assert [one.matricule for one in service.verified] == [MATRICULE]
    assert identity_of(patient).status == "QUAL"
    plug("siram_40")
    verify(nurse, patient)
    assert identity_of(patient).status == "QUAL"
    plug("code_inconnu/77")
    verify(nurse, patient)
    assert identity_of(patient).status == "QUAL"
    plug("01")
    assert verify(nurse, patient).issue == "ko"
    assert (identity_of(patient).status, numbers_of(patient)) == ("VALI", [(MATRICULE, False)])
    with pytest.raises(DomainError):
        verify(nurse, patient)


def test_2_8_a_retrieved_number_is_verified_too(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    accept(nurse, ask(nurse, patient))
    plug("01")
    verify(nurse, patient)
    assert identity_of(patient).status == "PROV"


def test_2_8_by_night_the_oldest_first(plug: Any) -> None:
    """As the worker role, with its own policies: two identities beyond the period, a third within it."""
    nurse = actor()
    old, older, recent = (person(nurse, birth_name=name) for name in ("UN", "DEUX", "TROIS"))
    for rank, patient in enumerate((old, older, recent)):
        name = identity_of(patient).birth_name
        qualified(nurse, patient, plug, answered(birth_name=name, active=number()))
        with as_owner():
            when = now() - dt.timedelta(days=(1200, 2000, 10)[rank])
            DomainIdentity.objects.filter(patient=patient).update(insi_called_at=when)
    service = plug("01", "00")
    with as_role("pepites_worker"):
        assert verify_oldest() == 2
        assert verify_oldest() == 0
    assert len(service.verified) == 2
    assert [identity_of(one).status for one in (older, old, recent)] == ["VALI", "QUAL", "QUAL"]
    with as_owner():
        assert InsiCall.objects.filter(issue="ko").get().patient_id == older.pk
        assert Entry.objects.filter(code="identity.ins.withdrawn", subject_ids=[older.pk]).exists()


def test_2_8_by_night_stops_when_insi_is_down(plug: Any) -> None:
    nurse = actor()
    for name in ("UN", "DEUX"):
        patient = person(nurse, birth_name=name)
        qualified(nurse, patient, plug, answered(birth_name=name, active=number()))
    with as_owner():
        DomainIdentity.objects.update(insi_called_at=now() - dt.timedelta(days=2000))
    service = plug("reseau")
    with as_role("pepites_worker"):
        assert verify_oldest() == 0
    assert len(service.verified) == 1


def test_2_8_by_night_stops_when_most_answers_are_negative(plug: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A contract misread must not lower a whole base: the brake lets somebody look first."""
    monkeypatch.setattr("pepites.identity.tasks.BRAKE", 2)
    nurse = actor()
    people = [person(nurse, birth_name=name) for name in ("UN", "DEUX", "TROIS")]
    for patient in people:
        name = identity_of(patient).birth_name
        qualified(nurse, patient, plug, answered(birth_name=name, active=number()))
    with as_owner():
        DomainIdentity.objects.update(insi_called_at=now() - dt.timedelta(days=2000))
    plug("01")
    with as_role("pepites_worker"):
        assert verify_oldest() == 2
    assert sorted(identity_of(one).status for one in people) == ["QUAL", "VALI", "VALI"]
