"""The screens through HTTP: what members get, what outsiders are refused, and its trace."""

import io
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from PIL import Image
from tests import factories
from tests.conftest import as_owner
from tests.messaging.factories import Circle, acting, circle, post
from tests.messaging.streaming import sign_in

from pepites.audit.models import Entry
from pepites.messaging import selectors, services
from pepites.messaging.models import Attachment, Conversation, Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_VAR = tmp_path


def client(c: Circle, who: str) -> Client:
    one = Client()
    one.cookies[django_settings.SESSION_COOKIE_NAME] = sign_in(getattr(c, who))
    return one


def picture() -> io.BytesIO:
    target = io.BytesIO()
    Image.new("RGB", (400, 300), "teal").save(target, "JPEG")
    target.seek(0)
    target.name = "plaie.jpg"
    return target


def send(c: Circle, who: str = "ana", **data: Any) -> Any:
    url = reverse("messaging:post", args=[c.conversation.public_id])
    fields = {"texte": "Bonjour", "cle": str(uuid4())} | data
    return client(c, who).post(url, fields, headers={"accept": "application/json"})


def test_a_sent_file_is_served_to_members_and_journalled() -> None:
    c = circle()
    assert send(c, fichiers=[picture()]).status_code == 200
    with as_owner():
        kept = Attachment.objects.get()
    url = reverse("messaging:attachment", args=[kept.public_id])
    answer = client(c, "jean").get(url)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "no-store"
    thumbnail = client(c, "jean").get(reverse("messaging:thumbnail", args=[kept.public_id]))
    assert len(thumbnail.content) <= 6144
    with as_owner():
        assert Entry.objects.get(code="messaging.attachment.opened").subject_ids == [c.patient.pk]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("conversation", "conversation"), ("conversation", "events"), ("conversation", "members"),
     ("conversation", "post"),
     ("conversation", "read"), ("message", "message"), ("message", "acknowledge"), ("message", "edit"),
     ("message", "withdraw"), ("attachment", "attachment"), ("attachment", "thumbnail")],
)  # fmt: skip
def test_an_outsider_gets_404_and_the_person_s_trace_keeps_it(kind: str, name: str) -> None:
    c = circle()
    send(c, fichiers=[picture()], urgent="1")
    with as_owner():
        ids = {
            "conversation": c.conversation.public_id,
            "message": Message.objects.get().public_id,
            "attachment": Attachment.objects.get().public_id,
        }
    outsider = client(c, "outsider")
    ask = outsider.post if name in {"post", "read", "acknowledge"} else outsider.get
    answer = ask(reverse(f"messaging:{name}", args=[ids[kind]]))
    assert answer.status_code == 404
    with as_owner():
        entry = Entry.objects.get(code=f"messaging.{kind}.refused")
    assert (entry.subject_ids, entry.outcome, entry.object_id) == ([c.patient.pk], 4, str(ids[kind]))


def test_what_does_not_exist_answers_the_same() -> None:
    c = circle()
    assert client(c, "ana").get(reverse("messaging:attachment", args=[uuid4()])).status_code == 404


def test_the_file_of_a_withdrawn_message_is_gone() -> None:
    c = circle()
    send(c, fichiers=[picture()])
    with as_owner():
        message, kept = Message.objects.get(), Attachment.objects.get()
    assert client(c, "ana").post(reverse("messaging:withdraw", args=[message.public_id])).status_code == 302
    assert client(c, "jean").get(reverse("messaging:attachment", args=[kept.public_id])).status_code == 404


def test_a_refused_send_loses_nothing_of_what_was_typed() -> None:
    c = circle()
    bad = io.BytesIO(b"MZ programme")
    bad.name = "photo.jpg"
    url = reverse("messaging:post", args=[c.conversation.public_id])
    answer = client(c, "ana").post(url, {"texte": "Texte précieux", "cle": str(uuid4()), "fichiers": [bad]})
    assert answer.status_code == 422
    assert "Texte précieux" in answer.content.decode()
    bad.seek(0)
    refused = send(c, fichiers=[bad])
    assert refused.status_code == 422
    assert "type de fichier" in refused.json()["erreur"]


def test_a_double_send_answers_twice_the_same() -> None:
    c, key = circle(), str(uuid4())
    first, again = send(c, cle=key).json(), send(c, cle=key).json()
    assert (first["id"], first["seq"]) == (again["id"], again["seq"])


def test_pages_of_members_and_the_journal() -> None:
    c = circle()
    sent = post(c.jean, c.conversation, "Bonjour")
    reader = client(c, "ana")
    page = reader.get(reverse("messaging:conversation", args=[c.conversation.public_id]))
    assert page.status_code == 200
    body = page.content.decode()
    assert "Urgence vitale : appelez le 15" in body
    assert "Visible par" in body
    assert c.patient.birth_name not in body.split("</title>")[0]
    for name, args in (("list", []), ("message", [sent.public_id]), ("search", []), ("create", [])):
        assert reader.get(reverse(f"messaging:{name}", args=args)).status_code == 200
    with as_owner():
        assert Entry.objects.filter(code="messaging.conversation.read", subject_ids=[c.patient.pk]).exists()


def test_holes_are_filled_by_number() -> None:
    c = circle()
    for n in range(4):
        post(c.jean, c.conversation, f"n° {n}")
    url = reverse("messaging:events", args=[c.conversation.public_id])
    data = client(c, "ana").get(url, {"apres": "2"}).json()
    assert [one["seq"] for one in data["messages"]] == [3, 4]
    assert (data["dernier"], data["non_lus"]) == (4, 4)


def test_adding_somebody_asks_from_which_date() -> None:
    c = circle()
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice)
    url, reader = reverse("messaging:members", args=[c.conversation.public_id]), client(c, "ana")
    assert "Historique visible" in reader.get(url, {"membre": practice.public_id}).content.decode()
    assert reader.post(url, {"membre": practice.public_id, "historique": "date"}).status_code == 422
    assert reader.post(url, {"membre": practice.public_id, "historique": "now"}).status_code == 302
    with as_owner():
        stranger = factories.practice()
    refused = reader.post(url, {"membre": stranger.public_id, "historique": "now"})
    assert refused.status_code == 422
    assert "cercle de soins" in refused.content.decode()


def test_posting_costs_few_statements(django_assert_max_num_queries: Any) -> None:
    c = circle()
    post(c.ana, c.conversation)
    with acting(c.ana), django_assert_max_num_queries(1):
        from pepites.messaging import services

        services.post_message(actor=c.ana, conversation=c.conversation, text="Court", key=uuid4())


def test_words_read_in_a_list_are_in_the_trace_of_the_person() -> None:
    c = circle()
    post(c.jean, c.conversation, f"Plaie propre, @{c.ana.professional_name}")
    reader = client(c, "ana")
    for query, code in (
        ("", "list.read"),
        ("?vue=mentions", "messages.searched"),
        ("recherche/?q=plaie", "messages.searched"),
    ):
        assert "Plaie propre" in reader.get(f"/discussions/{query}").content.decode()
        with as_owner():
            assert Entry.objects.filter(code=f"messaging.{code}").latest("id").subject_ids == [c.patient.pk]


def test_a_page_without_stream_learns_what_changed() -> None:
    c = circle()
    sent = [post(c.jean, c.conversation, f"n° {n}", urgent=n == 1) for n in range(3)]
    url, reader = reverse("messaging:events", args=[c.conversation.public_id]), client(c, "ana")
    hour = reader.get(url, {"apres": "3"}).json()["heure"]
    with acting(c.jean):
        services.withdraw_message(actor=c.jean, message=selectors.message_visible_to(c.jean, sent[0].public_id))
    with acting(c.ana):
        services.acknowledge(actor=c.ana, message=selectors.message_visible_to(c.ana, sent[1].public_id))
    told = reader.get(url, {"apres": "3", "depuis": hour}).json()["messages"]
    assert [one["seq"] for one in told] == [1, 2]
    assert "Message retiré" in told[0]["html"]
    assert "Pris en compte" in told[1]["html"]
    assert reader.get(url, {"apres": "3", "depuis": "hier"}).json()["messages"] == []


def test_a_subgroup_is_opened_from_the_discussion_of_the_circle() -> None:
    c = circle()
    reader = client(c, "ana")
    page = reader.get(reverse("messaging:conversation", args=[c.conversation.public_id])).content.decode()
    link = f"{reverse('messaging:create')}?personne={c.patient.public_id}"
    assert link in page
    with as_owner():
        jean = factories.PractitionerRole.objects.get(pk=c.jean.practice_id)
    assert str(jean.public_id) in reader.get(link).content.decode()
    fields = {"personne": c.patient.public_id, "membres": jean.public_id, "titre": "Pansements"}
    assert reader.post(link, fields).status_code == 302
    with acting(c.jean):
        assert Conversation.objects.get(kind="subgroup").patient_id == c.patient.pk


def test_where_the_reader_is_is_a_number_of_the_base() -> None:
    c = circle()
    post(c.jean, c.conversation)
    url, reader = reverse("messaging:read", args=[c.conversation.public_id]), client(c, "ana")
    assert [reader.post(url, {"seq": seq}).status_code for seq in ("1", "-1", str(10**12), "x")] == [302, 422, 422, 422]


def test_a_message_withdrawn_twice_is_withdrawn() -> None:
    c = circle()
    sent = post(c.jean, c.conversation, "Erreur")
    url, author = reverse("messaging:withdraw", args=[sent.public_id]), client(c, "jean")
    assert [author.post(url).status_code for _ in range(2)] == [302, 302]


def test_a_role_of_the_others_is_offered_to_mention() -> None:
    c = circle()
    page = client(c, "ana").get(reverse("messaging:conversation", args=[c.conversation.public_id])).content.decode()
    assert 'data-mention="@Infirmière"' in page
    sent = post(c.ana, c.conversation, "Merci @Infirmière")
    assert c.jean.practice_id in sent.mentions
