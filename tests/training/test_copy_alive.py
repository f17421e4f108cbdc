"""What a copy holds on the first day, its walls, and making it new again."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.urls import reverse
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import signed_in
from tests.training.test_training import a_copy, a_source, a_trainee, acting, asked

from pepites.access.enums import Level
from pepites.access.models import AccessGrant, NetworkPatient
from pepites.access.services import enrol_in_network
from pepites.agenda.models import Appointment
from pepites.assessments.models import Assessment
from pepites.assessments.services import ensure_library
from pepites.audit.unit import unit_of_work
from pepites.common.decision import Reason
from pepites.common.errors import Refused
from pepites.coordination import services as coordination
from pepites.coordination.enums import MemberRole, MemberStatus, NoteType
from pepites.coordination.models import CarePlan, CareTeamMember, LiaisonNote, ProtocolStep
from pepites.coordination.referrals.services import send_referral
from pepites.coordination.referrals.values import Asked
from pepites.directory.models import PractitionerRole
from pepites.messaging.models import Conversation, Message
from pepites.messaging.services import ensure_circle_conversation, post_message
from pepites.patients.models import Patient
from pepites.training import selectors, services
from pepites.training.models import Colleague, TrainingCopy
from pepites.training.tasks import fill

__all__ = ["asked"]
pytestmark = pytest.mark.usefixtures("committed_database")


def persons_of(copy: TrainingCopy) -> list[Patient]:
    with as_owner():
        rows = Patient.objects.filter(enrolments__network=copy.network, enrolments__ends_at=None)
        return list(rows.order_by("pk"))


def a_colleague(copy: TrainingCopy, role: str = MemberRole.NURSE) -> PractitionerRole:
    with as_owner():
        return Colleague.objects.select_related("practice").get(copy=copy, role=role).practice


def test_every_exercise_has_something_to_begin_with(asked: list[dict[str, Any]]) -> None:
    with as_owner():
        ensure_library()
    copy, _ = a_copy(asked, 8)
    persons = persons_of(copy)
    with as_owner():
        assert copy.told == 8
        members = CareTeamMember.objects.filter(patient__in=persons)
        assert members.filter(status=MemberStatus.ACTIVE).count() == 16  # six agreed, two doctors still to answer
        assert members.filter(status=MemberStatus.INVITED).count() == 2
        assert Message.objects.filter(conversation__patient__in=persons).count() > 12
        assert Appointment.objects.filter(patient__in=persons).count() == 6
        assert Assessment.objects.filter(patient__in=persons, state="terminee").exists()
        states = set(CarePlan.objects.filter(patient__in=persons).values_list("versions__number", flat=True))
        assert states == {None, 1}  # one published, one being prepared
        steps = ProtocolStep.objects.filter(patient__in=persons)
        assert set(steps.values_list("task__state", flat=True)) == {"a_faire", "faite"}
        untold = persons[3]  # has not agreed: the accord is an exercise
        assert not CareTeamMember.objects.filter(patient=untold).exists()


def test_told_again_after_a_cut_nothing_is_made_twice(asked: list[dict[str, Any]]) -> None:
    copy, practice = a_copy(asked, 5)
    with as_owner():
        members, visits = CareTeamMember.objects.count(), Appointment.objects.count()
        TrainingCopy.objects.update(told=0)
    with as_role("pepites_worker"):
        fill(str(copy.public_id), acting(practice).user_id, practice.pk)  # type: ignore[arg-type]
    with as_owner():
        assert (CareTeamMember.objects.count(), Appointment.objects.count()) == (members, visits)
        assert Colleague.objects.filter(copy=copy).count() == 3
        assert TrainingCopy.objects.get().told == 5


def test_a_trainee_writes_in_the_discussions_of_the_copy(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    actor = acting(a_trainee(copy, trainer))
    with unit_of_work(actor):
        held = Conversation.objects.filter(patient__in=persons_of(copy)).first()
        assert held is not None
        assert held.patient_id is not None
        assert Message.objects.filter(conversation=held).exists()
        conversation = ensure_circle_conversation(actor=actor, patient_id=held.patient_id)
        post_message(actor=actor, conversation=conversation, text="Bonjour", key=uuid.uuid4())


def test_nobody_of_the_outside_is_invited_into_a_copy(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee, other = a_trainee(copy, trainer), a_trainee(copy, trainer)
    with as_owner():
        outside = factories.practice()
    person, actor = persons_of(copy)[0], acting(trainee)

    def invite(practice: PractitionerRole) -> None:
        with unit_of_work(actor):
            coordination.invite_member(
                actor=actor, patient_id=person.pk, practice_id=practice.pk, role=MemberRole.NURSE, level=Level.FULL
            )

    with pytest.raises(Refused) as refused:
        invite(outside)
    assert refused.value.decision.reason is Reason.TRAINING
    assert "fictive" in refused.value.message
    invite(other)  # another trainee is no outsider
    insert = (
        "INSERT INTO access_accessgrant (patient_id, practice_id, level, offered_level, basis, regime, merged)"
        " VALUES (%s, %s, 3, 3, 'cercle', 'equipe', false)"
    )
    with as_owner(), connection.cursor() as cursor, pytest.raises(Exception, match="training_only"):
        cursor.execute(insert, [person.pk, outside.pk])


def test_an_invented_colleague_reads_no_real_file(asked: list[dict[str, Any]]) -> None:
    copy, _ = a_copy(asked, 5)
    with as_owner():
        mine, real = factories.practice(), factories.patient()
        factories.grant(real, mine)
        factories.user(professional=mine.professional)
    actor = acting(mine)
    with pytest.raises(Refused, match="formation"), unit_of_work(actor):
        coordination.invite_member(
            actor=actor, patient_id=real.pk, practice_id=a_colleague(copy).pk, role=MemberRole.NURSE, level=Level.FULL
        )


def test_nobody_real_enters_the_network_of_a_copy_and_nobody_fictive_leaves_it(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    with as_owner():
        real = factories.patient()
        factories.grant(real, trainer)
    actor = acting(trainer)
    for patient_id, network_id in ((real.pk, copy.network_id), (persons_of(copy)[0].pk, copy.source_id)):
        with pytest.raises(Refused) as refused, unit_of_work(actor):
            enrol_in_network(actor=actor, patient_id=patient_id, network_id=network_id)
        assert refused.value.decision.reason is Reason.TRAINING


def test_no_demande_goes_in_or_out_of_a_copy(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = a_trainee(copy, trainer)
    with as_owner():
        outside = factories.practice()
        factories.user(professional=outside.professional)
    said = Asked(motive="Que faire de cette situation ?", about_person=False)
    person = persons_of(copy)[0]
    for practice, network, patient in (
        (outside, copy.network, None), (trainee, copy.source, person), (trainee, copy.network, None),
    ):  # fmt: skip
        actor = acting(practice)
        if network == copy.network and practice == trainee:
            with unit_of_work(actor):
                send_referral(actor=actor, asked=said, key=uuid.uuid4(), network=network)
            continue
        with pytest.raises(Refused) as refused, unit_of_work(actor):
            send_referral(actor=actor, asked=said, key=uuid.uuid4(), network=network, patient=patient)
        assert refused.value.decision.reason is Reason.TRAINING
    form = reverse("coordination:referral-public", args=[copy.network.slug])
    assert signed_in(trainer).get(form).status_code == 404


def test_no_message_leaves_about_a_fictional_person(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = a_trainee(copy, trainer)
    person = persons_of(copy)[0]
    with as_owner():
        real = factories.patient()
        factories.grant(real, trainee)
    for patient_id in (person.pk, real.pk):
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO notifications_notification (public_id, practice_id, patient_id, event, key, level, title,"
                " link) VALUES (gen_random_uuid(), %s, %s, 'coordination.note.urgent', %s, 1, 'Note', '/')",
                [trainee.pk, patient_id, str(patient_id)],
            )
    with as_role("pepites_worker"), connection.cursor() as cursor:
        cursor.execute("SELECT w.practice_id FROM notifications_waiting() w")
        assert cursor.fetchall() == [(trainee.pk,)]  # about the real one only


def test_a_copy_is_made_new_again(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = a_trainee(copy, trainer)
    old, actor = persons_of(copy), acting(trainee)
    with unit_of_work(actor):
        coordination.add_liaison_note(actor=actor, patient_id=old[0].pk, type=NoteType.OBSERVATION, text="Vue.")
    client, page = signed_in(trainer), reverse("training:renew", args=[copy.public_id])
    assert "repartent de zéro" in client.get(page).content.decode()
    assert signed_in(trainee).post(page).status_code == 403
    assert client.post(page).status_code == 302
    again = client.post(page)
    assert (again.status_code, "Attendez" in again.content.decode()) == (422, True)
    with as_role("pepites_worker"):
        fill(**asked.pop())
    with as_owner():
        copy.refresh_from_db()
        assert (copy.made, copy.told) == (5, 5)
        assert not AccessGrant.objects.filter(patient__in=old, ends_at=None).exists()
        assert NetworkPatient.objects.filter(network=copy.network, ends_at=None).count() == 5
        assert LiaisonNote.objects.filter(patient__in=old, author=trainee).exists()  # kept, read by nobody
        assert copy.trainees.count() == 1
    new = {one.pk for one in persons_of(copy)}
    with unit_of_work(acting(trainee), read_only=True):
        assert set(Patient.objects.values_list("pk", flat=True)) == new
        assert not Conversation.objects.filter(patient__in=old).exists()
    for reader in (actor, acting(trainer)):
        with unit_of_work(reader, read_only=True):
            modules = selectors.progress_of(copy, [trainee.pk])[trainee.pk]
            assert not any(step.done for _, steps in modules for step in steps)


def test_only_who_runs_a_copy_renews_it_or_gives_it_colleagues(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = acting(a_trainee(copy, trainer))
    with pytest.raises(Refused), unit_of_work(trainee):
        services.renew_copy(actor=trainee, copy=copy)
    with pytest.raises(Exception, match="role_missing"), unit_of_work(trainee), connection.cursor() as cursor:
        cursor.execute("SELECT training_renew(%s)", [copy.pk])
    _, real = a_source()  # somebody with an account is nobody's invented colleague
    actor = acting(trainer)
    with pytest.raises(Exception, match="role_missing"), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute("SELECT training_staff(%s, %s, 'autre')", [copy.pk, real.pk])


def test_every_page_of_a_copy_says_so(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    client = signed_in(trainer)
    pages = [
        reverse("training:copy", args=[copy.public_id]), reverse("training:steps", args=[copy.public_id]),
        reverse("training:renew", args=[copy.public_id]), reverse("networks:pack", args=[copy.network.slug]),
    ]  # fmt: skip
    for page in pages:
        assert "Copie de formation" in client.get(page).content.decode(), page
    assert "Copie de formation" not in client.get(reverse("training:home")).content.decode()
