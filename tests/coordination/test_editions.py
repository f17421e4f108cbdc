"""PDF made by a job (design, law 4): asked for, made once, handed to who asked while they may read it, taken away."""

import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from pypdf import PdfReader
from tests import factories
from tests.assessments.factories import EPDS, GDS, ended, library, typed
from tests.assessments.test_reserved import reserved, team
from tests.conftest import as_owner, as_role
from tests.coordination.editions import ask, printed, work
from tests.coordination.factories import World, signed_in
from tests.coordination.plan_factories import SECRET, planned, publish

from pepites.access.readers import change_readers
from pepites.assessments import services as assessments
from pepites.assessments.models import Assessment
from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.common.errors import NotFound, Refused
from pepites.coordination import services
from pepites.coordination.editions import services as editions
from pepites.coordination.editions.enums import EditionKind, EditionState
from pepites.coordination.editions.models import Edition
from pepites.coordination.editions.tasks import sweep
from pepites.coordination.plan.drafting import change_item
from pepites.documents import ports, store

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What is asked of the worker."""
    found: list[dict[str, Any]] = []

    class Job:
        def defer(self, **values: Any) -> None:
            found.append(values)

    monkeypatch.setattr(editions.jobs, "configure_task", lambda name: Job())
    return found


def pdf(one: Assessment) -> str:
    return reverse("coordination:assessment-pdf", args=[one.public_id])


def page(edition: Edition) -> str:
    return f"/editions/{edition.public_id}/"


def file(edition: Edition) -> str:
    return f"/editions/{edition.public_id}/fichier/"


def words(content: bytes) -> str:
    return " ".join(" ".join(one.extract_text().split()) for one in PdfReader(io.BytesIO(content)).pages)


def age(edition: Edition, **gone: float) -> None:
    with as_owner():
        Edition.objects.filter(pk=edition.pk).update(ends_at=now() - timedelta(**gone))


def answered(w: World, name: str = "nurse", code: str = "mini-gds", **given: Any) -> Assessment:
    return ended(w, name, library()[code], **(given or GDS))


def test_an_assessment_on_paper_says_who_when_what_and_where_the_form_comes_from(settings: Any) -> None:
    settings.PEPITES_PUBLIC_URL = "https://pepites.example"
    w = team("nurse")
    one = answered(w, code="epds", **EPDS)
    content = printed(signed_in(w.nurse), pdf(one)).content
    said = words(content)
    version = one.form_version
    for word in (
        version.title, w.patient.birth_name, w.nurse.professional.display_name, f"version {version.number}",
        version.source.split()[0], one.alerts[0][:30], f"https://pepites.example/evaluations/{one.public_id}/",
    ):  # fmt: skip
        assert " ".join(word.split()) in said, word
    places = [said.index(label) for label in ("Question 1", "Question 2", "Question 10") if label in said]
    assert places == sorted(places)
    root = PdfReader(io.BytesIO(content)).trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    with as_owner():
        codes = Entry.objects.filter(code__in=("coordination.assessment.exported", "coordination.edition.opened"))
        assert sorted(codes.values_list("code", flat=True)) == [
            "coordination.assessment.exported", "coordination.edition.opened",
        ]  # fmt: skip


def test_answers_come_in_order_with_the_band_of_the_score() -> None:
    w = team("nurse")
    said = words(printed(signed_in(w.nurse), pdf(answered(w))).content)
    assert "Mini-GDS 1" in said
    assert "Dépression très probable" in said
    labels = [item.text for item in _items()]
    places = [said.index(label[:25]) for label in labels]
    assert places == sorted(places)


def _items() -> Any:
    from pepites.assessments.definitions import definition_of

    return [item for item in definition_of(library()["mini-gds"]).questionnaire.items if item.type == "choice"]


def test_neither_a_draft_nor_what_was_withdrawn_is_printed() -> None:
    w = team("nurse")
    client = signed_in(w.nurse)
    with w.acting("nurse") as actor:
        draft = assessments.start_assessment(actor=actor, patient=w.patient, version=library()["mini-gds"])
    assert client.post(pdf(draft)).status_code == 404
    one = answered(w)
    edition = work(ask(client, pdf(one)))
    with w.acting("nurse") as actor:
        assessments.withdraw_assessment(actor=actor, assessment=one, version=one.version, reason="Erreur")
    assert client.get(file(edition)).status_code == 302
    assert client.post(pdf(one)).status_code == 404


def test_asked_twice_it_is_made_once_and_kept_while_it_says_the_same(queue: list[dict[str, Any]]) -> None:
    w = team("nurse")
    client, one = signed_in(w.nurse), answered(w)
    first = ask(client, pdf(one))
    assert ask(client, pdf(one)).pk == first.pk
    assert len(queue) == 1
    assert "se prépare" in client.get(page(first)).content.decode()
    work(first)
    kept = first.blob
    assert work(first).blob == kept  # run again after a cut
    assert ask(client, pdf(one)).pk == first.pk
    with w.acting("nurse") as actor:
        changed = typed(one.form_version, **{**GDS, "vide": "oui"})
        assessments.amend_assessment(actor=actor, assessment=one, answers=changed, version=one.version, reason="Relu")
    assert client.get(file(first)).status_code == 302
    assert "à redemander" in client.get(page(first)).content.decode()
    assert ask(client, pdf(one)).pk != first.pk
    assert len(queue) == 2


def test_the_page_looks_again_by_itself_then_leaves_for_the_file() -> None:
    w = team("nurse")
    client, edition = signed_in(w.nurse), ask(signed_in(w.nurse), pdf(answered(w)))
    htmx = {"HX-Request": "true"}
    waiting = client.get(page(edition), headers=htmx)
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert "<html" not in waiting.content.decode()
    assert client.get(file(edition))["Location"] == page(edition)
    work(edition)
    assert client.get(page(edition), headers=htmx)["HX-Redirect"] == page(edition)
    assert "est prêt" in client.get(page(edition)).content.decode()
    answer = client.get(file(edition))
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("application/pdf", "private, no-store")


def test_its_asker_alone_holds_it() -> None:
    w = team("nurse", "outsider")
    edition = work(ask(signed_in(w.nurse), pdf(answered(w))))
    for other in (w.outsider, w.coordinator):  # each reads the assessment itself
        assert signed_in(other).get(page(edition)).status_code == 404
        assert signed_in(other).get(file(edition)).status_code == 404
    assert signed_in(w.nurse).get(file(edition)).status_code == 200


def test_a_right_that_ends_or_a_reservation_closes_what_was_made() -> None:
    w = team("nurse", "outsider")
    one = reserved(w, "nurse", library()["mini-gds"], "outsider", **GDS)
    reader = signed_in(w.outsider)
    edition = work(ask(reader, pdf(one)))
    assert "réservée" in words(reader.get(file(edition)).content)
    with w.acting("nurse") as actor:
        change_readers(actor=actor, patient_id=w.patient.pk, item=one.public_id, practices=[])
    assert reader.get(file(edition)).status_code == 404
    own = work(ask(signed_in(w.nurse), pdf(one)))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET ends_at = now() WHERE practice_id = %s", [w.nurse.pk])
    assert signed_in(w.nurse).get(file(own)).status_code == 404


def test_an_opposition_closes_what_was_made() -> None:
    w = team("nurse")
    edition = work(ask(signed_in(w.nurse), pdf(answered(w))))
    with w.acting("coordinator") as actor:
        services.oppose(actor=actor, patient_id=w.patient.pk)
    assert signed_in(w.nurse).get(file(edition)).status_code == 404


def test_a_right_lost_before_the_worker_comes_leaves_no_file() -> None:
    w = team("nurse")
    edition = ask(signed_in(w.nurse), pdf(answered(w)))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET ends_at = now() WHERE practice_id = %s", [w.nurse.pk])
    assert work(edition).blob == ""


def test_a_level_that_falls_closes_a_plan_that_said_more() -> None:
    p = planned()
    publish(p)
    url = reverse("coordination:plan-pdf", args=[p.plan.public_id, 1])
    client = signed_in(p.w.nurse)
    edition = work(ask(client, url))
    assert SECRET in words(client.get(file(edition)).content)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_accessgrant SET level = 2 WHERE practice_id = %s", [p.w.nurse.pk])
    assert client.get(file(edition)).status_code == 404
    assert SECRET not in words(printed(client, url).content)


def test_what_was_hidden_in_the_plan_since_is_not_handed_over() -> None:
    p = planned()
    publish(p)
    url = reverse("coordination:plan-pdf", args=[p.plan.public_id, 1])
    client = signed_in(p.social)
    edition = work(ask(client, url))
    with p.w.acting("coordinator") as actor:
        values = {"text": "Logement inadapté", "domain": "medical", "medical": True, "retained": True, "reason": ""}
        change_item(actor=actor, item=p.items["problem"], values=values | {"priority": 2}, version=1)
    assert client.get(file(edition)).status_code == 302
    assert "à redemander" in client.get(page(edition)).content.decode()


def test_past_its_hours_it_is_neither_handed_over_nor_kept() -> None:
    w = team("nurse")
    client, one = signed_in(w.nurse), answered(w)
    edition = work(ask(client, pdf(one)))
    with as_role("pepites_worker"):
        assert sweep() == 0
    assert edition.blob in set(_used())
    age(edition, minutes=1)
    assert client.get(file(edition)).status_code == 302
    assert "effacé" in client.get(page(edition)).content.decode()
    with as_role("pepites_worker"):
        assert sweep() == 1
    assert not (store.root() / edition.blob[:2] / edition.blob).exists()
    with as_owner():
        edition.refresh_from_db()
        assert (edition.state, edition.blob) == (EditionState.GONE, "")
    assert ask(client, pdf(one)).pk != edition.pk


def _used() -> set[str]:
    """What the nightly cleaning must leave, as its own role reads it."""
    from pepites.audit.unit import unit_of_work
    from pepites.common.actor import system_actor

    with as_role("pepites_worker"), unit_of_work(system_actor("documents.remove_orphans")):
        return ports.names_in_use()


def test_a_document_that_cannot_be_made_says_so_and_may_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    w = team("nurse")
    client, one = signed_in(w.nurse), answered(w)
    edition = ask(client, pdf(one))

    def broken(*given: Any, **values: Any) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(editions, "typeset", broken)
        with pytest.raises(RuntimeError):
            work(edition)
    assert "pas pu être fait" in client.get(page(edition)).content.decode()
    assert work(ask(client, pdf(one))).state == EditionState.READY


def test_the_database_lets_nobody_forge_an_edition() -> None:
    w = team("nurse", "outsider")
    edition = work(ask(signed_in(w.nurse), pdf(answered(w))))
    with w.acting("nurse"), pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=edition.pk).update(blob="0" * 64)  # the worker alone makes files
    with as_owner():
        outsider = factories.actor_for(w.outsider)
    with w.acting("outsider"), pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.create(
            patient=w.patient, user_id=edition.user_id, practice_id=outsider.practice_id, kind="plan",
            item=edition.item, level=3,
        )  # fmt: skip


def test_a_plan_is_not_printed_under_the_name_of_another_person() -> None:
    p, w = planned(), team("nurse")
    publish(p)
    with p.w.acting("coordinator") as actor:
        asked = {"kind": EditionKind.PLAN, "item": p.plan.public_id, "number": 1}
        with pytest.raises((NotFound, Refused)), transaction.atomic():
            editions.ask_edition(actor=actor, patient_id=w.patient.pk, **asked)
    with as_owner():
        assert not Edition.objects.exists()
