"""Two people, or two tabs, at the same time: nobody loses a word, nothing is done twice."""

import threading
from collections.abc import Callable

import pytest
from django.db import connections
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.audit.unit import unit_of_work
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.models import CareTeamMember, Contact, LiaisonNote, Task
from pepites.coordination.selectors import around
from pepites.messaging.services import ensure_circle_conversation, post_message


@pytest.mark.django_db
def test_a_task_done_meanwhile_is_not_said_cancelled() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        task = services.create_task(actor=actor, patient_id=w.patient.pk, title="Appeler")
        stale = Task.objects.get(pk=task.pk)
        services.complete_task(actor=actor, task=task)
        with pytest.raises(Conflict, match="faite entre-temps"):
            services.cancel_task(actor=actor, task=stale, reason="Inutile")
        assert Task.objects.get().state == "faite"


@pytest.mark.django_db
def test_a_contact_sent_twice_is_one_contact() -> None:
    w, key = world(), str(new_uuid())
    browser, page = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/contacts/"
    assert 'name="cle"' in browser.get(page).content.decode()
    for _ in range(2):
        sent = browser.post(page, {"cle": key, "family_name": "TABO", "relation": "enfant"})
        assert sent.status_code == 302
    with as_owner():
        assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_a_pathway_asked_twice_is_one_pathway_and_no_error() -> None:
    w = world()
    with as_owner():
        other = factories.network()
        factories.membership(other, w.coordinator)
    browser, page = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/parcours/"
    for _ in range(2):
        assert browser.post(page, {"reseau": other.slug}).status_code == 302
    assert browser.post(page, {"reseau": "\x00"}).status_code == 404


@pytest.mark.django_db
def test_a_note_corrected_in_two_tabs_is_compared_and_nothing_typed_is_lost() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, 3)
    with w.acting("nurse") as actor:
        note = services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Première")
    browser, page = signed_in(w.nurse), f"/notes/{note.public_id}/corriger/"
    assert browser.post(page, {"text": "Deuxième", "version": "1"}).status_code == 302
    late = browser.post(page, {"text": "Troisième", "version": "1"})
    body = late.content.decode()
    assert late.status_code == 409
    assert [word in body for word in ("Première", "Deuxième", "Troisième")] == [True, True, True]
    assert 'name="version" value="2"' in body
    assert browser.post(page, {"text": "Troisième", "version": "2"}).status_code == 302
    with as_owner():
        assert LiaisonNote.objects.get().text == "Troisième"


@pytest.mark.django_db
def test_a_message_enters_the_notebook_whole_and_once() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, 3)
    long = "é" * 3_990 + " fin vraie"
    with w.acting("coordinator") as actor:
        talk = ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
        message = post_message(actor=actor, conversation=talk, text=long, key=new_uuid())
        services.file_message(actor=actor, message_public_id=message.public_id, as_note="OBS")
        assert LiaisonNote.objects.get().text.endswith("fin vraie")
    with w.acting("nurse") as actor:
        ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
    with as_owner():
        talk.participants.update(visible_from=talk.created_at)
    with w.acting("nurse") as actor:
        with pytest.raises(Conflict, match="déjà"):
            services.file_message(actor=actor, message_public_id=message.public_id, as_note="GEN")
        assert LiaisonNote.objects.count() == 1
    assert "déjà dans le cahier" in signed_in(w.nurse).get(f"/messages/{message.public_id}/verser/").content.decode()


@pytest.mark.django_db
def test_a_task_of_a_role_is_everybody_s_who_holds_it_in_that_circle() -> None:
    w = world()
    with as_owner():
        for practice, role in ((w.nurse, "infirmier"), (w.outsider, "medecin")):
            factories.grant(w.patient, practice, 3)
            CareTeamMember.objects.create(
                patient=w.patient, practice=practice, role=role, level=3, status="actif", answered_at=now()
            )
    page = f"/dossiers/{w.patient.public_id}/taches/"
    browser = signed_in(w.coordinator)
    assert "Rôle : infirmier" in browser.get(page).content.decode()
    sent = browser.post(page, {"title": "Pansement", "due_on": today(), "owner": "role:infirmier", "recurrence": ""})
    assert sent.status_code == 302
    with w.acting("nurse") as actor:
        assert [row.title for row in around.tasks_of(actor)] == ["Pansement"]
    with w.acting("outsider") as actor:
        assert around.tasks_of(actor) == []


def both(*works: Callable[[], object]) -> list[object]:
    """Run those at the same time, each on its own connection; an error is an answer."""
    answers: list[object] = []
    start = threading.Barrier(len(works))

    def run(work: Callable[[], object]) -> None:
        try:
            start.wait(10)
            answers.append(work())
        except DomainError as error:
            answers.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def acting(w: World, name: str, work: Callable[..., object]) -> Callable[[], object]:
    actor = w.actor(name)

    def run() -> object:
        with unit_of_work(actor):
            return work(actor)

    return run


def test_two_trusted_persons_named_at_once_leave_one(committed_database: dict[str, str]) -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, 3)

    def name(actor: object) -> object:
        return services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="TABO", trusted=True)  # type: ignore[arg-type]

    answers = both(acting(w, "coordinator", name), acting(w, "nurse", name))
    assert sorted(type(one).__name__ for one in answers) == ["Contact", "DomainError"]


def test_an_invitation_accepted_twice_at_once_is_accepted_once(committed_database: dict[str, str]) -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.invite_member(actor=actor, patient_id=w.patient.pk, practice_id=w.nurse.pk, role="infirmier", level=3)

    def accept(actor: object) -> object:
        return services.accept_invitation(actor=actor, member=CareTeamMember.objects.get())  # type: ignore[arg-type]

    answers = both(acting(w, "nurse", accept), acting(w, "nurse", accept))
    assert len(answers) == 2
    assert any(isinstance(one, CareTeamMember) for one in answers)
    with as_owner():
        assert CareTeamMember.objects.get().status in ("actif", "attente")
