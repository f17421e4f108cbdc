"""Search before creation, creation, likely doubles."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError
from tests import factories
from tests.conftest import as_owner
from tests.identity.identity_factories import BORN, actor, identity_of, person, searched, traits

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.errors import DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.enums import Attribute
from pepites.identity.models import DomainIdentity, DoubleCandidate, SearchTrace
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def test_creation_keeps_strict_traits_and_summary() -> None:
    nurse = actor()
    search = searched(nurse)
    wanted = traits(birth_name=" Kouyouri–Dœ ", given_names="Marie-Ange  Élise", used_name="Tabournel")
    with unit_of_work(nurse):
        patient = services.create_identity(
            actor=nurse, traits=wanted, search_id=search, phones=["0694 12 34 56"], commune_cog="97302"
        )
        assert Patient.objects.get() == patient
        identity = DomainIdentity.objects.get(patient=patient)
    assert (identity.birth_name, identity.birth_name_typed) == ("KOUYOURI-DOE", "Kouyouri–Dœ")
    assert (identity.first_given_name, identity.given_names) == ("MARIE-ANGE", "MARIE-ANGE ELISE")
    assert identity.status == "PROV"
    assert patient.sort_key == "kouyouri doe marie ange"
    assert patient.search_text == "KOUYOURI DOE TABOURNEL MARIE ANGE ELISE"
    assert patient.phone_keys == "94123456"
    assert (patient.birth_date, patient.identity_status, patient.commune_cog) == (BORN, "PROV", "97302")


def test_rniv_9_no_creation_without_search_of_that_date() -> None:
    nurse, other = actor(), actor()
    born_another_day = searched(nurse, dt.date(1985, 7, 15))
    of_someone_else = searched(other)
    for proof in (born_another_day, of_someone_else, new_uuid()):
        with pytest.raises(Refused), unit_of_work(nurse):
            services.create_identity(actor=nurse, traits=traits(), search_id=proof, matched=True)
    with as_owner():
        assert not Patient.objects.exists()


def test_rniv_9_search_is_too_old_after_30_minutes() -> None:
    nurse = actor()
    search = searched(nurse)
    with as_owner():
        SearchTrace.objects.update(created_at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    with pytest.raises(Refused), unit_of_work(nurse):
        services.create_identity(actor=nurse, traits=traits(), search_id=search)


def test_rniv_9_the_database_itself_refuses_creation_without_search() -> None:
    nurse = actor()
    with unit_of_work(nurse):
        for call in (
            "SELECT identity_create_patient(NULL, '1985-07-14', gen_random_uuid(), 'GF0', NULL)",
            "SELECT identity_create_patient(gen_random_uuid(), '1985-07-14', gen_random_uuid(), 'GF0', NULL)",
            "SELECT access_create_patient(gen_random_uuid(), 'GF0', NULL)",
            "INSERT INTO patients_patient (public_id) VALUES (gen_random_uuid())",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(call)


def test_import_creates_without_search_for_who_runs_a_network_only() -> None:
    with as_owner():
        network = factories.network()
    case_manager, nurse = actor(coordinates=network), actor()
    with unit_of_work(case_manager):
        patient = services.create_identity(
            actor=case_manager, traits=traits(), search_id=None, grant_hours=1, aliases=()
        )
        assert Patient.objects.filter(pk=patient.pk).exists()
    with pytest.raises(Refused), unit_of_work(nurse):
        services.create_identity(actor=nurse, traits=traits(), search_id=None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"birth_name": "KOUYOURI 2"}, "birth_name"),
        ({"birth_name": "-KOUYOURI"}, "birth_name"),
        ({"given_names": "MARIE--ANGE"}, "given_names"),
        ({"given_names": "JEAN CHRISTOPHE", "first_given_name": "CHRISTOPHE"}, "first_given_name"),
        ({"sex": ""}, "sex"),
        ({"birth_place_cog": "973"}, "birth_place"),
    ],
)
def test_ins_10_11_16_traits_are_refused_with_their_field(change: dict[str, str], field: str) -> None:
    nurse = actor()
    search = searched(nurse)
    with unit_of_work(nurse), pytest.raises(DomainError) as refused:
        services.create_identity(actor=nurse, traits=traits(**change), search_id=search)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("column", "value"),
    [("birth_name", "Kouyouri"), ("given_names", "M4RIE"), ("birth_place_cog", "973"), ("sex", "X"), ("status", "?")],
)
def test_ins_11_16_the_table_refuses_what_is_not_strict(column: str, value: str) -> None:
    patient = person(actor())
    with as_owner(), pytest.raises(DatabaseError), transaction.atomic():
        DomainIdentity.objects.filter(patient=patient).update(**{column: value})


def test_ins_14_partial_date_is_stored_full_and_marked() -> None:
    nurse = actor()
    patient = person(nurse, birth_date=PartialDate.of_year(1954))
    assert (patient.birth_date, patient.birth_date_interpreted) == (dt.date(1954, 12, 31), True)
    assert identity_of(patient).birth_date_precision == "ANNEE"


def test_likely_double_warns_then_lets_go_with_a_reason() -> None:
    first, second = actor(), actor()
    known = person(first, phones=["0694 00 00 01"])
    search = searched(second)
    with unit_of_work(second):
        with pytest.raises(services.LikelyDoubles) as warned:
            services.create_identity(actor=second, traits=traits(birth_name="KOUYOURY"), search_id=search)
        assert [one.public_id for one in warned.value.candidates] == [known.public_id]
        assert not warned.value.candidates[0].visible
        created = services.create_identity(
            actor=second,
            traits=traits(birth_name="KOUYOURY"),
            search_id=search,
            phones=["0694 99 99 99"],
            not_same_reason="Deux cousines, vues ensemble",
            seen=[known.public_id],
        )
    assert created.identity_flags == "HOMD"
    assert identity_of(known).homonym == "HOMD"
    with as_owner():
        card = DoubleCandidate.objects.get()
        assert {card.patient_id, card.other_id} == {known.pk, created.pk}
        assert card.comment == "Deux cousines, vues ensemble"
        assert Entry.objects.filter(code="identity.doubles.shown", subject_ids__contains=[known.pk]).exists()


def test_a_double_not_yet_seen_is_shown_even_with_a_reason() -> None:
    first, second = actor(), actor()
    person(first)
    search = searched(second)
    with unit_of_work(second), pytest.raises(services.LikelyDoubles):
        services.create_identity(
            actor=second, traits=traits(), search_id=search, not_same_reason="pas la même", seen=[]
        )


def test_fictitious_identity_is_never_a_candidate() -> None:
    first, second = actor(), actor()
    known = person(first)
    with unit_of_work(first):
        services.set_attribute(
            actor=first,
            identity=DomainIdentity.objects.get(patient=known),
            attribute=Attribute.FICTITIOUS,
            reason="formation",
        )
    search = searched(second)
    with unit_of_work(second):
        services.create_identity(actor=second, traits=traits(), search_id=search)
