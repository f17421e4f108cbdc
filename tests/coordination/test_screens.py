"""Screens: they answer, stay inside their budget of queries, and close to outsiders."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, signed_in, world

from pepites.access.enums import ConsentMode
from pepites.audit.models import Entry
from pepites.common.identifiers import new_uuid
from pepites.coordination import services
from pepites.coordination.enums import FilKind
from pepites.coordination.models import CareTeamMember, LiaisonNote, Task
from pepites.messaging.services import ensure_circle_conversation, post_message

pytestmark = pytest.mark.django_db
FILE_PAGES = (
    "file",
    "circle",
    "file-tasks",
    "contacts",
    "pathways",
    "consents",
    "oppose",
    "access",
    "talk",
    "circle-invite",
)
LIST_BUDGET, FILE_BUDGET = 12, 20


def busy(w: World) -> None:
    with w.acting("coordinator") as actor:
        patient_id = w.patient.pk
        services.collect_consent(actor=actor, patient_id=patient_id, mode=ConsentMode.ORAL)
        services.invite_member(actor=actor, patient_id=patient_id, practice_id=w.nurse.pk, role="infirmier", level=3)
        for number in range(3):
            services.add_liaison_note(actor=actor, patient_id=patient_id, type="OBS", text=f"Visite **{number}**")
            services.create_task(actor=actor, patient_id=patient_id, title=f"Appel {number}")
        services.add_contact(actor=actor, patient_id=patient_id, family_name="TABO", trusted=True)


def asked(queries: CaptureQueriesContext) -> list[str]:
    """Queries of a page; BEGIN and COMMIT are savepoints inside a test."""
    return [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]


def journal(code: str) -> int:
    with as_owner():
        return Entry.objects.filter(code=code).count()


@pytest.mark.parametrize("page", FILE_PAGES)
def test_file_page_answers_within_its_budget_and_titles_carry_no_name(page: str) -> None:
    w = world()
    busy(w)
    client = signed_in(w.coordinator)
    url = reverse(f"coordination:{page}", args=[w.patient.public_id])
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code in (200, 302), response.content.decode()[:500]
    assert len(asked(queries)) <= FILE_BUDGET, "\n".join(asked(queries))
    if response.status_code == 200:
        html = response.content.decode()
        assert w.patient.birth_name in html
        assert w.patient.birth_name not in html.split("<title>")[1].split("</title>")[0]


@pytest.mark.parametrize("page", FILE_PAGES)
def test_file_pages_are_404_for_an_outsider_and_the_refusal_is_in_the_trace(page: str) -> None:
    w = world()
    response = signed_in(w.outsider).get(reverse(f"coordination:{page}", args=[w.patient.public_id]))
    assert response.status_code == 404
    assert w.patient.birth_name not in response.content.decode()
    with as_owner():
        assert Entry.objects.filter(outcome=4, subject_ids__contains=[w.patient.pk]).count() == 1


def test_list_stays_in_its_budget_and_shows_each_thing_on_the_row() -> None:
    w = world()
    busy(w)
    with as_owner():
        for _ in range(60):
            follow(w.network, factories.patient())
        Task.objects.filter(patient=w.patient).update(due_on="2025-01-02")
    client = signed_in(w.coordinator)
    client.get("/file-active/")
    with CaptureQueriesContext(connection) as queries:
        response = client.get("/file-active/")
    assert len(asked(queries)) <= LIST_BUDGET, "\n".join(asked(queries))
    html = response.content.decode()
    assert "1 à 50 sur 61" in html
    found = client.get("/file-active/", {"q": w.patient.birth_name.lower()}).content.decode()
    for words in ("3 tâches", "Observation, aujourd", "Prochain rendez-vous", "0"):
        assert words in found
    assert client.get("/file-active/?page=2").content.decode().count('<tr id="p-') == 11


def test_outsider_list_is_empty_and_search_tells_nothing() -> None:
    w = world()
    html = signed_in(w.outsider).get("/file-active/", {"q": w.patient.birth_name}).content.decode()
    assert w.patient.public_id.hex not in html.replace("-", "")


def test_htmx_request_gets_the_results_alone() -> None:
    w = world()
    response = signed_in(w.coordinator).get("/file-active/", headers={"HX-Request": "true", "HX-Target": "results"})
    html = response.content.decode()
    assert "<html" not in html
    assert w.patient.birth_name in html


def test_a_phone_gets_shorter_pages() -> None:
    w = world()
    with as_owner():
        for _ in range(29):
            follow(w.network, factories.patient())
    reader = signed_in(w.coordinator)
    for mobile, label in (("?0", "1 à 30 sur 30"), ("?1", "1 à 25 sur 30")):
        assert label in reader.get("/file-active/", headers={"Sec-CH-UA-Mobile": mobile}).content.decode()


@pytest.mark.parametrize("url", ["/", "/plus/", "/taches/"])
def test_personal_pages_answer(url: str) -> None:
    w = world()
    busy(w)
    response = signed_in(w.coordinator).get(url)
    assert response.status_code == 200


def test_pending_member_is_led_to_the_invitation_and_sees_inviter_and_message_only() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Plaie propre")
        services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=w.nurse.pk, role="infirmier", level=3, message="Bonjour"
        )
    client = signed_in(w.nurse)
    response = client.get(reverse("coordination:file", args=[w.patient.public_id]), follow=True)
    html = response.content.decode()
    assert "Invitation dans un cercle" in html
    assert "Bonjour" in html
    assert w.patient.birth_name in html
    assert "Plaie" not in html
    assert w.patient.birth_name in client.get("/").content.decode()
    assert client.get(reverse("coordination:circle", args=[w.patient.public_id])).status_code == 403


def test_invite_and_accept_through_the_screens() -> None:
    w = world()
    coordinator, nurse = signed_in(w.coordinator), signed_in(w.nurse)
    url = reverse("coordination:circle-invite", args=[w.patient.public_id])
    assert (
        w.nurse.professional.family_name
        in coordinator.get(url, {"q": w.nurse.professional.family_name}).content.decode()
    )
    page = coordinator.get(url, {"practice": str(w.nurse.public_id)}).content.decode()
    assert "La personne est d" in page
    sent = {"practice": str(w.nurse.public_id), "role": "infirmier", "level": "3", "agreed": "on", "mode": "oral",
            "given_by": "personne", "cle": "018f0000-0000-7000-8000-000000000001"}  # fmt: skip
    assert coordinator.post(url, sent).status_code == 302
    assert coordinator.post(url, sent).status_code == 302  # double tap
    with as_owner():
        member = CareTeamMember.objects.get()
    response = nurse.post(
        reverse("coordination:invitation", args=[member.public_id]), {"reponse": "accepter"}, follow=True
    )
    assert response.redirect_chain[-1][0] == reverse("coordination:file", args=[w.patient.public_id])
    assert response.status_code == 200


def test_note_written_twice_with_one_key_is_one_note_and_errors_keep_the_text() -> None:
    w = world()
    client = signed_in(w.coordinator)
    url = reverse("coordination:note-add", args=[w.patient.public_id])
    sent = {"type": "OBS", "text": "Marche **mieux**", "cle": "018f0000-0000-7000-8000-000000000002"}
    assert [client.post(url, sent).status_code for _ in range(2)] == [302, 302]
    with as_owner():
        assert LiaisonNote.objects.count() == 1
    html = client.get(reverse("coordination:file", args=[w.patient.public_id])).content.decode()
    assert "<strong>mieux</strong>" in html
    wrong = client.post(url, {"type": "", "text": "Texte gardé"})
    assert wrong.status_code == 422
    assert "Texte gardé" in wrong.content.decode()


def test_tick_is_one_tap_idempotent_and_counts_once() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        task = services.create_task(actor=actor, patient_id=w.patient.pk, title="Peser")
    client = signed_in(w.coordinator)
    url = reverse("coordination:task-done", args=[task.public_id])
    assert [client.post(url).status_code for _ in range(2)] == [302, 302]
    assert journal("coordination.task.done") == 1
    assert signed_in(w.outsider).post(url).status_code == 404


def test_every_act_page_answers() -> None:
    w = world()
    busy(w)
    with as_owner():
        note, task, member = LiaisonNote.objects.first(), Task.objects.first(), CareTeamMember.objects.first()
        pathway, consent = w.patient.pathways.get(), w.patient.consents.get()
    client = signed_in(w.coordinator)
    assert note is not None
    assert task is not None
    assert member is not None
    pages = {
        "note-change": note.public_id, "note-retire": note.public_id, "task-cancel": task.public_id,
        "member-remove": member.public_id, "pathway-close": pathway.public_id, "consent-revoke": consent.public_id,
    }  # fmt: skip
    for name, key in pages.items():
        url = reverse(f"coordination:{name}", args=[key])
        assert client.get(url).status_code == 200, name
        assert client.post(url, {}).status_code == 422, name
        assert signed_in(w.outsider).get(url).status_code == 404, name


def test_trace_names_who_what_and_why_and_an_access_can_be_reported() -> None:
    w = world()
    busy(w)
    signed_in(w.outsider).get(reverse("coordination:file", args=[w.patient.public_id]))
    client = signed_in(w.coordinator)
    url = reverse("coordination:access", args=[w.patient.public_id])
    html = client.get(url).content.decode()
    assert "Invitation dans le cercle" in html
    assert "Refusé" in html
    assert w.outsider.professional.family_name in html
    refused = client.get(url, {"type": "refus"}).content.decode()
    assert "Invitation dans le cercle" not in refused
    with as_owner():
        entry = Entry.objects.filter(outcome=4).latest("id")
    report = reverse("coordination:access-report", args=[w.patient.public_id, entry.pk])
    assert client.post(report, {"comment": "Je ne connais pas cette personne"}).status_code == 302
    with as_owner():
        assert Task.objects.filter(kind="signalement_acces").count() == 1


@pytest.mark.parametrize("kind", FilKind.values)
def test_the_fil_is_filtered_by_type_and_by_author(kind: str) -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.add_liaison_note(actor=actor, patient_id=w.patient.pk, type="OBS", text="Note du fil")
        talk = ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
        post_message(actor=actor, conversation=talk, text="Message du fil", key=new_uuid())
    page, browser = reverse("coordination:file", args=[w.patient.public_id]), signed_in(w.coordinator)
    body = browser.get(page, {"type": kind}).content.decode()
    assert ("Note du fil" in body, "Message du fil" in body) == (kind == "note", kind == "message")
    own = browser.get(page, {"type": kind, "auteur": w.coordinator.pk}).content.decode()
    assert ("Note du fil" in own, "Message du fil" in own) == (kind == "note", kind == "message")
    assert "du fil</p>" not in browser.get(page, {"type": kind, "auteur": w.nurse.pk}).content.decode()


def test_who_only_wrote_messages_can_be_chosen_in_the_fil() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, 3)
    with w.acting("nurse") as actor:
        talk = ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
    with w.acting("coordinator") as actor:
        ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)
    with w.acting("nurse") as actor:
        post_message(actor=actor, conversation=talk, text="Message seul", key=new_uuid())
    page = signed_in(w.coordinator).get(reverse("coordination:file", args=[w.patient.public_id])).content.decode()
    assert f'<option value="{w.nurse.pk}">' in page
