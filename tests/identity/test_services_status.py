"""Statuses, attributes, documents, corrections: RNIV-1, RNIV-5, §2.1, §2.2, GUY-2, GUY-3."""

import datetime as dt
import itertools
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person, traits

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.enums import Attribute
from pepites.identity.models import Alias, DocumentCheck, DomainIdentity
from pepites.identity.statuses import Event, compatible, next_status
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db

STATUSES = ("PROV", "RECUP", "VALI", "QUAL")
MARKS = ("HOMD", "HOMA", "DOUT", "FICT")


def check(who: Actor, patient: Patient, device: str = "PA", **values: Any) -> DocumentCheck:
    with unit_of_work(who):
        return services.check_document(
            actor=who, identity=DomainIdentity.objects.get(patient=patient), device_code=device, **values
        )


def test_2_2_service_and_table_agree_on_every_status_and_attributes() -> None:
    """Each of the 4 × 16 pairs is accepted or refused by both: the matrix of §2.2."""
    patient = person(actor())
    disagreements = []
    for status, size in itertools.product(STATUSES, range(len(MARKS) + 1)):
        for marks in itertools.combinations(MARKS, size):
            homonyms = [mark for mark in marks if mark.startswith("HOM")]
            if len(homonyms) > 1:
                assert not compatible(status, set(marks))  # the table has one column for the homonym mark
                continue
            values = {
                "status": status,
                "homonym": homonyms[0] if homonyms else "",
                "doubtful": "DOUT" in marks,
                "fictitious": "FICT" in marks,
            }
            try:
                with as_owner(), transaction.atomic():
                    DomainIdentity.objects.filter(patient=patient).update(**values)
                taken = True
            except DatabaseError:
                taken = False
            if taken != compatible(status, set(marks)):
                disagreements.append((status, marks, taken))
    assert disagreements == []


@given(
    st.sampled_from(STATUSES),
    st.lists(st.sampled_from(list(Event)), max_size=8),
    st.frozensets(st.sampled_from(MARKS), max_size=2),
)
def test_2_1_no_history_of_events_leaves_the_four_statuses(
    status: str, events: list[Event], marks: frozenset[str]
) -> None:
    for event in events:
        after = next_status(status, event, marks)
        if marks & {"DOUT", "FICT"} and event in (Event.DOCUMENT_ACCEPTED, Event.INSI_ACCEPTED):
            assert after is None
        status = after or status
        assert status in STATUSES
    assert next_status(status, Event.ATTRIBUTE_SET, marks) == "PROV"


@pytest.mark.parametrize("mark", [Attribute.DOUBTFUL, Attribute.FICTITIOUS])
def test_2_1_doubtful_or_fictitious_brings_back_to_prov(mark: Attribute) -> None:
    nurse = actor()
    patient = person(nurse)
    assert check(nurse, patient).accepted
    assert identity_of(patient).status == "VALI"
    with unit_of_work(nurse):
        services.set_attribute(actor=nurse, identity=identity_of(patient), attribute=mark, reason="essai")
    after = identity_of(patient)
    assert (after.status, after.attributes) == ("PROV", {mark.value})
    assert check(nurse, patient).accepted
    assert identity_of(patient).status == "PROV"


def test_2_2_fictitious_combines_with_nothing() -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse):
        for mark in (Attribute.HOMONYM_DETECTED, Attribute.DOUBTFUL):
            services.set_attribute(actor=nurse, identity=identity_of(patient), attribute=mark, reason="essai")
        with pytest.raises(DomainError):
            services.set_attribute(
                actor=nurse, identity=identity_of(patient), attribute=Attribute.FICTITIOUS, reason="essai"
            )
        services.clear_attribute(
            actor=nurse, identity=identity_of(patient), attribute=Attribute.DOUBTFUL, reason="levé"
        )
    assert identity_of(patient).attributes == {"HOMD"}
    patient.refresh_from_db()


def test_rniv_1_validated_traits_belong_to_the_cell() -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient = person(nurse)
    check(nurse, patient)
    corrected = traits(birth_name="KOUYOULI")
    with pytest.raises(Refused), unit_of_work(nurse):
        services.correct_identity(actor=nurse, identity=identity_of(patient), traits=corrected, reason="x")
    with unit_of_work(nurse), pytest.raises(DatabaseError), transaction.atomic():
        DomainIdentity.objects.filter(patient=patient).update(birth_name="KOUYOULI")
    with unit_of_work(nurse):  # complementary traits stay open
        services.correct_identity(actor=nurse, identity=identity_of(patient), traits=traits(used_name="TABOURNEL"))
    with unit_of_work(cell):
        services.correct_identity(actor=cell, identity=identity_of(patient), traits=corrected, reason="Acte lu")
    assert (identity_of(patient).birth_name, identity_of(patient).status) == ("KOUYOULI", "VALI")


@pytest.mark.parametrize("status", ["RECUP", "QUAL"])
def test_rniv_1_retrieved_traits_are_nobody_s_by_hand(status: str) -> None:
    nurse, cell = actor(), actor(identity_cell=True)
    patient = person(nurse)
    with as_owner():
        DomainIdentity.objects.filter(patient=patient).update(status=status)
    for who in (nurse, cell):
        with pytest.raises(Refused), unit_of_work(who):
            services.correct_identity(actor=who, identity=identity_of(patient), traits=traits(sex="M"), reason="x")
        with unit_of_work(who), pytest.raises(DatabaseError), transaction.atomic():
            DomainIdentity.objects.filter(patient=patient).update(sex="M")


@pytest.mark.parametrize("status", ["RECUP", "VALI", "QUAL"])
def test_2_1_the_table_gives_no_status_without_its_proof(status: str) -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse), pytest.raises(DatabaseError), transaction.atomic():
        DomainIdentity.objects.filter(patient=patient).update(status=status)


def test_2_1_a_paper_alone_never_qualifies_and_no_number_comes_without_an_answer() -> None:
    nurse = actor()
    patient = person(nurse)
    check(nurse, patient)
    one = identity_of(patient)
    with unit_of_work(nurse):
        for status in ("QUAL", "RECUP"):
            with pytest.raises(DatabaseError), transaction.atomic():
                DomainIdentity.objects.filter(patient=patient).update(status=status)
        for source in ("insi", "appcv"):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT identity_store_ins(%s, %s, 'demonstration', '{}', '[]')", [one.pk, source])
    assert identity_of(patient).status == "VALI"


def test_guy_2_former_names_stay_as_alias_and_history() -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse):
        with pytest.raises(DomainError):
            services.correct_identity(actor=nurse, identity=identity_of(patient), traits=traits(birth_name="DOE"))
        services.correct_identity(
            actor=nurse, identity=identity_of(patient), reason="Jugement", judgment=True,
            traits=traits(birth_name="DOE", birth_date=PartialDate(dt.date(1984, 1, 2))),
        )  # fmt: skip
        alias = Alias.objects.get()
        assert (alias.kind, alias.birth_name, alias.birth_date) == ("jugement", "KOUYOURI", dt.date(1985, 7, 14))
        patient.refresh_from_db()
        assert patient.search_text == "DOE MARIE ANGE KOUYOURI"
        with connection.cursor() as cursor:
            cursor.execute("SELECT birth_name FROM identity_domainidentityevent ORDER BY pgh_id")
            assert [name for (name,) in cursor.fetchall()] == ["KOUYOURI", "DOE"]


def test_guy_8_the_same_other_name_twice_is_kept_once() -> None:
    nurse = actor()
    identity = identity_of(person(nurse))
    with unit_of_work(nurse):
        first = services.add_alias(actor=nurse, identity=identity, birth_name="Ti Marie")
        assert services.add_alias(actor=nurse, identity=identity, birth_name="TI MARIE").pk == first.pk
        with pytest.raises(DomainError) as wrong:
            services.add_alias(actor=nurse, identity=identity, birth_name="Marie", given_names="Zoé 2")
    assert wrong.value.field == "alias_given"


def test_aliases_and_history_cannot_be_rewritten() -> None:
    nurse = actor()
    patient = person(nurse)
    with unit_of_work(nurse):
        services.add_alias(actor=nurse, identity=identity_of(patient), birth_name="Ti Marie")
        for sql in (
            "UPDATE identity_alias SET birth_name = 'X'",
            "DELETE FROM identity_alias",
            "UPDATE identity_domainidentityevent SET birth_name = 'X'",
            "DELETE FROM identity_domainidentity",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql)


def test_two_corrections_at_once_conflict() -> None:
    nurse = actor()
    patient = person(nurse)
    before = identity_of(patient)
    with unit_of_work(nurse):
        services.correct_identity(actor=nurse, identity=before, traits=traits(address="Bourg"), version=1)
        with pytest.raises(Conflict):
            services.correct_identity(actor=nurse, identity=before, traits=traits(address="Fleuve"), version=1)


def test_rniv_5_document_check_keeps_who_where_when() -> None:
    nurse = actor()
    patient = person(nurse)
    one = check(nurse, patient, checked_on=dt.date(2026, 1, 5))
    assert (one.device_id, one.operator_id, one.organization_id, one.checked_on) == (
        "PA", nurse.practice_id, nurse.ref.organization_id, dt.date(2026, 1, 5),
    )  # fmt: skip
    with pytest.raises(DomainError), unit_of_work(nurse):
        services.check_document(
            actor=nurse, identity=identity_of(patient), device_code="PA", checked_on=dt.date(2999, 1, 1)
        )


@pytest.mark.parametrize("device", ["CNE", "CONS", "REC", "PC", "CV", "AME", "PHO", "AV", "CIMS"])
def test_guy_3_weak_papers_are_noted_but_never_validate(device: str) -> None:
    nurse = actor()
    patient = person(nurse)
    one = check(nurse, patient, device)
    assert not one.accepted
    assert one.refusal
    assert identity_of(patient).status == "PROV"
    with unit_of_work(nurse), pytest.raises(DatabaseError), transaction.atomic():
        DocumentCheck.objects.update(accepted=True)


@pytest.mark.parametrize(
    ("device", "born", "extra", "accepted"),
    [
        ("CC", dt.date(2016, 5, 5), {}, True),
        ("CC", dt.date(1985, 7, 14), {}, False),
        ("LEP", dt.date(2016, 5, 5), {}, False),
        ("LEP", dt.date(2016, 5, 5), {"companion_code": "PA"}, True),
        ("LEP", dt.date(2016, 5, 5), {"companion_code": "CNE"}, False),
        ("LEP", dt.date(2016, 5, 5), {"companion_code": "LEP"}, False),
        ("AN", dt.date(1985, 7, 14), {"companion_code": "PA"}, False),
        ("ANCV", dt.date(1940, 7, 14), {}, False),
        ("ANCV", dt.date(1940, 7, 14), {"nursing_home": True}, True),
        ("CN", dt.date(1940, 7, 14), {}, True),
    ],
)
def test_2_3_devices_hold_for_their_population(
    device: str, born: dt.date, extra: dict[str, Any], accepted: bool
) -> None:
    nurse = actor()
    patient = person(nurse, birth_date=PartialDate(born))
    assert check(nurse, patient, device, **extra).accepted is accepted
    assert identity_of(patient).status == ("VALI" if accepted else "PROV")


def test_2_1_revoked_document_brings_back_to_prov_unless_another_holds() -> None:
    nurse = actor()
    patient = person(nurse)
    first, second = check(nurse, patient), check(nurse, patient, "CS")
    with unit_of_work(nurse):
        services.revoke_document(actor=nurse, check=first, reason="Faux")
        assert identity_of(patient).status == "VALI"
        services.revoke_document(actor=nurse, check=second, reason="Périmé")
    assert identity_of(patient).status == "PROV"


def test_level_1_writes_nothing_in_service_nor_table() -> None:
    patient = person(actor())
    reader = actor()
    with as_owner():
        factories.grant(patient, factories.PractitionerRole.objects.get(pk=reader.practice_id), level=1)
    with pytest.raises(Refused), unit_of_work(reader):
        services.add_phone(actor=reader, identity=identity_of(patient), number="0694 11 22 33")
    with unit_of_work(reader):
        assert DomainIdentity.objects.filter(patient=patient).exists()
        assert DomainIdentity.objects.filter(patient=patient).update(address="x") == 0
