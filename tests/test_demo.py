"""The demo territory is built by the services alone: whatever breaks one of them breaks it."""

from typing import Any

import pytest
from django.db import connection
from tests.conftest import as_owner
from tests.fhir.r4_check import assert_valid

from pepites.access.models import NetworkPatient
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Channel, system_actor
from pepites.common.clock import today
from pepites.coordination.enums import NoteType, TaskState
from pepites.coordination.models import CareTeamMember, HospitalStay, LiaisonNote, Pathway, ProtocolStep, Referral, Task
from pepites.demo.build import build_demo
from pepites.demo.directory import extraction, staff_numbers
from pepites.demo.population import population
from pepites.demo.staff import demo_accounts
from pepites.directory.national.search import search_national
from pepites.directory.national.selectors import last_load, lost_professionals, update_label
from pepites.fhir.exports.bundle import export_patient
from pepites.identity.models import DomainIdentity
from pepites.messaging.models import Attachment, Conversation, Message
from pepites.notifications.models import Notification
from pepites.patients.models import Patient
from pepites.regional.models import Card, Link
from pepites.training.models import Attendance, TrainingCopy
from pepites.training.selectors import progress_of


def test_population_is_the_same_each_time() -> None:
    assert population() == population()
    assert len(population()) == 300
    assert {person.origin for person in population()} >= {"haiti", "bresil", "bushinengue", "amerindien", "hmong"}
    assert all(not person.phone or person.phone.startswith("0639 98") for person in population())


def test_the_demonstration_directory_is_the_same_each_time_and_invented() -> None:
    lines = list(extraction())
    assert lines == list(extraction())
    assert 300 < len(lines) < 600
    rows = [line.rstrip("\n").split("|") for line in lines]
    titles, people = rows[0], rows[1:]
    assert {len(row) for row in people} == {len(titles)}
    number, phone = titles.index("Identifiant PP"), titles.index("Téléphone (coord. structure)")
    assert all(row[number].startswith("999") for row in people)  # given by no register
    assert all(row[phone].startswith("063998") for row in people)  # kept for fiction
    staff = {rpps for _, rpps in staff_numbers() if rpps}
    assert {row[number] for row in people} >= staff
    assert len({row[number] for row in people}) > len(staff) + 100


def _shown(model: Any, column: str) -> set[Any]:
    return set(model.objects.values_list(column, flat=True))


@pytest.mark.slow
def test_the_whole_territory_is_built_through_the_services(committed_database: dict[str, str]) -> None:
    with as_owner():
        build_demo(lambda _step: None)
        real = Patient.objects.exclude(identity_flags__contains="FICT")
        assert real.count() == 300
        followed = Pathway.objects.exclude(status="clos").filter(patient__in=real)
        assert followed.values("patient").distinct().count() == 299  # one moved away
        assert NetworkPatient.objects.filter(ends_at=None, patient__in=real).count() == 300
        _a_training_is_under_way()
        assert update_label(last_load()) == f"RPPS, mise à jour du {today():%d/%m/%Y}"
        assert not lost_professionals()
        assert HospitalStay.objects.filter(discharged_at=None).count() == 1
        assert Task.objects.filter(kind="sejour").count() == 1  # back home: the protocol is proposed
        assert Notification.objects.filter(read_at=None, practice__professional__user__login="mrobinel").count() >= 3
        found = search_national("amayota josette").rows
        assert {(one.name, one.structure) for one in found} == {
            ("Josette AMAYOTA", "Cabinet infirmier du Marché (démo)"),
            ("Josette AMAYOTA", "Centre de santé du Haut-Fleuve (démo)"),
        }
        assert User.objects.filter(demo=True).count() == len(demo_accounts())
        assert CareTeamMember.objects.filter(status="actif").count() > 60
        assert Message.objects.count() > 80
        assert _shown(Conversation, "kind") == {"circle", "subgroup", "team", "direct"}
        assert _shown(LiaisonNote, "type") == set(NoteType.values)
        assert _shown(Task, "state") == set(TaskState.values)
        assert _shown(Pathway, "status") == {"actif", "suspendu", "clos"}
        assert _shown(CareTeamMember, "status") == {"actif", "invite", "attente", "refuse"}
        assert _shown(DomainIdentity, "status") == {"PROV", "VALI"}
        assert _shown(Attachment, "content_type") == {"image/jpeg", "application/pdf"}
        assert Message.objects.filter(urgent=True, acknowledged_at__isnull=False).exists()
        assert Message.objects.exclude(mentions=[]).filter(kind="text").exists()
        assert Patient.objects.filter(interpreter=True).count() > 40
        assert len(_shown(Patient, "language")) > 6
        assert _shown(Card, "queue") >= {
            "candidats",
            "doublons",
            "collisions",
            "ins",
            "verifications",
            "separations",
            "homonymes",
        }
        assert Card.objects.filter(twin_risk=True).exists()
        assert Pathway.objects.filter(pack=None).count() == 0
        assert ProtocolStep.objects.filter(late_after__lt=today(), task__state="a_faire").exists()
        assert _shown(Referral, "requester_kind") == {"professionnel", "aidant"}
        assert Link.objects.filter(active=True, origin="ins").exists()
        identifiers = Link.objects.filter(active=True, record__domain__code="PEPITES")
        shown = {str(one.public_id): one.regional_id for one in real}
        assert dict(identifiers.values_list("record__local_id", "person__irp")) == shown
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM audit_entry WHERE outcome <> 0")
            assert cursor.fetchone()[0] == 0
        _every_file_leaves_in_valid_fhir()
        build_demo(lambda _step: None)
        assert real.count() == 300


def _a_training_is_under_way() -> None:
    copy = TrainingCopy.objects.get()
    assert (copy.made, copy.ready, copy.trainees.count(), copy.sessions.count()) == (12, True, 5, 3)
    assert _shown(Attendance, "presence") == {"present", "excuse"}
    progress = progress_of(copy, copy.trainees.values_list("practice_id", flat=True))
    done = [sum(step.done for _, steps in modules for step in steps) for modules in progress.values()]
    assert len(set(done)) > 2  # each at their own pace


def _every_file_leaves_in_valid_fhir() -> None:
    """What is emitted for the demonstration's persons follows R4 (issue « must show » 3)."""
    found: dict[str, dict[str, Any]] = {}
    for patient in Patient.objects.filter(survivor=None).order_by("id"):
        with unit_of_work(actor := system_actor("fhir_export", channel=Channel.COMMAND)):
            bundle = export_patient(actor=actor, patient=patient)
        found |= {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    kinds = {one["resourceType"] for one in found.values()}
    assert kinds >= {"CarePlan", "CareTeam", "Consent", "DocumentReference", "QuestionnaireResponse", "RelatedPerson"}
    assert_valid(list(found.values()))
