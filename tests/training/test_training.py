"""A training copy: made in one act, fictive to the end, closed for good; what each did; who came."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import signed_in
from tests.coordination.import_helpers import a_network

from pepites.access.models import AccessGrant, NetworkPatient
from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import DomainError, Refused
from pepites.coordination import services as coordination
from pepites.coordination.enums import NoteType
from pepites.coordination.models import LiaisonNote, Task
from pepites.directory.models import PractitionerRole
from pepites.identity.models import DomainIdentity, DoubleCandidate
from pepites.networks.models import Network, NetworkMembership, NetworkPack
from pepites.networks.packs.registry import empty_pack
from pepites.networks.selectors import active_networks
from pepites.patients.models import Patient
from pepites.regional.models import RegionalRecord
from pepites.training import selectors, services
from pepites.training.models import Attendance, TrainingCopy
from pepites.training.tasks import close_expired_copies, fill

pytestmark = pytest.mark.usefixtures("committed_database")
STEP = {"code": "appel", "title": "Appel", "offset": 2, "window": 7, "role": "coordination", "detail": ""}
PROTOCOL = {
    "code": "suivi", "title": "Suivi", "anchor": "inclusion", "at_inclusion": False, "note": "", "steps": [STEP],
}  # fmt: skip


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Jobs asked for, kept instead of queued."""
    found: list[dict[str, Any]] = []

    class Job:
        def defer(self, **values: Any) -> None:
            found.append(values)

    monkeypatch.setattr(services.jobs, "configure_task", lambda name: Job())
    return found


def a_source() -> tuple[Network, PractitionerRole]:
    network = a_network()
    with as_owner():
        NetworkPack.objects.create(
            network=network, number=1, state="publie", published_at="2025-01-01T00:00Z",
            sections=empty_pack() | {"protocoles": {"protocols": [PROTOCOL]}},
        )  # fmt: skip
        practice = factories.practice()
        factories.membership(network, practice, "administration")
        factories.user(professional=practice.professional)
    return network, practice


def acting(practice: PractitionerRole) -> Actor:
    with as_owner():
        return build_actor(User.objects.get(professional=practice.professional), practice.pk)


def a_copy(asked: list[dict[str, Any]], wanted: int = 7) -> tuple[TrainingCopy, PractitionerRole]:
    network, practice = a_source()
    actor = acting(practice)
    with unit_of_work(actor):
        copy = services.open_copy(actor=actor, source=network, wanted=wanted, expires_on=today() + timedelta(days=30))
    with as_role("pepites_worker"):
        fill(**asked.pop())
    with as_owner():
        copy.refresh_from_db()
    return copy, practice


def a_trainee(copy: TrainingCopy, trainer: PractitionerRole) -> PractitionerRole:
    with as_owner():
        practice = factories.practice()
        login = factories.user(professional=practice.professional).login
    actor = acting(trainer)
    with unit_of_work(actor):
        services.enrol_trainee(actor=actor, copy=copy, login=login.upper())
    return practice


def test_a_copy_is_made_of_fictive_persons_in_one_act(asked: list[dict[str, Any]]) -> None:
    copy, practice = a_copy(asked)
    with as_owner():
        copy.refresh_from_db()
        assert (copy.made, copy.network.slug) == (7, f"entrainement-{copy.source.slug}-1")
        assert copy.network not in active_networks()  # neither offered nor counted among the real ones
        assert copy.source in active_networks()
        persons = list(NetworkPatient.objects.filter(network=copy.network).values_list("patient_id", flat=True))
        assert len(persons) == 7
        flags = set(Patient.objects.filter(pk__in=persons).values_list("identity_flags", flat=True))
        assert flags == {"FICT"}
        # Nothing leaves: neither doubles nor the regional server.
        assert not DoubleCandidate.objects.exists()
        assert not RegionalRecord.objects.exists()
        copied, source = (NetworkPack.objects.get(network=one).sections for one in (copy.network, copy.source))
        assert copied == source
        assert LiaisonNote.objects.filter(patient_id__in=persons).count() == 7
        assert Task.objects.filter(patient_id__in=persons, due_on__lt=today()).count() >= 14
        roles = NetworkMembership.objects.filter(network=copy.network).values_list("practice_id", "role")
        assert set(roles) == {(practice.pk, "administration")}


def test_a_job_run_again_makes_only_what_is_missing(asked: list[dict[str, Any]]) -> None:
    copy, practice = a_copy(asked)
    with as_owner():
        TrainingCopy.objects.update(wanted=9)
    with as_role("pepites_worker"):
        assert fill(str(copy.public_id), acting(practice).user_id, practice.pk) == 2  # type: ignore[arg-type]
    with as_owner():
        assert NetworkPatient.objects.filter(network=copy.network).count() == 9


def test_only_who_administers_opens_and_never_a_copy_of_a_copy(asked: list[dict[str, Any]]) -> None:
    network, _ = a_source()
    with as_owner():
        other = factories.practice()
        factories.membership(network, other, "coordination")
        factories.user(professional=other.professional)
    stranger = acting(other)
    assert stranger.practice_id is not None
    ends = today() + timedelta(days=3)
    with pytest.raises(Refused), unit_of_work(stranger):
        services.open_copy(actor=stranger, source=network, wanted=5, expires_on=ends)
    statement = "SELECT training_open(%s, '0198b2f0-0000-7000-8000-000000000001', 5, current_date)"
    with pytest.raises(Exception, match="role_missing"), unit_of_work(stranger), connection.cursor() as cursor:
        cursor.execute(statement, [network.pk])
    copy, trainer = a_copy(asked)
    with pytest.raises(Exception, match="role_missing"), unit_of_work(stranger), connection.cursor() as cursor:
        cursor.execute("SELECT training_enrol(%s, %s)", [copy.pk, stranger.practice_id])
    actor = acting(trainer)
    with pytest.raises(Refused), unit_of_work(actor):
        services.open_copy(actor=actor, source=copy.network, wanted=5, expires_on=ends)
    with pytest.raises(DomainError, match="année"), unit_of_work(actor):
        services.open_copy(actor=actor, source=copy.source, wanted=5, expires_on=today())


def test_a_trainee_gains_nothing_elsewhere(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = a_trainee(copy, trainer)
    actor = acting(trainee)
    assert (actor.coordinated, actor.administered) == (frozenset(), frozenset())
    assert acting(trainer).coordinated == frozenset()
    with unit_of_work(actor, read_only=True):
        assert set(Patient.objects.values_list("identity_flags", flat=True)) == {"FICT"}


def test_closing_ends_every_way_in_and_no_other_right(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked)
    trainee = a_trainee(copy, trainer)
    elsewhere, _ = a_source()
    with as_owner():
        factories.membership(elsewhere, trainee, "coordination")
    actor = acting(trainee)
    with pytest.raises(Exception, match="role_missing"), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute("SELECT training_close(%s)", [copy.pk])
    with as_owner():
        TrainingCopy.objects.update(expires_on=today() - timedelta(days=1))
    with as_role("pepites_worker"):
        assert (close_expired_copies(), close_expired_copies()) == (1, 0)
    with as_owner():
        persons = NetworkPatient.objects.filter(network=copy.network)
        assert not persons.filter(ends_at=None).exists()
        assert not AccessGrant.objects.filter(patient_id__in=persons.values("patient_id"), ends_at=None).exists()
        assert not Network.objects.get(pk=copy.network_id).active
        open_roles = NetworkMembership.objects.filter(practice=trainee, ends_at=None)
        assert [one.network for one in open_roles] == [elsewhere]
        assert DomainIdentity.objects.filter(fictitious=True).count() == 7  # nothing is lost


def test_exercises_are_told_by_what_was_done_in_the_copy(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked)
    trainee = a_trainee(copy, trainer)
    actor = acting(trainee)
    with as_owner():
        person = NetworkPatient.objects.filter(network=copy.network).first()
        real = factories.patient()
        factories.grant(real, trainee)
    assert person is not None
    with unit_of_work(actor):
        for patient_id in (person.patient_id, real.pk):
            coordination.add_liaison_note(
                actor=actor,
                patient_id=patient_id,
                type=NoteType.OBSERVATION,
                text="Vue.",
                emergency=patient_id == real.pk,
            )
        for rank in range(2):
            task = coordination.create_task(actor=actor, patient_id=person.patient_id, title=f"Appel {rank}")
            coordination.complete_task(actor=actor, task=task)
    for reader in (actor, acting(trainer)):
        with unit_of_work(reader, read_only=True):
            modules = selectors.progress_of(copy, [trainee.pk])[trainee.pk]
            done = {step.title for _, steps in modules for step in steps if step.done}
        assert done == {"Écrire une note de liaison", "Créer une tâche", "Clore deux tâches"}


def test_progress_costs_the_same_whatever_the_number_of_trainees(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    costs = []
    for more in (1, 4):
        for _ in range(more):
            a_trainee(copy, trainer)
        with unit_of_work(acting(trainer), read_only=True), CaptureQueriesContext(connection) as queries:
            trainees = selectors.trainees_of(copy)
            selectors.progress_of(copy, [one.pk for one in trainees])
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_attendance_is_taken_by_the_trainer_and_read_by_each(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    first, second = a_trainee(copy, trainer), a_trainee(copy, trainer)
    client = signed_in(trainer)
    page = reverse("training:copy", args=[copy.public_id])
    day = {"day": today().isoformat(), "place": "Salle des fêtes"}
    plan = reverse("training:plan", args=[copy.public_id])
    assert client.post(plan, day).status_code == 302
    assert client.post(plan, day).status_code == 422
    assert client.post(plan, {"day": "", "place": ""}).status_code == 422
    (session, _), *_ = client.get(page).context["sessions"]
    taking = reverse("training:session", args=[session.public_id])
    values = {f"{first.pk}-matin": "present", f"{first.pk}-apres_midi": "excuse", f"{second.pk}-matin": "absent"}
    assert client.post(taking, values).status_code == 302
    assert client.post(taking, values | {f"{first.pk}-matin": "absent"}).status_code == 302
    assert client.post(taking, {f"{first.pk}-matin": "ailleurs"}).status_code == 422
    sheet = client.get(reverse("training:sheet", args=[session.public_id])).content.decode()
    assert "Excusé" in sheet
    steps = reverse("training:steps", args=[copy.public_id])
    trainee = signed_in(first)
    assert [presence for _, _, presence in trainee.get(steps).context["attendance"]] == ["Absent", "Excusé"]
    with unit_of_work(acting(first), read_only=True):
        assert set(Attendance.objects.values_list("practice_id", flat=True)) == {first.pk}
    with pytest.raises(Exception, match="row-level security"), unit_of_work(acting(first)):
        Attendance.objects.create(session=session, practice=first, half_day="apres_midi", presence="present")


def test_a_trainee_sees_their_own_progress_only(asked: list[dict[str, Any]]) -> None:
    copy, trainer = a_copy(asked, 5)
    trainee = signed_in(a_trainee(copy, trainer))
    with as_owner():
        stranger = factories.practice()
    urls = [reverse(f"training:{name}", args=[copy.public_id]) for name in ("copy", "steps")]
    assert [trainee.get(url).status_code for url in urls] == [403, 200]
    assert [signed_in(stranger).get(url).status_code for url in urls] == [404, 404]
    for name in ("enrol", "plan", "close"):
        assert trainee.post(reverse(f"training:{name}", args=[copy.public_id])).status_code == 403


def test_the_trainer_s_screens(asked: list[dict[str, Any]]) -> None:
    network, practice = a_source()
    client = signed_in(practice)
    home = reverse("training:home")
    values = {"network": str(network.pk), "wanted": "5", "expires_on": (today() + timedelta(days=9)).isoformat()}
    assert client.post(home, values | {"wanted": "500"}).status_code == 422
    assert client.post(home, values | {"expires_on": "2020-01-01"}).status_code == 422
    answer = client.post(home, values)
    assert "Création des personnes fictives" in client.get(answer["Location"]).content.decode()
    with as_role("pepites_worker"):
        fill(**asked.pop())
    assert "5 personnes fictives" in client.get(answer["Location"]).content.decode()
    with as_owner():
        copy = TrainingCopy.objects.get()
        person = Patient.objects.filter(enrolments__network=copy.network).first()
    assert person is not None
    for name in ("file", "circle", "plan"):
        page = client.get(reverse(f"coordination:{name}", args=[person.public_id])).content.decode()
        assert "Copie de formation" in page
    unknown = client.post(reverse("training:enrol", args=[copy.public_id]), {"login": "personne"})
    assert (unknown.status_code, "Aucun compte actif" in unknown.content.decode()) == (422, True)
    assert client.post(reverse("training:close", args=[copy.public_id])).status_code == 302
    assert client.get(answer["Location"]).status_code == 404
