"""Reserved assessments (coordination §2.3 b, §2.4-3; ADR 0034): for who is not named, they are nowhere."""

import json

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from tests import factories
from tests.assessments.factories import EPDS, GDS, ended, library, typed, world
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in

from pepites.access.enums import Level
from pepites.access.readers import change_readers, readers_of
from pepites.accounts.models import User
from pepites.assessments import selectors, services
from pepites.assessments.models import Assessment, AssessmentScore, FormVersion
from pepites.audit.models import Entry
from pepites.common.errors import DomainError, Refused
from pepites.coordination.enums import MemberStatus
from pepites.coordination.models import CareTeamMember, FilEntry, PatientActivity, Task
from pepites.coordination.selectors.fil import fil_visible_to
from pepites.coordination.services.assessments import choose_audience
from pepites.fhir.exports.command import bundle_for
from pepites.notifications.models import Alert, Notification

pytestmark = pytest.mark.django_db


def team(*names: str) -> World:
    """The world, those practices being full members of the circle."""
    w = world()
    with as_owner():
        for name in names:
            practice = getattr(w, name)
            CareTeamMember.objects.create(
                patient=w.patient, practice=practice, status=MemberStatus.ACTIVE, level=Level.FULL,
                answered_at="2025-01-02T00:00:00Z",
            )  # fmt: skip
            factories.grant(w.patient, practice, level=Level.FULL)
    return w


def reserved(w: World, name: str, version: FormVersion, *readers: str, **given: object) -> Assessment:
    with w.acting(name) as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=version)
        choose_audience(actor=actor, assessment=one, readers=[getattr(w, reader).pk for reader in readers])
        return services.finish_assessment(actor=actor, assessment=one, answers=typed(version, **given), version=1)


def ways_in(w: World, name: str, one: Assessment) -> dict[str, bool]:
    """Whether each way in shows it to that practice."""
    events = Assessment.pgh_event_model.objects  # type: ignore[attr-defined]
    with w.acting(name) as actor:
        held = selectors.history_visible_to(actor, w.patient.pk)
        return {
            "item": selectors.assessment_visible_to(actor, one.public_id) is not None,
            "list": any(one.pk == held_one.pk for history in held for held_one in history.assessments),
            "scores": AssessmentScore.objects.filter(assessment_id=one.pk).exists(),
            "history": events.filter(pgh_obj_id=one.pk).exists(),
            "fil": any(line.object_id == one.public_id for line in fil_visible_to(actor, w.patient.pk).lines),
        }


def everywhere(w: World, name: str, one: Assessment) -> set[bool]:
    return set(ways_in(w, name, one).values())


def test_its_author_and_the_readers_named_alone_see_that_it_exists() -> None:
    w = team("nurse", "outsider")
    one = reserved(w, "nurse", library()["mini-gds"], **GDS)
    assert everywhere(w, "nurse", one) == {True}
    assert everywhere(w, "outsider", one) == {False}
    assert everywhere(w, "coordinator", one) == {False}  # the wide role opens nothing
    with w.acting("nurse") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=one.public_id, practices=[w.outsider.pk])
    assert everywhere(w, "outsider", one) == {True}
    with w.acting("nurse") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=one.public_id, practices=[])
    assert everywhere(w, "outsider", one) == {False}
    assert everywhere(w, "nurse", ended(w, "nurse", library()["mini-gds"], **GDS)) == {True}


def test_a_reader_who_lost_the_file_reads_it_no_more() -> None:
    w = team("nurse", "outsider")
    one = reserved(w, "nurse", library()["mini-gds"], "outsider", **GDS)
    assert everywhere(w, "outsider", one) == {True}
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET ends_at = now() WHERE practice_id = %s", [w.outsider.pk])
    assert everywhere(w, "outsider", one) == {False}


def test_nothing_tells_of_it_not_even_its_alert() -> None:
    w = team("nurse", "outsider")
    with as_owner():
        before = set(Entry.objects.values_list("pk", flat=True))
    one = reserved(w, "nurse", library()["epds"], **EPDS)
    assert one.alerts
    with as_owner():
        assert not Task.objects.exists()
        assert not Alert.objects.exists()
        assert not Notification.objects.exists()
        assert not PatientActivity.objects.filter(patient=w.patient, last_contact_at__isnull=False).exists()
        assert FilEntry.objects.get(object_id=one.public_id).reserved
        told = Entry.objects.exclude(pk__in=before).filter(object_id=str(one.public_id))
        assert {entry.code for entry in told} == {"assessments.started", "access.readers.named", "assessments.reserved"}
    html = signed_in(w.nurse).get(reverse("coordination:assessment", args=[one.public_id])).content.decode()
    assert "prévenez vous-même" in html
    told_to_all = ended(w, "nurse", library()["epds"], **EPDS)
    with as_owner():
        assert Task.objects.exists()
        assert Notification.objects.filter(key=str(told_to_all.public_id)).exists()


def test_its_pages_and_the_fhir_export_say_nothing_of_it() -> None:
    w = team("nurse", "outsider")
    version = library()["mini-gds"]
    one = reserved(w, "nurse", version, **GDS)
    client = signed_in(w.outsider)
    form = version.form.public_id
    for path in (
        reverse("coordination:assessment", args=[one.public_id]),
        reverse("coordination:readers", args=[one.public_id]),
        reverse("coordination:assessment-trend", args=[w.patient.public_id, form]),
    ):
        assert client.get(path).status_code == 404
        assert signed_in(w.nurse).get(path).status_code == 200
    listed = reverse("coordination:assessments", args=[w.patient.public_id])
    assert "Mini-GDS" not in client.get(listed).content.decode()
    assert "Réservée" in signed_in(w.nurse).get(listed).content.decode()
    with as_owner():
        login = User.objects.get(professional_id=w.nurse.professional_id).login
    bundle = bundle_for(str(w.patient.public_id), login)
    assert str(one.public_id) not in json.dumps(bundle)


def test_a_comparison_uses_what_its_reader_may_read() -> None:
    w = team("nurse", "outsider")
    version = library()["mini-gds"]
    ended(w, "coordinator", version, **GDS)
    one = reserved(w, "nurse", version, **GDS)
    path = reverse("coordination:assessment-trend", args=[w.patient.public_id, version.form.public_id])
    assert str(one.public_id) in signed_in(w.nurse).get(path).content.decode()
    page = signed_in(w.outsider).get(path, {"a": one.public_id}).content.decode()
    assert str(one.public_id) not in page
    assert "réponses différentes" not in page


def test_the_choice_is_made_on_the_draft_and_settled_once_ended() -> None:
    w = team("nurse", "outsider")
    client = signed_in(w.nurse)
    with w.acting("nurse") as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=library()["mini-gds"])
    path = reverse("coordination:assessment-readers", args=[one.public_id])
    fill = reverse("coordination:assessment-fill", args=[one.public_id])
    sent = client.post(fill, {"version": 1, "act": "lecteurs"})
    assert (sent.status_code, sent["Location"]) == (302, path)
    assert client.post(path, {}).status_code == 422
    assert client.post(path, {"audience": "lecteurs", "readers": [w.outsider.pk]}).status_code == 302
    with w.acting("nurse"):
        assert set(readers_of(one.public_id)) == {w.nurse.pk, w.outsider.pk}
        assert Assessment.objects.get(pk=one.pk).reserved
    assert "Évaluation réservée" in client.get(fill).content.decode()
    assert client.post(path, {"audience": "cercle"}).status_code == 302
    with w.acting("nurse") as actor:
        one = Assessment.objects.select_related("form_version__form", "patient").get(pk=one.pk)
        assert not one.reserved
        choose_audience(actor=actor, assessment=one, readers=[])
        assert readers_of(one.public_id) == [w.nurse.pk]
        services.finish_assessment(actor=actor, assessment=one, answers=typed(one.form_version, **GDS), version=2)
        with pytest.raises(Refused), transaction.atomic():
            services.reserve_assessment(actor=actor, assessment=one, readers=None)
        with pytest.raises(DatabaseError), transaction.atomic():
            Assessment.objects.filter(pk=one.pk).update(reserved=False)
    assert client.get(path).status_code == 404


def test_readers_are_of_the_circle_and_named_by_the_author_alone() -> None:
    w = team("nurse", "outsider")
    with w.acting("nurse") as actor:
        one = services.start_assessment(actor=actor, patient=w.patient, version=library()["mini-gds"])
        with pytest.raises(DomainError, match="plus dans le cercle"), transaction.atomic():
            choose_audience(actor=actor, assessment=one, readers=[w.coordinator.pk])
    with pytest.raises(Refused), w.acting("outsider") as actor:
        services.reserve_assessment(actor=actor, assessment=one, readers=[w.outsider.pk])
    assert (
        signed_in(w.outsider).get(reverse("coordination:assessment-readers", args=[one.public_id])).status_code == 404
    )


def test_it_ends_no_step_of_a_protocol() -> None:
    """A step that ends by itself would tell the circle that the form was filled."""
    w = team("nurse")
    ended_steps: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "pepites.coordination.receivers.end_step_of_form", lambda **values: ended_steps.append(values["form_code"])
        )
        reserved(w, "nurse", library()["mini-gds"], **GDS)
        assert ended_steps == []
        ended(w, "nurse", library()["mini-gds"], **GDS)
    assert ended_steps == ["mini-gds"]
