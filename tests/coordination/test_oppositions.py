"""Opposition and withdrawn consent: what they aim at closes at once, whoever records them, be it to themselves."""

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import ConsentMode
from pepites.access.models import AccessGrant, ConsentRecord, Opposition
from pepites.access.selectors import level_on
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.coordination import services
from pepites.coordination.enums import MemberStatus
from pepites.coordination.models import CareTeamMember, Pathway
from pepites.directory.models import PractitionerRole
from pepites.messaging.models import ConversationParticipant
from pepites.messaging.services import ensure_circle_conversation
from pepites.networks.models import NetworkMembership
from pepites.networks.services import end_membership
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def enter(w: World, practice: PractitionerRole, level: int = 3, regime: str = "equipe") -> CareTeamMember:
    with as_owner():
        factories.grant(w.patient, practice, level, regime=regime)
        return CareTeamMember.objects.create(
            patient=w.patient, practice=practice, level=level, regime=regime, status="actif", answered_at=now()
        )


@pytest.mark.parametrize("level", [2, 3])
@pytest.mark.parametrize("target", ["self", "other", "all"])
def test_a_member_records_it_and_what_it_aims_at_closes(level: int, target: str) -> None:
    w = world()
    nurse, other = enter(w, w.nurse, level), enter(w, w.outsider)
    aimed = {"self": [nurse], "other": [other], "all": [other]}[target]
    value = {"self": f"lieu:{w.nurse.pk}", "other": f"lieu:{w.outsider.pk}", "all": "tous"}[target]
    answer = signed_in(w.nurse).post(f"/dossiers/{w.patient.public_id}/oppositions/", {"target": value})
    file = f"/dossiers/{w.patient.public_id}/accords/"
    assert (answer.status_code, answer["Location"]) == (302, "/" if target == "self" else file)
    with as_owner():
        assert Opposition.objects.get().recorded_by == w.nurse
        ended = CareTeamMember.objects.filter(status=MemberStatus.ENDED).values_list("pk", flat=True)
        assert set(ended) == {member.pk for member in aimed}
        closed = AccessGrant.objects.filter(ends_at__isnull=False).values_list("practice_id", flat=True)
        assert set(closed) == {member.practice_id for member in aimed}


def test_a_member_who_withdraws_the_consent_closes_the_file_to_themselves_too() -> None:
    w = world()
    members = [enter(w, practice, regime="hors_equipe") for practice in (w.nurse, w.outsider)]
    with w.acting("nurse") as actor:
        consent = services.collect_consent(actor=actor, patient_id=w.patient.pk, mode=ConsentMode.ORAL)
    answer = signed_in(w.nurse).post(f"/accords/{consent.public_id}/retirer/", {"reason": "Ne souhaite plus"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    with as_owner():
        assert ConsentRecord.objects.get().withdrawn_at is not None
        waiting = CareTeamMember.objects.filter(status=MemberStatus.WAITING_CONSENT)
        assert waiting.count() == len(members)
        assert set(AccessGrant.objects.values_list("level", flat=True)) == {1}


def _other_structure(w: World) -> Actor:
    """A second coordinator of the same network, in another structure, already in the circle's talk."""
    with as_owner():
        practice = factories.practice(role_code="coord", role_label="Coordinatrice")
        factories.membership(w.network, practice)
        actor = factories.actor_for(practice)
    with unit_of_work(actor):
        ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
    return actor


def _level(actor: Actor, w: World) -> int:
    with unit_of_work(actor):
        return level_on(w.patient.pk)


@pytest.mark.parametrize("whole", [False, True])
def test_only_the_structure_that_wrote_it_down_still_follows(whole: bool) -> None:
    w = world()
    other = _other_structure(w)
    assert _level(other, w) == 3
    with w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=w.patient.pk, network_id=None if whole else w.network.pk)
    assert _level(other, w) == 0
    with unit_of_work(other):
        assert not Patient.objects.filter(pk=w.patient.pk).exists()
        assert not Pathway.objects.filter(patient=w.patient).exists()
    assert _level(w.actor("coordinator"), w) == 3
    with as_owner():
        assert Pathway.objects.get(patient=w.patient).organization_id == w.coordinator.organization_id
        assert ConversationParticipant.objects.get(practice_id=other.practice_id).left_at is not None


@pytest.mark.parametrize("whole", [False, True])
def test_a_person_may_go_back_on_it(whole: bool) -> None:
    w = world()
    other = _other_structure(w)
    with w.acting("coordinator") as actor:
        one = services.oppose(actor=actor, patient_id=w.patient.pk, network_id=None if whole else w.network.pk)
    page = signed_in(w.coordinator)
    path = f"/oppositions/{one.public_id}/lever/"
    assert page.post(path, {"reason": " "}).status_code == 422
    assert _level(other, w) == 0
    assert page.post(path, {"reason": "Dit ce matin à la visite"}).status_code == 302
    assert _level(other, w) == 3
    assert page.post(path, {"reason": "Encore"}).status_code == 404
    with as_owner():
        assert Pathway.objects.get(patient=w.patient).organization_id is None
        assert Opposition.objects.get().lifted_at is not None


def test_another_opposition_still_stands() -> None:
    w = world()
    other = _other_structure(w)
    with w.acting("coordinator") as actor:
        one = services.oppose(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
        services.oppose(actor=actor, patient_id=w.patient.pk)
        services.lift_opposition(actor=actor, opposition=one, reason="Accepte ce réseau")
    assert _level(other, w) == 0


@pytest.mark.parametrize("level", [2, 3])
def test_only_the_whole_file_lets_one_lift_it(level: int) -> None:
    w = world()
    enter(w, w.nurse, level)
    with w.acting("coordinator") as actor:
        one = services.oppose(actor=actor, patient_id=w.patient.pk, practice_id=w.outsider.pk)
    answer = signed_in(w.nurse).post(f"/oppositions/{one.public_id}/lever/", {"reason": "Essai"})
    assert answer.status_code == (302 if level == 3 else 404)
    if level == 2:
        with w.acting("nurse"), pytest.raises(DatabaseError, match="level_too_low"), transaction.atomic():
            connection.cursor().execute("SELECT access_lift_opposition(%s)", [one.public_id])


def test_another_network_is_left_alone() -> None:
    w = world()
    with as_owner():
        network, practice = factories.network(), factories.practice()
        factories.membership(network, practice)
        factories.enrolment(network, w.patient)
        elsewhere = factories.actor_for(practice)
    with w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
    assert _level(elsewhere, w) == 3


def test_an_inclusion_that_comes_later_is_narrow_too() -> None:
    w = world()
    with as_owner():
        network, manager, other = factories.network(), factories.practice(), factories.practice()
        for practice in (manager, other):
            factories.membership(network, practice)
        actors = [factories.actor_for(practice) for practice in (manager, other)]
        factories.grant(w.patient, manager)
    with unit_of_work(actors[0]):
        services.oppose(actor=actors[0], patient_id=w.patient.pk, network_id=network.pk)
        services.open_pathway(actor=actors[0], patient_id=w.patient.pk, network_id=network.pk)
    assert [_level(actor, w) for actor in actors] == [3, 0]
    with as_owner():
        assert Pathway.objects.get(network=network).organization_id == manager.organization_id


def test_a_coordinator_taken_out_of_the_network_leaves_its_talks() -> None:
    w = world()
    other = _other_structure(w)
    with as_owner():
        practice = factories.practice()
        factories.membership(w.network, practice, "administration")
        admin = factories.actor_for(practice)
        role = NetworkMembership.objects.get(practice_id=other.practice_id)
    with unit_of_work(admin):
        end_membership(actor=admin, network_id=w.network.pk, membership_id=role.pk)
    assert _level(other, w) == 0
    with as_owner():
        assert ConversationParticipant.objects.get(practice_id=other.practice_id).left_at is not None
