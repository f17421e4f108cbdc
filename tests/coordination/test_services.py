"""Pathways, notes, tasks, contacts, messages filed: each rule at work on the real database."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, world

from pepites.common.clock import today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.models import FilEntry, LiaisonNote, Pathway, Task
from pepites.coordination.receivers import alert_coordination
from pepites.coordination.selectors.fil import fil_visible_to
from pepites.messaging.events import UrgentUnanswered
from pepites.messaging.services import ensure_circle_conversation, post_message
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def pathway(w: World) -> Pathway:
    return Pathway.objects.select_related("network").get(patient=w.patient)


def test_opening_a_pathway_is_idempotent_and_needs_the_network() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        again = services.open_pathway(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)
        assert again == pathway(w)
    with pytest.raises(Refused), w.acting("nurse") as actor:
        services.open_pathway(actor=actor, patient_id=w.patient.pk, network_id=w.network.pk)


def test_the_database_refuses_a_pathway_to_who_has_no_role() -> None:
    w = world()
    with pytest.raises(Exception, match="role_missing"), w.acting("nurse"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT coordination_open_pathway(%s, %s, NULL, %s, %s)", [w.patient.pk, w.network.pk, today(), new_uuid()]
        )


def test_suspend_resume_close() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        one = services.suspend_pathway(actor=actor, pathway=pathway(w))
        with pytest.raises(Conflict):
            services.suspend_pathway(actor=actor, pathway=one)
        services.resume_pathway(actor=actor, pathway=one)
        with pytest.raises(DomainError, match="motif"):
            services.close_pathway(actor=actor, pathway=pathway(w), reason="")
        services.close_pathway(actor=actor, pathway=pathway(w), reason="objectif")
        assert pathway(w).closed_on == today()
        assert Patient.objects.count() == 1
        titles = list(FilEntry.objects.filter(kind="parcours").order_by("id").values_list("title", flat=True))
    assert [title.split(" :")[0] for title in titles] == [
        "Parcours suspendu", "Parcours repris", "Parcours clos (Objectif atteint)",
    ]  # fmt: skip


def test_closing_after_a_refusal_closes_the_file_to_the_network() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.close_pathway(actor=actor, pathway=pathway(w), reason="refus", end_circle=True)
    with w.acting("coordinator"):
        assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    "values",
    [{"status": "clos"}, {"status": "suspendu"}, {"closed_on": "2025-02-01"},
     {"status": "clos", "closed_on": "2025-02-01"},
     {"status": "clos", "closed_on": "2024-01-01", "closing_reason": "objectif"}],
)  # fmt: skip
def test_database_refuses_a_state_that_contradicts_its_dates(values: dict[str, str]) -> None:
    w = world()
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        Pathway.objects.filter(patient=w.patient).update(**values)


def test_note_is_changed_and_withdrawn_by_its_author_only_and_history_stays() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse)
    with w.acting("nurse") as actor:
        note = services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Marche <b>mal</b>")
        assert "<b>" not in note.html
        services.change_note(actor=actor, note=note, text="Marche bien", version=1)
        with pytest.raises(Conflict):
            services.change_note(actor=actor, note=note, text="Autre", version=1)
    with pytest.raises(Refused), w.acting("coordinator") as actor:
        services.change_note(actor=actor, note=note, text="Autre", version=2)
    with w.acting("coordinator"):
        assert (
            LiaisonNote.objects.filter(pk=note.pk).update(text="vol") == 0
        )  # the policy of the table, not the service
    with w.acting("nurse") as actor:
        services.retire_note(actor=actor, note=note, reason="Erreur de personne")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT text FROM coordination_liaisonnoteevent ORDER BY pgh_id")
        assert [row[0] for row in cursor.fetchall()] == ["Marche <b>mal</b>", "Marche bien", "Marche bien"]
        assert "retirée" in FilEntry.objects.get(kind="note").html


def test_social_level_reads_social_notes_and_not_care_notes() -> None:
    w = world()
    with as_owner():
        social = factories.practice(category="social")
        factories.grant(w.patient, social, level=2)
        factories.grant(w.patient, w.nurse)
    w.outsider = social
    with w.acting("nurse") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Glycémie haute")
    with w.acting("outsider") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="GEN", text="Dossier MDPH envoyé")
        assert [note.text for note in LiaisonNote.objects.all()] == ["Dossier MDPH envoyé"]
        assert FilEntry.objects.filter(kind="note").count() == 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM coordination_liaisonnoteevent")
            assert cursor.fetchone()[0] == 1
    with w.acting("nurse"):
        assert LiaisonNote.objects.count() == 2


def test_recurring_task_makes_one_next_occurrence() -> None:
    w = world()
    due = today() - timedelta(days=10)
    with w.acting("coordinator") as actor:
        task = services.create_task(
            actor=actor, patient_id=w.patient.pk, title="Peser", due_on=due, recurrence="WEEKLY"
        )
        services.complete_task(actor=actor, task=task)
        services.complete_task(actor=actor, task=task)
        following = Task.objects.get(previous=task)
        assert (following.due_on, following.state) == (due + timedelta(days=14), "a_faire")
        with pytest.raises(DomainError, match="pourquoi"):
            services.cancel_task(actor=actor, task=following, reason=" ")
        services.cancel_task(actor=actor, task=following, reason="Inutile")
        assert Task.objects.count() == 2
    with pytest.raises(Refused), w.acting("coordinator") as actor:
        services.complete_task(actor=actor, task=following)


def test_task_about_nobody_is_seen_by_maker_and_owner_only() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.create_task(actor=actor, patient_id=None, title="Réunion", owner_practice_id=w.nurse.pk)
        assert Task.objects.count() == 1
    with w.acting("nurse"):
        assert Task.objects.count() == 1
    with w.acting("outsider"):
        assert Task.objects.count() == 0


def test_one_trusted_person_at_most() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        first = services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="TABO", trusted=True)
        with pytest.raises(DomainError, match="confiance"):
            services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="PINAS", trusted=True)
        services.end_contact(actor=actor, contact=first)
        services.add_contact(actor=actor, patient_id=w.patient.pk, family_name="PINAS", trusted=True)


def test_message_is_filed_as_note_and_as_task_once_by_key() -> None:
    w = world()
    key = new_uuid()
    with w.acting("coordinator") as actor:
        talk = ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
        message = post_message(actor=actor, conversation=talk, text="Plaie rouge", key=new_uuid())
        for _ in range(2):
            services.file_message(actor=actor, message_public_id=message.public_id, as_note="OBS", key=key)
        services.file_message(actor=actor, message_public_id=message.public_id, as_task="Voir la plaie")
        note = LiaisonNote.objects.get()
        assert note.source_message == message.public_id
        assert note.text.endswith("Plaie rouge")
        assert Task.objects.get().source_message == message.public_id
    with pytest.raises(Refused), w.acting("outsider") as actor:
        services.file_message(actor=actor, message_public_id=message.public_id, as_note="OBS")


def test_urgent_message_without_answer_becomes_a_task_of_coordination_even_from_the_job() -> None:
    w = world()
    with as_role("pepites_worker"):
        alert_coordination(UrgentUnanswered(1, 1, w.patient.pk, ()))
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM coordination_task")
            assert cursor.fetchone()[0] == 0  # the job adds, and reads none
    with w.acting("coordinator"):
        assert Task.objects.get().kind == "urgence"


def test_a_reply_says_to_whom_and_not_to_a_withdrawn_note() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        asked = services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="DEM-AVIS", text="Un avis ?")
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="GEN", text="Oui", reply_to=asked)
        lines = fil_visible_to(actor, w.patient.pk, kind="note").lines
        assert lines[0].title == f"Note générale, en réponse à {w.coordinator.professional.display_name}"
        services.retire_note(actor=actor, note=asked, reason="Erreur")
        with pytest.raises(DomainError, match="retirée"):
            services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="GEN", text="Non", reply_to=asked)
