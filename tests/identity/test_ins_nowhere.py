"""Criteria 5.7-2 and 5.7-3: no matricule of an identity that is not QUAL anywhere; forbidden pairs refused twice."""

import datetime as dt
import itertools
import json
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person, traits
from tests.identity.insi_factories import MATRICULE, accept, answered, ask, checked, number, numbers_of, qualified
from tests.identity.test_views import signed_in

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, Refused
from pepites.identity import services
from pepites.identity.blocks import hashed_keys
from pepites.identity.bulk.matching import line_key
from pepites.identity.dates import PartialDate
from pepites.identity.enums import Attribute
from pepites.identity.ins import OID_DEMO, InsNumber
from pepites.identity.models import DomainIdentity, Ins, InsiCall
from pepites.identity.selectors import band, identity_band
from pepites.identity.selectors.insi import active_ins
from pepites.identity.selectors.stored import traits_of
from pepites.identity.written import written
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db
EVENTS = ("paper", "insi", "revoke", "withdraw", "doubt", "clear", "verify_ko", "verify_ok")


def _written(text: str) -> bool:
    """Whether the number is there, with or without its spaces."""
    return MATRICULE[:13] in text.replace(" ", "").replace(" ", "")


def _do(event: str, nurse: Actor, cell: Actor, patient: Patient, plug: Any) -> None:
    one = identity_of(patient)
    if event == "paper":
        checked(nurse, patient)
    elif event == "insi":
        plug(answered())
        accept(nurse, ask(nurse, patient))
    elif event == "revoke":
        with unit_of_work(nurse):
            for check in one.document_checks.filter(accepted=True, revoked_at=None):
                services.revoke_document(actor=nurse, check=check, reason="essai")
    elif event == "withdraw":
        with unit_of_work(cell):
            services.withdraw_ins(actor=cell, identity=one, reason="essai")
    elif event in ("doubt", "clear"):
        act = services.set_attribute if event == "doubt" else services.clear_attribute
        with unit_of_work(nurse):
            act(actor=nurse, identity=one, attribute=Attribute.DOUBTFUL, reason="essai")
    else:
        plug("01" if event == "verify_ko" else "00")
        with unit_of_work(nurse):
            services.verify_ins(actor=nurse, identity=one)


def _pages(nurse: Actor, cell: Actor, patient: Patient) -> str:
    """Every page where this identity shows: its own, its answers, its label, the searches, the worklist."""
    said = []
    with as_owner():
        calls = list(InsiCall.objects.filter(patient=patient).values_list("public_id", flat=True))[-3:]
    base = f"/personnes/{patient.public_id}/identite/"
    for who in (nurse, cell):
        client = signed_in(who)
        addresses = [base, f"{base}etiquette/", f"{base}corriger/", f"{base}piece/"]
        addresses += [f"{base}insi/{call}/" for call in calls]
        said += [client.get(address, follow=True).content.decode() for address in addresses]
        said.append(client.post("/personnes/rechercher/", {"number": MATRICULE}).content.decode())
        said.append(client.get(f"/dossiers/{patient.public_id}/", follow=True).content.decode())
    said.append(signed_in(cell).get("/identite/insi/").content.decode())
    return "\n".join(said).replace(f'value="{MATRICULE}"', "")  # what was typed stays in its own field


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@example(history=["insi"])
@example(history=["paper", "insi"])
@example(history=["paper", "insi", "withdraw"])
@example(history=["insi", "paper", "doubt"])
@given(history=st.lists(st.sampled_from(EVENTS), min_size=1, max_size=5))
def test_5_7_2_no_page_label_log_or_export_shows_a_number_that_is_not_qualified(
    history: list[str], plug: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the history of events: the number shows if and only if the identity is QUAL at the end."""
    nurse, cell = actor(), actor(identity_cell=True)
    patient = person(nurse)
    for event in history:
        try:
            _do(event, nurse, cell, patient, plug)
        except (DomainError, Refused):
            continue
    status = identity_of(patient).status
    held = [matricule for matricule, active in numbers_of(patient) if active]
    assert bool(held) is (status in ("RECUP", "QUAL"))
    plug("00")
    pages = _pages(nurse, cell, patient)
    assert _written(pages) is (status == "QUAL"), status
    with unit_of_work(nurse):
        patient.refresh_from_db()
        shown = [band(patient).ins, identity_band(identity_of(patient)).ins, str(active_ins(identity_of(patient)))]
        readable = list(Ins.objects.values_list("matricule", flat=True))
        calls = json.dumps(list(InsiCall.objects.values()), default=str)
    assert bool(shown[0]) is bool(shown[1]) is bool(readable) is (status == "QUAL")
    assert not _written(calls)
    with as_owner():
        journal = json.dumps(list(Entry.objects.values()), default=str)
        tables = json.dumps(list(DomainIdentity.objects.values()), default=str)
    assert not _written(journal)
    assert not _written(tables)
    assert not _written(caplog.text)


@pytest.mark.parametrize("status", ["PROV", "VALI", "RECUP"])
def test_2_6_1_the_base_itself_gives_no_number_but_of_a_qualified_identity(status: str, plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        assert Ins.objects.count() == 1
    with as_owner():
        DomainIdentity.objects.filter(patient=patient).update(status=status)
    with unit_of_work(nurse):
        assert not Ins.objects.exists()


def test_ins_5_a_purely_social_body_and_an_outsider_read_no_number(plug: Any) -> None:
    nurse, stranger = actor(), actor()
    with as_owner():
        body = factories.organization(kind="social")
        place = factories.practice(category="social", organization=body)
        social = factories.actor_for(place)
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with as_owner():
        factories.grant(patient, place, level=2)
    for who in (social, stranger):
        with unit_of_work(who):
            assert not Ins.objects.exists()
    with unit_of_work(social):
        assert band(Patient.objects.get(pk=patient.pk)).ins == ""
    with unit_of_work(nurse):
        assert band(Patient.objects.get(pk=patient.pk)).ins == "2 85 07 97302 001 75"


# --- 5.7-3: forbidden pairs, by the service and by the base ---------------------------------------------------------

PAIRS = [
    *itertools.product(("RECUP", "VALI", "QUAL"), ("DOUT",)),
    *itertools.product(("RECUP", "VALI", "QUAL"), ("FICT",)),
    *itertools.product(("PROV", "RECUP", "VALI", "QUAL"), ("FICT+HOMD", "FICT+HOMA", "FICT+DOUT")),
]
COLUMNS = {"DOUT": "doubtful", "FICT": "fictitious"}


def _reach(status: str, nurse: Actor, patient: Patient, plug: Any) -> None:
    if status in ("VALI", "QUAL"):
        checked(nurse, patient)
    if status in ("RECUP", "QUAL"):
        plug(answered())
        accept(nurse, ask(nurse, patient))
    assert identity_of(patient).status == status


@pytest.mark.parametrize(("status", "marks"), PAIRS)
def test_5_7_3_the_base_refuses_each_forbidden_pair(status: str, marks: str, plug: Any) -> None:
    patient = person(actor())
    values: dict[str, Any] = {"status": status}
    for mark in marks.split("+"):
        values |= {COLUMNS[mark]: True} if mark in COLUMNS else {"homonym": mark}
    with pytest.raises(DatabaseError), as_owner(), transaction.atomic():
        DomainIdentity.objects.filter(patient=patient).update(**values)


@pytest.mark.parametrize(("status", "marks"), PAIRS)
def test_5_7_3_no_service_ever_makes_a_forbidden_pair(status: str, marks: str, plug: Any) -> None:
    """Status first, then the marks: the status falls, or the mark is refused. Never both."""
    nurse = actor()
    patient = person(nurse)
    _reach(status, nurse, patient, plug)
    asked = set(marks.split("+"))
    for mark in sorted(asked):
        try:
            with unit_of_work(nurse):
                services.set_attribute(
                    actor=nurse, identity=identity_of(patient), attribute=Attribute(mark), reason="essai"
                )
        except DomainError:
            continue
    one = identity_of(patient)
    assert not (one.status == status != "PROV" and asked & one.attributes & {"DOUT", "FICT"})
    assert not asked <= one.attributes or len(asked) == 1
    if one.attributes & {"DOUT", "FICT"}:
        assert one.status == "PROV"
        assert [active for _, active in numbers_of(patient) if active] == []


@pytest.mark.parametrize("mark", ["DOUT", "FICT"])
def test_5_7_3_the_mark_first_then_the_status_is_refused_too(mark: str, plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    plug(answered())
    call = ask(nurse, patient)
    with unit_of_work(nurse):
        services.set_attribute(actor=nurse, identity=identity_of(patient), attribute=Attribute(mark), reason="essai")
    with pytest.raises(DomainError):
        accept(nurse, call)
    assert identity_of(patient).status == "PROV"


@pytest.mark.parametrize("status", ["PROV", "VALI"])
def test_2_1_the_base_refuses_an_active_number_under_prov_or_vali(status: str, plug: Any) -> None:
    """Both ways: no active number may come under PROV or VALI, and going there empties the slot."""
    nurse = actor()
    patient = person(nurse)
    _reach(status, nurse, patient, plug)
    held = number()
    with pytest.raises(DatabaseError), as_owner(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO identity_ins (public_id, patient_id, identity_id, oid, matricule, fingerprint, active, source,"
            " environment) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, true, 'insi', 'demonstration')",
            [patient.pk, identity_of(patient).pk, held.oid, held.matricule, "0" * 64],
        )


def test_2_6_5_no_hand_writes_a_number(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(nurse):
        for sql in (
            "UPDATE identity_ins SET matricule = '1'",
            "DELETE FROM identity_ins",
            "INSERT INTO identity_ins (public_id, patient_id) VALUES (gen_random_uuid(), 1)",
            f"SELECT identity_store_ins({identity_of(patient).pk + 1000}, 'insi', 'demonstration', '{{}}', '[]')",
            f"SELECT identity_store_ins({identity_of(patient).pk}, 'clavier', 'demonstration', '{{}}', '[]')",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def test_rniv_7_the_blocking_key_of_a_number_is_an_hmac(plug: Any, settings: Any) -> None:
    """Without the instance's secret nobody tries the numbers of a month of birth against the table."""
    number = f"{OID_DEMO}|{MATRICULE}"
    one = written(traits_of(identity_of(person(actor()))))
    ours = set(hashed_keys(one, [number]))
    settings.PEPITES_IDENTITY_KEY = "un autre secret"
    assert len(ours - set(hashed_keys(one, [number]))) == 1
    settings.PEPITES_IDENTITY_KEY = settings.PEPITES_IDENTITY_KEY
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    theirs = set(hashed_keys(one, [number]))
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM identity_identityblock WHERE patient_id = %s", [patient.pk])
        stored = {key for (key,) in cursor.fetchall()}
    number_key = theirs - set(hashed_keys(one))
    assert number_key <= stored
    with unit_of_work(nurse):  # rebuilding the other keys keeps it
        services.add_alias(actor=nurse, identity=identity_of(patient), birth_name="AUTRE")
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT key FROM identity_identityblock WHERE patient_id = %s", [patient.pk])
        assert number_key <= {key for (key,) in cursor.fetchall()}


def test_ins_1_a_number_imported_without_its_authority_still_meets_the_person(plug: Any) -> None:
    nurse = actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    _, keys, _ = line_key(
        traits(birth_name="TOUT", given_names="AUTRE", birth_date=PartialDate(dt.date(1960, 2, 3))), ins=MATRICULE
    )
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("SELECT patient_id FROM identity_identityblock WHERE key = ANY(%s)", [list(keys)])
        assert patient.pk in {key for (key,) in cursor.fetchall()}


def test_rniv_11_a_complete_number_finds_the_person_even_a_former_one(plug: Any) -> None:
    nurse, cell, other = actor(), actor(identity_cell=True), actor()
    patient = person(nurse)
    qualified(nurse, patient, plug)
    with unit_of_work(cell):
        services.withdraw_ins(actor=cell, identity=identity_of(patient), reason="essai")
    with unit_of_work(other):
        found = services.search_by_ins(actor=other, number=InsNumber(OID_DEMO, MATRICULE)).found
        assert [one.patient_id for one in found] == [patient.pk]
        assert not services.search_by_ins(actor=other, number=number()).found
