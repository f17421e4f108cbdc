"""The *file active* in SQL: the functions that pass over the policies give nothing that the policies would not."""

import pytest
from django.db import connection
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, follow, world

from pepites.common.clock import today
from pepites.coordination import services
from pepites.coordination.models import Pathway
from pepites.coordination.selectors.file_active import Found, ListFilters, find_patients
from pepites.coordination.selectors.query import parse_query
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def listed(w: World, name: str, **filters: object) -> Found:
    with w.acting(name) as actor:
        return find_patients(actor, ListFilters(**filters), today(), {})  # type: ignore[arg-type]


def search(w: World, text: str, name: str = "coordinator") -> list[int]:
    return listed(w, name, query=parse_query(text)).ids


def test_outsider_gets_nothing_from_the_functions_whatever_networks_they_name() -> None:
    w = world()
    everything = [[w.network.pk], ["actif", "suspendu", "clos"], [], "", None, None, None]
    with w.acting("outsider"), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM coordination_search(%s,%s,%s,%s,%s,%s,%s,'sort_key',false,100)", everything
        )
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT coordination_count(%s,%s,%s,%s,%s,%s,%s,100)", everything)
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM coordination_rows(%s, %s)", [[w.patient.pk], today()])
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT coordination_touch(%s, 'Visite')", [w.patient.pk])
    with as_owner():
        assert not hasattr(Patient.objects.get(pk=w.patient.pk), "activity")


def test_a_person_reserved_to_one_structure_is_not_listed_to_another() -> None:
    w = world()
    with as_owner():
        Pathway.objects.update(organization=w.outsider.organization)
        w.patient.enrolments.update(organization=w.outsider.organization)
    assert listed(w, "coordinator").ids == []
    with w.acting("coordinator"):
        assert not Pathway.objects.exists()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM coordination_rows(%s, %s)", [[w.patient.pk], today()])
            assert cursor.fetchone()[0] == 0


def test_pending_member_does_not_find_the_person_in_the_list() -> None:
    w = world()
    with w.acting("coordinator") as actor:
        services.invite_member(actor=actor, patient_id=w.patient.pk, practice_id=w.nurse.pk, role="infirmier", level=3)
    assert listed(w, "nurse").ids == []


def test_search_by_name_birth_phone_and_regional_number() -> None:
    w = world(
        birth_name="D'ALMEIDA", first_given_name="ELOISE", sort_key="d almeida eloise",
        search_text="D'ALMEIDA ELOISE", phone_keys="94123456", birth_date="1954-12-31",
    )  # fmt: skip
    with as_owner():
        follow(w.network, factories.patient(birth_date="1960-01-01"))
    one = [w.patient.pk]
    for text in ("éloïse", "LMEID", "d'almeida eloise", "31/12/1954", "1954", "almeida 1954", "0694 12 34 56"):
        assert search(w, text) == one, text
    assert search(w, w.patient.regional_id) == one
    assert search(w, "almeida 1960") == []
    assert len(search(w, "%")) == 2  # a pattern character is no pattern


def test_member_finds_by_the_same_words_only_own_persons() -> None:
    w = world(search_text="TABOUROT EMILE", birth_name="TABOUROT")
    with as_owner():
        factories.grant(w.patient, w.nurse, level=2)
        follow(w.network, factories.patient(search_text="TABOUROT JEAN"))
    assert search(w, "tabourot", "nurse") == [w.patient.pk]
    assert listed(w, "nurse", network=w.network.pk).total == 1
    assert listed(w, "nurse", status="clos").ids == []


def test_order_pages_and_total_over_both_ways_in_without_doubles() -> None:
    w = world(sort_key="m")
    with as_owner():
        for letter in "zatb":
            follow(w.network, factories.patient(sort_key=letter))
        created = factories.patient(sort_key="c")
        factories.grant(created, w.coordinator, basis="creation")
        factories.grant(w.patient, w.coordinator)
    with as_owner():
        names = dict(Patient.objects.values_list("pk", "sort_key"))
    found = listed(w, "coordinator", size=4)
    assert ([names[key] for key in found.ids], found.total) == (["a", "b", "c", "m"], 6)
    assert [names[key] for key in listed(w, "coordinator", size=4, page=2).ids] == ["t", "z"]
    assert [names[key] for key in listed(w, "coordinator", descending=True).ids] == ["z", "t", "m", "c", "b", "a"]


def test_a_person_of_two_networks_comes_once() -> None:
    w = world(sort_key="b")
    with as_owner():
        other = factories.network()
        factories.membership(other, w.coordinator)
        follow(other, w.patient)
        for letter in "ac":
            follow(other, factories.patient(sort_key=letter))
        names = dict(Patient.objects.values_list("pk", "sort_key"))
    found = listed(w, "coordinator", size=2)
    assert ([names[key] for key in found.ids], found.total) == (["a", "b"], 3)
    assert [names[key] for key in listed(w, "coordinator", size=2, page=2).ids] == ["c"]


def test_pathway_copies_follow_the_person_whoever_writes() -> None:
    w = world()
    with as_owner():
        Patient.objects.filter(pk=w.patient.pk).update(sort_key="nouveau", birth_date="1970-02-03", commune_cog="97353")
        pathway = Pathway.objects.get()
        assert (pathway.sort_key, str(pathway.birth_date), pathway.commune_cog) == ("nouveau", "1970-02-03", "97353")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM coordination_pathwayevent")
            assert cursor.fetchone()[0] == 1  # a copy is no history of the pathway


def test_late_filter() -> None:
    w = world()
    assert listed(w, "coordinator", late=True).ids == []
    with w.acting("coordinator") as actor:
        services.create_task(
            actor=actor, patient_id=w.patient.pk, title="Peser", due_on=today().replace(year=2024, day=1)
        )
    assert listed(w, "coordinator", late=True).ids == [w.patient.pk]
