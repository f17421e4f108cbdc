"""Screens and papers of the plan: they answer, hold their budget, refuse with the right status, and leak nothing."""

import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from tests.conftest import as_owner
from tests.coordination.editions import printed
from tests.coordination.factories import signed_in, world
from tests.coordination.plan_factories import SECRET, Planned, add, planned, publish

from pepites.audit.models import Entry
from pepites.common.clock import today
from pepites.common.identifiers import new_uuid
from pepites.coordination.models import CarePlan, Expectation, PlanSignature, PlanVersion
from pepites.coordination.plan.drafting import change_item

pytestmark = pytest.mark.django_db
FILE_BUDGET = 20


def urls(p: Planned) -> dict[str, str]:
    plan = p.plan.public_id
    return {
        "plan": reverse("coordination:plan", args=[p.w.patient.public_id]),
        "draft": reverse("coordination:plan-draft", args=[plan]),
        "add": reverse("coordination:plan-add", args=[plan, "attente"]),
        "item": reverse("coordination:plan-item", args=["probleme", p.items["problem"].public_id]),
        "publish": reverse("coordination:plan-publish", args=[plan]),
        "close": reverse("coordination:plan-close", args=[plan]),
        "versions": reverse("coordination:plan-versions", args=[plan]),
        "version": reverse("coordination:plan-version", args=[plan, 1]),
        "sign": reverse("coordination:plan-sign", args=[plan]),
    }


def pdf_of(p: Planned) -> str:
    return reverse("coordination:plan-pdf", args=[p.plan.public_id, 1])


READ = ("plan", "versions", "version", "sign")
WRITE = ("draft", "add", "item", "publish", "close")


def asked(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(url)
    assert response.status_code == 200, response.content.decode()[:500]
    return len([q for q in queries if "SAVEPOINT" not in q["sql"]])


@pytest.mark.slow
def test_pages_hold_their_budget_whatever_the_plan_holds_and_no_title_names_the_person() -> None:
    p = planned()
    publish(p, validators=[p.w.nurse.pk])
    client, pages = signed_in(p.w.coordinator), urls(p)
    client.get(pages["plan"])
    few = {name: asked(client, url) for name, url in pages.items()}
    with p.w.acting("coordinator") as actor:
        for number in range(4):
            problem = add(actor, p.plan, "probleme", f"Problème {number}")
            goal = add(actor, p.plan, "objectif", f"Objectif {number}", problem)
            add(actor, p.plan, "action", f"Action {number}", goal)
    publish(p, "Deuxième")
    many = {name: asked(client, url) for name, url in pages.items()}
    assert many == few
    assert max(many.values()) <= FILE_BUDGET, many
    for name, url in pages.items():
        html = client.get(url).content.decode()
        assert p.w.patient.birth_name in html, name
        assert p.w.patient.birth_name not in html.split("<title>")[1].split("</title>")[0], name


def test_level_2_reads_the_plan_without_medical_concerns_on_any_exit_and_writes_nothing() -> None:
    p = planned()
    publish(p)
    with p.w.acting("coordinator") as actor:
        change_item(actor=actor, item=p.items["cure"], values={"text": f"{SECRET}, suite"}, version=1)
    publish(p, "Deuxième")
    client, pages = signed_in(p.social), urls(p)
    for name in (*READ, "tasks", "fil", "mine"):
        page = {
            "tasks": reverse("coordination:file-tasks", args=[p.w.patient.public_id]),
            "fil": reverse("coordination:file", args=[p.w.patient.public_id]),
            "mine": reverse("coordination:tasks"),
        }.get(name) or pages[name]
        response = client.get(page)
        assert response.status_code == 200, name
        assert SECRET not in response.content.decode(), name
    assert SECRET not in words_of(printed(client, pdf_of(p)).content)
    assert "Logement inadapté" in client.get(pages["plan"]).content.decode()
    assert SECRET in words_of(printed(signed_in(p.w.nurse), pdf_of(p)).content)
    for name in WRITE:
        assert client.get(pages[name]).status_code in (403, 404), name


def test_an_outsider_finds_nothing() -> None:
    p = planned()
    publish(p)
    client = signed_in(p.w.outsider)
    for name, url in urls(p).items():
        assert client.get(url).status_code == 404, name
    assert client.post(pdf_of(p)).status_code == 404


def words_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(content)).pages)


def test_the_pdf_is_tagged_in_french_with_the_band_on_each_page_and_is_journalled() -> None:
    p = planned()
    with p.w.acting("coordinator") as actor:
        for _ in range(3):
            add(actor, p.plan, "attente", "Mots de la personne. " * 90)
    publish(p)
    response = printed(signed_in(p.w.coordinator), pdf_of(p))
    assert response["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(response.content))
    root = reader.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Plan personnalisé de coordination en santé, version 1"
    assert len(reader.pages) > 1
    for number, page in enumerate(reader.pages, start=1):
        text = page.extract_text()
        assert p.w.patient.birth_name in text
        assert f"{number} / {len(reader.pages)}" in text
    assert "Imprimé par" in reader.pages[0].extract_text()
    with as_owner():
        assert Entry.objects.filter(code="coordination.plan.exported").count() == 1


def test_the_archive_is_pdf_a_1b() -> None:
    p = planned()
    publish(p)
    content = printed(signed_in(p.w.coordinator), pdf_of(p), norme="archive").content
    assert content.startswith(b"%PDF-1.4")
    metadata = PdfReader(io.BytesIO(content)).trailer["/Root"]["/Metadata"].get_data()
    assert b"<pdfaid:part>1</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata


def test_a_whole_plan_through_the_screens_without_script() -> None:
    w = world()
    client = signed_in(w.coordinator)
    page = reverse("coordination:plan", args=[w.patient.public_id])
    assert client.post(page, {"network": w.network.pk, "cle": new_uuid()}).status_code == 302
    with w.acting("coordinator"):
        plan = CarePlan.objects.get()

    def post(name: str, data: dict[str, object], *args: object, under: object = "") -> int:
        url = reverse(f"coordination:{name}", args=[plan.public_id, *args])
        return int(client.post(f"{url}?sous={under}" if under else url, data).status_code)

    assert post("plan-add", {"text": "", "author": "personne"}, "attente") == 422
    assert post("plan-add", {"text": "Rester chez moi", "author": "personne"}, "attente") == 302
    problem = {"text": "Chutes", "domain": "medical", "medical": "on", "priority": 1, "retained": "on"}
    assert post("plan-add", problem, "probleme") == 302
    assert post("plan-add", {"text": "x", "result": "en_cours"}, "objectif", under=new_uuid()) == 404
    with w.acting("coordinator"):
        concern = plan.concerns.get()  # type: ignore[attr-defined]
    goal = {"text": "Ne plus tomber", "result": "en_cours", "shared": "on"}
    assert post("plan-add", goal, "objectif", under=concern.public_id) == 302
    with w.acting("coordinator"):
        goal_id = plan.goals.get().public_id  # type: ignore[attr-defined]
    action = {"text": "Barre d'appui", "type": "aide", "owner": "role:coordination", "due_on": today().isoformat()}
    assert post("plan-add", action, "action", under=goal_id) == 302
    review = (today() + timedelta(days=90)).isoformat()
    assert post("plan-publish", {"revision": 1, "reason": "Début", "review_on": review}) == 409
    stale = client.post(reverse("coordination:plan-publish", args=[plan.public_id]), {"revision": 1, "reason": "Début"})
    assert 'name="revision" value="5"' in stale.content.decode()
    assert post("plan-publish", {"revision": 5, "reason": "Début", "review_on": today().isoformat()}) == 422
    assert post("plan-publish", {"revision": 5, "reason": "Début", "review_on": review}) == 302
    html = client.get(page).content.decode()
    assert html.index("Rester chez moi") < html.index("Ne plus tomber") < html.index("Barre d&#x27;appui")
    with w.acting("coordinator"):
        digest = PlanVersion.objects.get().digest
    signing = {"digest": digest, "quality": "personne", "name": "Maria", "strokes": "1,1 2,2", "cle": new_uuid()}
    assert post("plan-sign", signing | {"name": ""}) == 422
    assert post("plan-sign", signing | {"digest": "0" * 64}) == 409
    assert post("plan-sign", signing) == 302
    assert post("plan-sign", signing) == 302
    with w.acting("coordinator"):
        assert PlanSignature.objects.count() == 1
    assert '<polyline points="1,1 2,2"' in client.get(page).content.decode()
    assert post("plan-close", {"reason": "Déménagement"}) == 302
    assert "Clos" in client.get(page).content.decode()


def test_a_form_read_before_another_change_is_compared_and_nothing_is_lost() -> None:
    p = planned()
    client = signed_in(p.w.coordinator)
    url = reverse("coordination:plan-item", args=["attente", p.items["wish"].public_id])
    with p.w.acting("coordinator") as actor:
        change_item(actor=actor, item=p.items["wish"], values={"text": "Voir mes enfants"}, version=1)
    response = client.post(url, {"text": "Ma <b>version</b>", "author": "personne", "version": 1})
    html = response.content.decode()
    assert response.status_code == 409
    assert "Rester chez moi" in html
    assert "Voir mes enfants" in html
    assert "Ma &lt;b&gt;version&lt;/b&gt;" in html
    assert 'name="version" value="2"' in html
    remove = reverse("coordination:plan-item-remove", args=["attente", p.items["wish"].public_id])
    assert client.post(remove, {"version": 1}).status_code == 409
    assert client.post(remove, {"version": 2}).status_code == 302
    with p.w.acting("coordinator"):
        assert Expectation.objects.get(pk=p.items["wish"].pk).removed


def test_whoever_is_named_validates_from_the_page() -> None:
    p = planned()
    publish(p, validators=[p.social.pk])
    client, pages = signed_in(p.social), urls(p)
    assert "Je valide la version 1" in client.get(pages["plan"]).content.decode()
    confirm = reverse("coordination:plan-confirm", args=[p.plan.public_id])
    assert client.post(confirm, {"version": 1}).status_code == 302
    html = client.get(pages["plan"]).content.decode()
    assert "Je valide" not in html
    assert "validé par tous" in html


def test_a_revision_date_passed_shows_on_the_plan_and_on_its_tab() -> None:
    p = planned()
    publish(p)
    with as_owner():
        CarePlan.objects.update(review_on=today() - timedelta(days=1))
    html = signed_in(p.w.coordinator).get(urls(p)["plan"]).content.decode()
    assert "À réviser" in html
    assert "1 à réviser" in html
