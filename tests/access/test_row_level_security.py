"""The database refuses, not only the view: raw SQL as the web role, no filter at all (design, law 3)."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.conftest import as_owner

from pepites.access.enums import Regime
from pepites.access.models import AccessGrant
from pepites.access.selectors import level_on, patient_for
from pepites.access.services import (
    accept_access,
    break_glass,
    end_access,
    enrol_in_network,
    offer_access,
    record_consent,
    record_opposition,
)
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import ANONYMOUS
from pepites.common.clock import now
from pepites.common.decision import Reason
from pepites.common.errors import Refused
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def visible() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM patients_patient")
        return {row[0] for row in cursor.fetchall()}


def test_no_actor_no_row() -> None:
    with as_owner():
        factories.patient()
    assert visible() == set()
    with unit_of_work(ANONYMOUS):
        assert visible() == set()


def test_each_practice_sees_its_grants_only_within_their_dates() -> None:
    with as_owner():
        mine, other, past, future = (factories.patient() for _ in range(4))
        nurse, doctor = factories.practice(), factories.practice()
        factories.grant(mine, nurse)
        factories.grant(other, doctor)
        factories.grant(past, nurse, starts_at=now() - timedelta(days=9), ends_at=now() - timedelta(seconds=1))
        factories.grant(future, nurse, starts_at=now() + timedelta(days=1))
        actor = factories.actor_for(nurse)
    with unit_of_work(actor):
        assert visible() == {mine.pk}
        assert set(AccessGrant.objects.values_list("patient_id", flat=True)) == {mine.pk, past.pk, future.pk}
        assert level_on(other.pk) == 0


def test_coordination_sees_its_network_and_loses_it_with_the_role() -> None:
    with as_owner():
        network, foreign = factories.network(), factories.network()
        inside, outside = factories.patient(), factories.patient()
        factories.enrolment(network, inside)
        factories.enrolment(foreign, outside)
        practice = factories.practice()
        membership = factories.membership(network, practice)
        actor = factories.actor_for(practice)
    with unit_of_work(actor):
        assert visible() == {inside.pk}
        assert level_on(inside.pk) == 3
    with as_owner():
        membership.ends_at = now()
        membership.save()
    with unit_of_work(actor):
        assert visible() == set()


def test_plain_membership_or_administration_opens_no_file() -> None:
    with as_owner():
        network = factories.network()
        factories.enrolment(network, factories.patient())
        practice = factories.practice()
        factories.membership(network, practice, "membre")
        factories.membership(network, practice, "administration")
        actor = factories.actor_for(practice)
    with unit_of_work(actor):
        assert visible() == set()


def test_an_opposed_person_is_seen_by_the_importing_structure_only() -> None:
    with as_owner():
        network, patient = factories.network(), factories.patient()
        one, two = factories.practice(), factories.practice()
        factories.membership(network, one)
        factories.membership(network, two)
        factories.enrolment(network, patient, organization=one.organization)
        importer, colleague = factories.actor_for(one), factories.actor_for(two)
    with unit_of_work(importer):
        assert visible() == {patient.pk}
    with unit_of_work(colleague):
        assert visible() == set()
        assert level_on(patient.pk) == 0


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime)"
        " VALUES (%(patient)s, %(practice)s, 3, 3, 'cercle', 'equipe')",
        "UPDATE access_accessgrant SET level = 3",
        "INSERT INTO access_networkpatient (patient_id, network_id) VALUES (%(patient)s, 1)",
        "DELETE FROM patients_patient",
        "INSERT INTO patients_patient (public_id, regional_id) VALUES (gen_random_uuid(), 'GF0000000000X')",
        "SELECT access_create_patient(gen_random_uuid(), 'GF0000000000X', 1)",
        "UPDATE accounts_user SET platform_admin = true",
        "UPDATE directory_practitionerrole SET identity_cell = true",
        "UPDATE directory_practitionerrole SET organization_id = 1",
        "INSERT INTO directory_practitionerrole (public_id, professional_id, organization_id, role_code, role_label,"
        " identity_cell) VALUES (gen_random_uuid(), 1, 1, 'x', 'x', true)",
        "UPDATE patients_patient SET identity_status = 'QUAL'",
        "INSERT INTO access_emergencyaccess (patient_id) VALUES (%(patient)s)",
    ],
)
def test_web_cannot_give_itself_rights(statement: str) -> None:
    with as_owner():
        patient, practice = factories.patient(), factories.practice()
        factories.grant(patient, practice, 1)
        actor = factories.actor_for(practice)
    with pytest.raises(DatabaseError), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute(statement, {"patient": patient.pk, "practice": practice.pk})


def test_offer_accept_and_consent_raise_the_level_step_by_step() -> None:
    """§2.4-5: outside the team, a member sees the identity only until acceptance *and* consent."""
    with as_owner():
        patient, owner, guest = factories.patient(), factories.practice(), factories.practice()
        factories.grant(patient, owner, basis="creation")
        owner_actor, guest_actor = factories.actor_for(owner), factories.actor_for(guest)
    with unit_of_work(owner_actor):
        offer_access(
            actor=owner_actor, patient_id=patient.pk, practice_id=guest.pk, level=3, regime=Regime.OUTSIDE_TEAM
        )
    with unit_of_work(guest_actor):
        assert level_on(patient.pk) == 1
        assert accept_access(actor=guest_actor, patient_id=patient.pk) == 1
    with unit_of_work(owner_actor):
        consent = record_consent(actor=owner_actor, patient_id=patient.pk, mode="oral")
    with unit_of_work(guest_actor):
        assert level_on(patient.pk) == 3
    from pepites.access.services import withdraw_consent

    with unit_of_work(owner_actor):
        withdraw_consent(actor=owner_actor, consent=consent, reason="ne souhaite plus")
    with unit_of_work(guest_actor):
        assert level_on(patient.pk) == 1


def test_inside_the_team_acceptance_is_enough() -> None:
    with as_owner():
        patient, owner, guest = factories.patient(), factories.practice(), factories.practice()
        factories.grant(patient, owner)
        owner_actor, guest_actor = factories.actor_for(owner), factories.actor_for(guest)
    with unit_of_work(owner_actor):
        offer_access(actor=owner_actor, patient_id=patient.pk, practice_id=guest.pk, level=2, regime=Regime.TEAM)
    with unit_of_work(guest_actor):
        assert accept_access(actor=guest_actor, patient_id=patient.pk) == 2
    with unit_of_work(owner_actor):
        end_access(actor=owner_actor, patient_id=patient.pk, practice_id=guest.pk)
    with unit_of_work(guest_actor):
        assert visible() == set()


def test_an_outsider_can_neither_offer_nor_end_nor_enrol() -> None:
    with as_owner():
        patient, guest, network = factories.patient(), factories.practice(), factories.network()
        actor = factories.actor_for(guest)
    with pytest.raises(Refused) as refused, unit_of_work(actor):
        offer_access(actor=actor, patient_id=patient.pk, practice_id=guest.pk, level=3, regime=Regime.TEAM)
    assert refused.value.decision.reason is Reason.LEVEL_TOO_LOW
    with pytest.raises(Refused), unit_of_work(actor):
        enrol_in_network(actor=actor, patient_id=patient.pk, network_id=network.pk)
    with as_owner():
        assert not AccessGrant.objects.exists()
        assert Entry.objects.filter(outcome=4, subject_ids__contains=[patient.pk]).count() == 2


def test_opposition_closes_the_opposed_practice_and_forbids_to_offer_again() -> None:
    with as_owner():
        patient, owner, guest = factories.patient(), factories.practice(), factories.practice()
        factories.grant(patient, owner, basis="creation")
        factories.grant(patient, guest)
        owner_actor, guest_actor = factories.actor_for(owner), factories.actor_for(guest)
    with unit_of_work(owner_actor):
        record_opposition(actor=owner_actor, patient_id=patient.pk, practice_id=guest.pk)
    with unit_of_work(guest_actor):
        assert visible() == set()
    with pytest.raises(Refused) as refused, unit_of_work(owner_actor):
        offer_access(actor=owner_actor, patient_id=patient.pk, practice_id=guest.pk, level=1, regime=Regime.TEAM)
    assert refused.value.decision.reason is Reason.OPPOSITION


def test_bris_de_glace_opens_one_person_for_four_hours_and_is_journalled() -> None:
    with as_owner():
        patient, other, doctor = factories.patient(), factories.patient(), factories.practice()
        actor = factories.actor_for(doctor)
    with unit_of_work(actor):
        until = break_glass(
            actor=actor, patient_id=patient.pk, motive="vital", explanation="Inconscient aux urgences, allergies ?"
        )
        assert visible() == {patient.pk}
        assert timedelta(hours=3, minutes=59) < until - now() <= timedelta(hours=4)
        assert other.pk not in visible()
    with as_owner():
        assert Entry.objects.filter(code="access.emergency.opened", subject_ids=[patient.pk]).count() == 1
        AccessGrant.objects.update(starts_at=now() - timedelta(hours=5), ends_at=now() - timedelta(hours=1))
    with unit_of_work(actor):
        assert visible() == set()


@pytest.mark.parametrize("category", ["social", "hors_r1110_2"])
def test_bris_de_glace_is_refused_to_others_by_the_database_too(category: str) -> None:
    with as_owner():
        patient, worker = factories.patient(), factories.practice(category=category)
        actor = factories.actor_for(worker)
    with pytest.raises(Refused), unit_of_work(actor):
        break_glass(actor=actor, patient_id=patient.pk, motive="vital", explanation="une explication assez longue")
    sql = "SELECT access_break_glass(%s, gen_random_uuid(), 'vital', 'une explication assez longue', 4)"
    with pytest.raises(DatabaseError, match="category_excluded"), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute(sql, [patient.pk])


def test_a_view_without_filter_gives_no_foreign_row() -> None:
    """The mutant: a view that forgot its selector reads ``Patient.objects.all()``."""
    with as_owner():
        mine, other, nurse = factories.patient(), factories.patient(), factories.practice()
        factories.grant(mine, nurse)
        actor = factories.actor_for(nurse)
    with unit_of_work(actor):
        assert [patient.pk for patient in Patient.objects.all()] == [mine.pk]
        assert Patient.objects.filter(pk=other.pk).update(language="fr") == 0


def test_an_unknown_and_a_foreign_person_give_the_same_answer_and_the_foreign_one_is_traced() -> None:
    with as_owner():
        foreign, nurse = factories.patient(), factories.practice()
        actor = factories.actor_for(nurse)
    answers = []
    for public_id in (foreign.public_id, "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(Refused) as refused, unit_of_work(actor):
            patient_for(actor, public_id)
        answers.append((refused.value.status, refused.value.message))
    assert answers[0] == answers[1]
    with as_owner():
        assert Entry.objects.filter(outcome=4, subject_ids=[foreign.pk]).count() == 1


def test_the_trace_is_read_by_the_circle_only() -> None:
    with as_owner():
        patient, nurse, outsider = factories.patient(), factories.practice(), factories.practice()
        factories.grant(patient, nurse)
        nurse_actor, outsider_actor = factories.actor_for(nurse), factories.actor_for(outsider)
    with pytest.raises(Refused), unit_of_work(outsider_actor):
        patient_for(outsider_actor, patient.public_id)
    for actor, expected in ((nurse_actor, 1), (outsider_actor, 0)):
        with unit_of_work(actor), connection.cursor() as cursor:
            cursor.execute("SELECT outcome FROM access_trace(%s, 50, 0)", [patient.pk])
            assert len(cursor.fetchall()) == expected


def test_a_refusal_of_the_database_leaves_the_transaction_usable_for_its_line() -> None:
    with as_owner():
        patient, nurse = factories.patient(), factories.practice()
        actor = factories.actor_for(nurse)
    with pytest.raises(Refused), unit_of_work(actor), transaction.atomic():
        end_access(actor=actor, patient_id=patient.pk, practice_id=nurse.pk + 1)
    with as_owner():
        assert Entry.objects.get().code == "access.end"
