"""The builder: a network makes a form question by question, publishes it, exports and takes back a Questionnaire."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.assessments.factories import library, world
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in

from pepites.assessments import editing
from pepites.assessments.models import FormVersion

pytestmark = pytest.mark.django_db
QUESTIONNAIRE = {"resourceType": "Questionnaire", "title": "t"}


def url(w: World, name: str, version: FormVersion | None = None) -> str:
    return reverse(f"assessments:{name}", args=[w.network.slug, *([version.public_id] if version else [])])


def administrator(w: World) -> Client:
    with as_owner():
        factories.membership(w.network, w.nurse, role="administration")
    return signed_in(w.nurse)


def last() -> FormVersion:
    with as_owner():
        return FormVersion.objects.select_related("form").latest("pk")


def add(client: Client, w: World, **given: object) -> None:
    version = last()
    answer = client.post(url(w, "form-question", version), {"revision": version.revision, "type": "choice"} | given)
    assert answer.status_code == 302, answer.content.decode()[-3000:]


def made(w: World, client: Client) -> FormVersion:
    """A form with a condition, points, bands and an alert, made by the screens alone."""
    client.post(url(w, "form-list"), {"title": "Visite du réseau", "category": "social"})
    add(client, w, text="Dort mal", options="Jamais = 0\nParfois = 1\nToujours = 2", required="on")
    add(client, w, text="Depuis quand", type="string", when="q1", operator="=", value="Toujours")
    add(client, w, text="Mange peu", options="Non = 0\nOui = 3", required="on")
    version = last()
    sent = {
        "label": "Total", "items": ["q1", "q3"], "complete": "on", "revision": version.revision, "reference": "Réseau",
        "label_1": "Tout va bien", "tone_1": "success", "from_2": "2", "label_2": "À revoir", "tone_2": "warning",
        "on_1": "item:q3", "operator_1": ">", "value_1": "2", "message_1": "Ne mange plus",
    }  # fmt: skip
    assert client.post(url(w, "form-score", version), sent).status_code == 302
    return last()


def test_a_form_is_made_published_and_offered_in_the_file_without_any_json() -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    assert [(line.text, line.conditional) for line in editing.lines(version.questionnaire)] == [
        ("Dort mal", False), ("Depuis quand", True), ("Mange peu", False),
    ]  # fmt: skip
    assert version.scoring["scores"][0]["bands"][0] == {
        "label": "Tout va bien", "tone": "success", "from": None, "below": "2",
    }  # fmt: skip
    refused = client.post(url(w, "form-publish", version), {"revision": version.revision}, follow=True)
    assert "source et licence" in refused.content.decode()
    settings = {
        "title": version.title,
        "source": "Réseau",
        "licence": "Libre",
        "caution": "",
        "revision": version.revision,
    }
    client.post(url(w, "form-edit", version), settings)
    html = client.get(url(w, "form-preview", version)).content.decode()
    assert "Dort mal" in html
    assert "Depuis quand" not in html
    client.post(url(w, "form-publish", version), {"revision": last().revision})
    assert last().state == "publiee"
    choose = reverse("coordination:assessment-begin", args=[w.patient.public_id])
    assert "Visite du réseau" in signed_in(w.coordinator).get(choose).content.decode()


def test_questions_move_change_and_leave() -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    arrange = url(w, "form-arrange", version)
    client.post(arrange, {"act": "monter:q3", "revision": version.revision})
    assert [line.link_id for line in editing.lines(last().questionnaire)] == ["q1", "q3", "q2"]
    change = f"{url(w, 'form-question', version)}?question=q1"
    html = client.get(change).content.decode()
    assert "Toujours = 2" in html
    codes = [one["valueCoding"]["code"] for one in last().questionnaire["item"][0]["answerOption"]]
    sent = {
        "text": "Dort très mal",
        "type": "choice",
        "options": "Toujours = 4\nJamais = 0",
        "revision": last().revision,
    }
    assert client.post(change, sent).status_code == 302
    options = last().questionnaire["item"][0]["answerOption"]
    assert [one["valueCoding"]["code"] for one in options] == [codes[2], codes[0]]  # an answer keeps its code
    client.post(arrange, {"act": "retirer:q2", "revision": last().revision})
    assert [line.link_id for line in editing.lines(last().questionnaire)] == ["q1", "q3"]


def test_what_two_administrators_do_at_once_is_a_conflict() -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    late = {"act": "monter:q3", "revision": version.revision - 1}
    assert client.post(url(w, "form-arrange", version), late).status_code == 409


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"text": "A", "options": " "}, "au moins une réponse"),
        ({"text": "", "options": "x"}, "Ce champ est obligatoire"),
        ({"text": "A", "options": "Oui\nOui"}, ""),
        ({"text": "A", "type": "integer", "minimum": "x"}, "Saisissez un nombre"),
        ({"text": "A", "type": "integer", "minimum": "5", "maximum": "1"}, "minimum dépasse"),
        ({"text": "A", "type": "string", "when": "q1", "value": "Souvent"}, "une des réponses"),
    ],
)
def test_a_wrong_question_is_said_beside_its_field(given: dict[str, str], message: str) -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    answer = client.post(url(w, "form-question", version), {"type": "choice", "revision": version.revision} | given)
    assert answer.status_code == (422 if message else 302)
    assert message in answer.content.decode()


def test_export_then_import_gives_the_same_form_with_its_score() -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    exported = client.get(url(w, "form-export", version))
    assert exported["Content-Type"] == "application/fhir+json"
    file = SimpleUploadedFile("f.json", exported.content, "application/json")
    client.post(url(w, "form-list"), {"title": "Repris", "category": "medical", "fichier": file})
    again = last()
    assert again.pk != version.pk
    assert again.questionnaire["item"] == version.questionnaire["item"]
    assert again.scoring == version.scoring
    assert (again.title, again.form.category) == ("Repris", "medical")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "pas du JSON"),
        (b'{"resourceType":"Patient"}', "questionnaire FHIR"),
        (json.dumps(QUESTIONNAIRE | {"item": [{"linkId": "a", "type": "x"}]}).encode(), "« a »"),
        (b"x" * 1_000_001, "1 Mo"),
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused_with_a_sentence(content: bytes, message: str) -> None:
    w = world()
    client = administrator(w)
    file = SimpleUploadedFile("f.json", content, "application/json")
    answer = client.post(url(w, "form-list"), {"category": "social", "fichier": file})
    assert answer.status_code == 422
    assert message in answer.content.decode()


def test_the_next_version_is_prepared_beside_the_one_served_which_can_be_withdrawn() -> None:
    w = world()
    client = administrator(w)
    version = made(w, client)
    client.post(
        url(w, "form-edit", version), {"title": "V", "source": "x", "licence": "x", "revision": version.revision}
    )
    client.post(url(w, "form-publish", version), {"revision": last().revision})
    client.post(url(w, "form-manage", version), {"act": "preparer"})
    assert (last().number, last().state) == (2, "brouillon")
    assert client.post(url(w, "form-edit", version), {"title": "V"}).status_code == 422  # the published one is closed
    client.post(url(w, "form-manage", version), {"act": "retirer"})
    with as_owner():
        assert FormVersion.objects.get(pk=version.pk).state == "retiree"


def test_pages_are_for_the_administrators_of_the_network_alone() -> None:
    w, shared = world(), library()["katz"]
    client = administrator(w)
    version = made(w, client)
    for name in ("form-list", "form-edit", "form-question", "form-score", "form-preview", "form-export"):
        place = url(w, name, None if name == "form-list" else version)
        assert client.get(place).status_code == 200, name
        assert signed_in(w.coordinator).get(place).status_code == 403, name
    assert client.get(url(w, "form-edit", shared)).status_code == 404
