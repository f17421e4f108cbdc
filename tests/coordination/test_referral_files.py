"""Files of a demande (P1): taken in by their content, in quarantine, for who is asked and never the requester again."""

import io
from typing import Any

import pytest
from django import conf
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from tests import factories
from tests.conftest import as_owner, as_role
from tests.coordination.factories import World, signed_in, world
from tests.coordination.test_protocols import publish
from tests.coordination.test_referrals import ASKED, MOTIVE, PUBLIC, SETTINGS
from tests.documents.test_files import jpeg

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.errors import DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination.referrals import services
from pepites.coordination.referrals.files import keep_files
from pepites.coordination.referrals.models import Referral, ReferralFile
from pepites.coordination.referrals.views import ASKERS
from pepites.documents import ports, store
from pepites.messaging.values import Upload

pytestmark = pytest.mark.django_db
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ASKERS.forget()


def png() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (20, 20), "red").save(target, "PNG")
    return target.getvalue()


def sent(w: World, *files: Upload, **values: Any) -> Referral:
    with w.acting("nurse") as actor:
        return services.send_referral(
            actor=actor, asked=ASKED, key=new_uuid(), files=files, **({"network": w.network} | values)
        )


def held(w: World, name: str, referral: Referral) -> list[str]:
    """The names that this practice may know of."""
    with w.acting(name):
        return list(ReferralFile.objects.filter(referral=referral).values_list("name", flat=True))


def url(one: ReferralFile) -> str:
    return reverse("coordination:referral-file", args=[one.public_id])


def the_file() -> ReferralFile:
    with as_owner():
        return ReferralFile.objects.order_by("-pk")[0]


def chosen(*names: str, content: bytes = PAPER) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, content) for name in names]


def test_who_is_asked_reads_them_and_the_requester_never_again() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER), Upload("plaie.jpg", jpeg()), Upload("plan.png", png()))
    assert held(w, "coordinator", one) == ["lettre.pdf", "plaie.jpg", "plan.jpg"]
    assert held(w, "nurse", one) == []
    assert held(w, "outsider", one) == []
    page = reverse("coordination:referral", args=[one.public_id])
    assert "lettre.pdf" in signed_in(w.coordinator).get(page).content.decode()
    assert "lettre.pdf" not in signed_in(w.nurse).get(page).content.decode()


def test_they_wait_in_quarantine_until_who_is_asked_lets_them_out() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER))
    client, file = signed_in(w.coordinator), the_file()
    page = client.get(reverse("coordination:referral", args=[one.public_id])).content.decode()
    assert "En quarantaine" in page
    assert url(file) not in page
    assert client.get(url(file)).status_code == 404
    release = reverse("coordination:referral-release", args=[one.public_id])
    assert signed_in(w.nurse).post(release).status_code == 403
    assert signed_in(w.outsider).post(release).status_code == 404
    assert client.post(release).status_code == 302
    client.post(release)  # a double click
    answer = client.get(url(file))
    assert answer.content == PAPER
    assert answer["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert signed_in(w.nurse).get(url(file)).status_code == 404
    assert url(file) in client.get(reverse("coordination:referral", args=[one.public_id])).content.decode()
    with as_owner():
        for code in ("coordination.referral.released", "coordination.referral.file"):
            assert Entry.objects.filter(code=code).count() == 1


def test_a_photo_leaves_its_place_and_its_camera_behind() -> None:
    w = world()
    target = io.BytesIO()
    exif = Image.Exif()
    exif[0x010F] = "Appareil de Rosine"
    Image.new("RGB", (40, 30), "blue").save(target, "JPEG", exif=exif)
    sent(w, Upload("plaie.jpg", target.getvalue()))
    kept = store.read(the_file().blob)
    assert b"Rosine" in target.getvalue()
    assert b"Rosine" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("a.pdf", PAPER)] * 4, "3 fichiers au plus"),
        ([("virus.pdf", b"MZ\x90\x00")], "n'est pas accepté"),
        ([("anime.jpg", b"GIF89a....")], "n'est pas accepté"),
        ([("vide.pdf", b"")], "vide"),
        ([("programme.pdf", b"%PDF-1.4\n/JavaScript\n%%EOF")], "programme"),
    ],
)
def test_what_is_not_accepted_is_said_and_nothing_is_sent(files: list[tuple[str, bytes]], said: str) -> None:
    w = world()
    with w.acting("nurse"), pytest.raises(DomainError, match=said):
        sent(w, *(Upload(*one) for one in files))
    with as_owner():
        assert not Referral.objects.exists()


def test_the_antivirus_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_scanners", [lambda content: b"EICAR" not in content])
    w = world()
    with w.acting("nurse"), pytest.raises(DomainError, match="antivirus"):
        sent(w, Upload("a.pdf", PAPER.replace(b"Catalog", b"EICAR")))


def test_the_screen_says_what_is_wrong_beside_the_field_and_keeps_what_was_typed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    w = world()
    client, path = signed_in(w.nurse), reverse("coordination:referral-ask", args=[w.network.slug])
    body = {"motive": MOTIVE, "urgency": "normale", "about_person": "on", "family_name": "Tabo"}
    for files, said in (
        (chosen("a.pdf", "b.pdf", "c.pdf", "d.pdf"), "3 fichiers au plus"),
        (chosen("a.pdf", content=b"MZ"), "accepté"),
    ):
        answer = client.post(path, body | {"fichiers": files})
        html = answer.content.decode()
        assert answer.status_code == 422
        assert said in html
        assert 'href="#id_fichiers"' in html
        assert escape(MOTIVE) in html
        assert "choisissez-les de nouveau" in html
    monkeypatch.setattr(conf.settings, "PEPITES_UPLOAD_MAX", 10)
    assert "20 Mo" in client.post(path, body | {"fichiers": chosen("a.pdf")}).content.decode()
    monkeypatch.setattr(conf.settings, "PEPITES_UPLOAD_MAX", 10_000)
    assert client.post(path, body | {"fichiers": chosen("a.pdf", "b.pdf")}).status_code == 302
    with as_owner():
        assert list(ReferralFile.objects.values_list("name", "rank")) == [("a.pdf", 1), ("b.pdf", 2)]


def test_the_public_form_takes_them_too_once() -> None:
    w = world()
    publish(w.network, **SETTINGS)
    client, path = Client(), reverse("coordination:referral-public", args=[w.network.slug])
    body = PUBLIC | {"cle": str(new_uuid())}
    for _ in range(2):
        assert client.post(path, body | {"fichiers": chosen("lettre.pdf")}).status_code == 200
    with as_owner():
        one = Referral.objects.get()
        assert one.files.count() == 1
    assert held(w, "coordinator", one) == ["lettre.pdf"]
    assert held(w, "nurse", one) == []


def test_sent_elsewhere_they_go_along_in_quarantine_again() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER))
    with as_owner():
        elsewhere = factories.practice()
    with w.acting("coordinator") as actor:
        services.release_files(actor=actor, referral=one)
        services.redirect(
            actor=actor, referral=one, reason="", answer="Voyez avec eux", organization=elsewhere.organization
        )
    with as_owner():
        actor = factories.actor_for(elsewhere)
    with unit_of_work(actor):
        copy = ReferralFile.objects.get()
        assert (copy.name, copy.released_at) == ("lettre.pdf", None)
        assert copy.referral_id != one.pk
    assert held(w, "nurse", one) == []


def test_linked_they_follow_the_person_and_an_opposition_closes_them() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER))
    with w.acting("coordinator") as actor:
        services.link_patient(actor=actor, referral=one, patient=w.patient)
        services.release_files(actor=actor, referral=one)
    assert the_file().patient_id == w.patient.pk
    assert held(w, "coordinator", one) == ["lettre.pdf"]
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE access_networkpatient SET ends_at = now() WHERE patient_id = %s", [w.patient.pk])
    assert held(w, "coordinator", one) == []
    assert signed_in(w.coordinator).get(url(the_file())).status_code == 404


def test_the_file_of_the_person_leads_to_the_demande_and_its_files() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER), Upload("plaie.jpg", jpeg()))
    with w.acting("coordinator") as actor:
        services.link_patient(actor=actor, referral=one, patient=w.patient)
    page = reverse("coordination:pathways", args=[w.patient.public_id])
    html = signed_in(w.coordinator).get(page).content.decode()
    assert reverse("coordination:referral", args=[one.public_id]) in html
    assert "2 fichiers" in html
    with as_owner():
        factories.grant(w.patient, w.outsider)
    assert one.reference not in signed_in(w.outsider).get(page).content.decode()


def test_the_page_asks_the_base_as_often_for_three_files_as_for_one() -> None:
    w = world()
    client = signed_in(w.coordinator)

    def asked(*files: Upload) -> int:
        path = reverse("coordination:referral", args=[sent(w, *files).public_id])
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    paper = Upload("a.pdf", PAPER)
    assert asked(paper) == asked(paper, paper, paper)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.binary(max_size=200), head=st.sampled_from([b"", b"%PDF-1.4\n", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
)
def test_whatever_the_bytes_they_are_kept_or_refused_in_words(content: bytes, head: bytes) -> None:
    said, kinds = [], []
    try:
        kinds = [row["content_type"] for row in keep_files([Upload("x", head + content)])]
    except DomainError as error:
        said = [error.field, error.message[-1]]
    assert said == ["fichiers", "."] or set(kinds) <= {"application/pdf", "image/jpeg"}


def test_the_database_refuses_a_file_added_to_the_demande_of_another_or_let_out_by_its_sender() -> None:
    w = world()
    one = sent(w, Upload("lettre.pdf", PAPER))
    row = {"name": "x.pdf", "content_type": "application/pdf", "size": 1, "sha256": "0" * 64, "blob": "0" * 64}
    with w.acting("outsider"), pytest.raises(DatabaseError), transaction.atomic():
        services.attach(one, [row | {"rank": 2}])
    with w.acting("nurse"), pytest.raises(DatabaseError), transaction.atomic():
        services.attach(one, [row | {"rank": 4}])
    with w.acting("nurse"):
        assert ReferralFile.objects.update(released_at="2026-01-01T00:00:00Z") == 0
    with w.acting("nurse") as actor, pytest.raises(Refused):
        services.release_files(actor=actor, referral=one)


def test_the_nightly_cleaning_leaves_them() -> None:
    w = world()
    sent(w, Upload("lettre.pdf", PAPER))
    blob = the_file().blob
    with as_role("pepites_worker"), unit_of_work(system_actor("documents.remove_orphans")):
        assert blob in ports.names_in_use()
