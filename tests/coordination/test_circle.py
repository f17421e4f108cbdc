"""The circle: invitation, consent, what a pending member sees, departure, opposition."""

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, world

from pepites.access.enums import ConsentMode, Regime
from pepites.access.selectors import level_on
from pepites.common.clock import now
from pepites.common.errors import DomainError, Refused
from pepites.coordination import services
from pepites.coordination.enums import MemberStatus
from pepites.coordination.models import CareTeamMember, FilEntry, LiaisonNote, Pathway, Task
from pepites.coordination.selectors import around
from pepites.messaging.models import Conversation, ConversationParticipant
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def invite(w: World, **values: object) -> CareTeamMember:
    with w.acting("coordinator") as actor:
        defaults = {"practice_id": w.nurse.pk, "role": "infirmier", "level": 3}
        return services.invite_member(actor=actor, patient_id=w.patient.pk, **defaults | values)  # type: ignore[arg-type]


def accept(w: World, member: CareTeamMember) -> CareTeamMember:
    with w.acting("nurse") as actor:
        return services.accept_invitation(actor=actor, member=member)


def consent(w: World) -> None:
    with w.acting("coordinator") as actor:
        services.collect_consent(actor=actor, patient_id=w.patient.pk, mode=ConsentMode.ORAL)


def test_pending_member_sees_identity_and_own_invitation_only() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Plaie propre")
        services.create_task(actor=actor, patient_id=w.patient.pk, title="Rappeler")
        services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="TABO")
    invite(w)
    with w.acting("nurse"):
        assert Patient.objects.count() == 1
        assert CareTeamMember.objects.count() == 1
        for table in ("pathway", "liaisonnote", "task", "contact", "filentry", "patientactivity"):
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT count(*) FROM coordination_{table}")
                assert cursor.fetchone()[0] == 0, table
        assert Conversation.objects.count() == 0


def test_outsider_sees_no_row_without_any_filter() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Plaie propre")
        services.create_task(actor=actor, patient_id=w.patient.pk, title="Rappeler")
    invite(w)
    with w.acting("outsider"):
        for model in (Pathway, CareTeamMember, LiaisonNote, Task, FilEntry):
            assert list(model.objects.all()) == []
        with connection.cursor() as cursor:
            for table in ("pathwayevent", "careteammemberevent", "liaisonnoteevent", "taskevent"):
                cursor.execute(f"SELECT count(*) FROM coordination_{table}")
                assert cursor.fetchone()[0] == 0, table


def test_outside_the_team_acceptance_waits_for_consent_then_opens_file_and_discussion() -> None:
    w = world()
    member = invite(w)
    assert member.regime == Regime.OUTSIDE_TEAM
    assert accept(w, member).status == MemberStatus.WAITING_CONSENT
    with w.acting("nurse"):
        assert level_on(w.patient.pk) == 1
        assert Conversation.objects.count() == 0
    consent(w)
    with w.acting("nurse"):
        assert level_on(w.patient.pk) == 3
        assert Conversation.objects.count() == 1
        assert CareTeamMember.objects.get().status == MemberStatus.ACTIVE


def test_with_consent_acceptance_opens_at_once() -> None:
    w = world()
    consent(w)
    assert accept(w, invite(w)).status == MemberStatus.ACTIVE
    with w.acting("nurse"):
        assert Conversation.objects.count() == 1


def test_same_structure_is_one_team_and_needs_no_consent() -> None:
    w = world()
    with as_owner():
        w.nurse.organization = w.coordinator.organization
        w.nurse.save()
    member = invite(w)
    assert member.regime == Regime.TEAM
    assert accept(w, member).status == MemberStatus.ACTIVE


def test_withdrawn_consent_puts_the_member_back_to_waiting_and_out_of_the_discussion() -> None:
    w = world()
    consent(w)
    accept(w, invite(w))
    with w.acting("coordinator") as actor:
        record = around.consents_visible_to(actor, w.patient.pk)[0]["consent"]
        services.revoke_consent(actor=actor, consent=record, reason="Ne souhaite plus")  # type: ignore[arg-type]
    with w.acting("nurse"):
        assert level_on(w.patient.pk) == 1
        assert Conversation.objects.count() == 0
        assert CareTeamMember.objects.get().status == MemberStatus.WAITING_CONSENT


def test_opposition_is_refused_with_its_message_and_closes_what_was_open() -> None:
    w = world()
    consent(w)
    accept(w, invite(w))
    with w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=w.patient.pk, practice_id=w.nurse.pk)
    with w.acting("nurse"):
        assert level_on(w.patient.pk) == 0
        assert Patient.objects.count() == 0
    with pytest.raises(Refused, match="opposée"):
        invite(w)


def test_declined_invitation_leaves_nothing_open() -> None:
    w = world()
    member = invite(w)
    with w.acting("nurse") as actor:
        services.decline_invitation(actor=actor, member=member, reason="Hors secteur")
        assert Patient.objects.count() == 0
    with w.acting("coordinator") as actor:
        assert CareTeamMember.objects.get().status == MemberStatus.DECLINED


def test_removed_member_loses_file_and_discussion_and_may_be_invited_again() -> None:
    w = world()
    consent(w)
    member = accept(w, invite(w))
    with w.acting("coordinator") as actor:
        services.remove_member(actor=actor, member=member, reason="Fin de tournée")
    with w.acting("nurse"):
        assert Patient.objects.count() == 0
        assert Conversation.objects.count() == 0
    assert invite(w).pk != member.pk
    with as_owner():
        assert ConversationParticipant.objects.filter(practice=w.nurse, left_at=None).count() == 0


def test_member_leaves_by_themselves() -> None:
    w = world()
    consent(w)
    member = accept(w, invite(w))
    with w.acting("nurse") as actor:
        services.remove_member(actor=actor, member=member, reason="Congé")
    with w.acting("nurse"):
        assert Patient.objects.count() == 0


def test_second_answer_and_foreign_answer_are_refused() -> None:
    w = world()
    member = invite(w)
    with pytest.raises(Refused), w.acting("outsider") as actor:
        services.accept_invitation(actor=actor, member=member)
    accept(w, member)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        services.decline_invitation(actor=actor, member=member)


def test_one_attending_physician_at_most_by_service_and_by_database() -> None:
    w = world()
    first = invite(w, attending=True, role="medecin")
    with pytest.raises(DomainError, match="médecin traitant"):
        invite(w, practice_id=w.outsider.pk, attending=True, role="medecin")
    with as_owner(), pytest.raises(IntegrityError, match="coordination_one_attending"), transaction.atomic():
        CareTeamMember.objects.create(patient=w.patient, practice=w.outsider, attending=True)
    assert first.attending


def test_twice_the_same_invitation_is_said() -> None:
    w = world()
    invite(w)
    with pytest.raises(DomainError, match="déjà"):
        invite(w)


def test_member_without_full_level_cannot_invite() -> None:
    w = world()
    consent(w)
    accept(w, invite(w, level=2))
    with pytest.raises(Refused), w.acting("nurse") as actor:
        services.invite_member(actor=actor, patient_id=w.patient.pk, practice_id=w.outsider.pk, role="autre", level=2)


def test_professional_outside_the_categories_is_never_invited() -> None:
    w = world()
    with as_owner():
        stranger = factories.practice(category="hors_r1110_2")
    with pytest.raises(Refused, match=r"R\. 1110-2"):
        invite(w, practice_id=stranger.pk)


def test_inviting_oneself_enters_at_once_in_the_own_team() -> None:
    w = world()
    member = invite(w, practice_id=w.coordinator.pk, role="coordination")
    assert member.status == MemberStatus.ACTIVE


def test_who_created_the_file_keeps_no_way_in_once_removed() -> None:
    w = world()
    consent(w)
    member = accept(w, invite(w))
    with as_owner():
        factories.grant(w.patient, w.nurse, basis="creation")
    with w.acting("coordinator") as actor:
        services.remove_member(actor=actor, member=member, reason="Fin de tournée")
    with w.acting("nurse"):
        assert level_on(w.patient.pk) == 0


def test_the_last_person_to_follow_a_file_does_not_leave_it() -> None:
    w = world()
    consent(w)
    member = accept(w, invite(w))
    with as_owner():
        Pathway.objects.update(status="clos", closed_on="2025-02-01", closing_reason="objectif")
    with pytest.raises(DomainError, match="dernière personne"), w.acting("nurse") as actor:
        services.remove_member(actor=actor, member=member, reason="Congé")
    with as_owner():
        CareTeamMember.objects.create(
            patient=w.patient, practice=w.outsider, level=3, status="actif", answered_at=now()
        )
    with w.acting("nurse") as actor:
        services.remove_member(actor=actor, member=member, reason="Congé")
