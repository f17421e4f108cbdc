"""Merge and unmerge of two files of one person (RNIV-13): who may, what follows, what comes back."""

from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import F
from tests import factories
from tests.conftest import as_owner
from tests.identity import identity_factories as known

from pepites.access import services as access
from pepites.access.models import AccessGrant, NetworkPatient
from pepites.access.selectors import level_on, patient_for
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.coordination import services as work
from pepites.coordination.enums import NoteType
from pepites.coordination.models import LiaisonNote, Pathway, Task
from pepites.coordination.selectors import around, fil
from pepites.coordination.selectors.file_active import ListFilters, find_patients
from pepites.identity import services
from pepites.identity.enums import IncidentKind, MergeState, RowDecision
from pepites.identity.models import DomainIdentity, Incident, Merge, NotSame, RowToSort
from pepites.patients.models import Patient
from pepites.regional.models import Link, NonLink, RegionalRecord

pytestmark = pytest.mark.django_db


def cell() -> Actor:
    return known.actor(identity_cell=True)


def two(who: Actor, **values: str) -> tuple[Patient, Patient]:
    """Two files that two nurses could have opened for one person."""
    return known.person(who), known.person(who, **({"given_names": "MARIE ANGELE"} | values))


def merged(who: Actor, one: Patient, other: Patient) -> Merge:
    with unit_of_work(who):
        merge_id, _ = services.ask_merge(
            actor=who, one=one.public_id, two=other.public_id, reason="même personne, vue au guichet"
        )
    with as_owner():
        return Merge.objects.get(public_id=merge_id)


def undone(who: Actor, merge: Merge) -> int:
    with unit_of_work(who):
        return services.undo_merge(actor=who, merge_id=merge.public_id, reason="ce sont deux sœurs")


def raised(patient: Patient, status: str) -> None:
    """The status a document and INSi would have given."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_domainidentity SET status = %s WHERE patient_id = %s", [status, patient.pk])


def test_only_the_cell_merges() -> None:
    nurse = known.actor()
    one, other = two(nurse)
    with pytest.raises(Refused), unit_of_work(nurse):
        services.ask_merge(actor=nurse, one=one.public_id, two=other.public_id, reason="même personne")
    with pytest.raises(Exception, match="role_missing"), unit_of_work(nurse), connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM identity_ask_merge(%s, %s, %s, 'même', ARRAY[]::text[])",
            [uuid4(), one.public_id, other.public_id],
        )


def test_two_provisional_files_are_merged_at_once_the_oldest_stays() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    merge = merged(who, other, one)
    assert (merge.state, merge.survivor_id, merge.patient_id) == (MergeState.DONE, one.pk, other.pk)
    with as_owner():
        other.refresh_from_db()
        one.refresh_from_db()
        assert (other.survivor_id, other.active, other.identity_flags) == (one.pk, False, "HOMD,DESA")
        assert (one.survivor_id, one.active) == (None, True)


def test_the_higher_status_stays_and_a_second_reader_decides() -> None:
    nurse, first, second = known.actor(), cell(), cell()
    one, other = two(nurse)
    raised(other, "VALI")
    merge = merged(first, one, other)
    assert (merge.state, merge.survivor_id) == (MergeState.ASKED, other.pk)
    with pytest.raises(Conflict, match="un autre membre"), unit_of_work(first):
        services.decide_merge(actor=first, merge_id=merge.public_id, accept=True)
    with unit_of_work(second):
        services.decide_merge(actor=second, merge_id=merge.public_id, accept=True)
    with as_owner():
        assert Patient.objects.get(pk=one.pk).survivor_id == other.pk
    with pytest.raises(Conflict, match="déjà été décidée"), unit_of_work(second):
        services.decide_merge(actor=second, merge_id=merge.public_id, accept=True)


def test_the_same_person_in_another_place_is_no_second_reader() -> None:
    nurse, first = known.actor(), cell()
    one, other = two(nurse)
    raised(one, "QUAL")
    merge = merged(first, one, other)
    with as_owner():
        professional = factories.PractitionerRole.objects.get(pk=first.practice_id).professional
        elsewhere = factories.actor_for(factories.practice(professional=professional, identity_cell=True))
    with pytest.raises(Conflict, match="un autre membre"), unit_of_work(elsewhere):
        services.decide_merge(actor=elsewhere, merge_id=merge.public_id, accept=True)


def test_a_second_reader_refuses_with_a_reason() -> None:
    nurse, first, second = known.actor(), cell(), cell()
    one, other = two(nurse)
    raised(one, "VALI")
    merge = merged(first, one, other)
    with pytest.raises(DomainError), unit_of_work(second):
        services.decide_merge(actor=second, merge_id=merge.public_id, accept=False, reason=" ")
    with unit_of_work(second):
        services.decide_merge(actor=second, merge_id=merge.public_id, accept=False, reason="deux sœurs")
    with as_owner():
        assert Merge.objects.get(pk=merge.pk).state == MergeState.REFUSED
        assert Patient.objects.get(pk=other.pk).survivor_id is None


def test_what_forbids_a_merge_is_said() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with as_owner():
        NotSame.objects.create(patient_id=min(one.pk, other.pk), other_id=max(one.pk, other.pk), reason="deux sœurs")
    with pytest.raises(Conflict, match="deux personnes"):
        merged(who, one, other)
    with as_owner():
        NotSame.objects.update(lifted_at=now())
    with unit_of_work(nurse):
        access.record_opposition(actor=nurse, patient_id=one.pk, practice_id=who.practice_id)
    with pytest.raises(Conflict, match="opposition"):
        merged(who, one, other)
    with unit_of_work(nurse):
        access.record_opposition(actor=nurse, patient_id=other.pk, practice_id=who.practice_id)
    assert merged(who, one, other).state == MergeState.DONE
    with pytest.raises(Conflict, match="n'en font déjà qu'un"):
        merged(who, one, other)


@pytest.mark.parametrize(
    ("column", "words"), [("fictitious", "fictive"), ("hidden", "fictive"), ("doubtful", "douteuse")]
)
def test_attributes_forbid_a_merge(column: str, words: str) -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE identity_domainidentity SET {column} = true, homonym = '' WHERE patient_id = %s",
            [other.pk],
        )
    with pytest.raises(Conflict, match=words):
        merged(who, one, other)


def test_two_active_ins_forbid_a_merge() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    for patient, letter in ((one, "1"), (other, "2")):
        raised(patient, "QUAL")
        with as_owner(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO identity_ins (public_id, patient_id, identity_id, oid, matricule, fingerprint, active,"
                " source, environment) SELECT gen_random_uuid(), patient_id, id, '1.2.250.1.213.1.4.8', %s, %s, true,"
                " 'insi', 'qualification' FROM identity_domainidentity WHERE patient_id = %s",
                [letter * 15, letter * 64, patient.pk],
            )
    with pytest.raises(Conflict, match="INS actif"):
        merged(who, one, other)


def test_who_saw_either_file_sees_one() -> None:
    """Grants of both count for the set, and end with the merge; an absorbed file's address leads to the survivor."""
    left, right, who = known.actor(), known.actor(), cell()
    one, other = known.person(left), known.person(right, given_names="MARIE ANGELE")
    with unit_of_work(left):
        assert level_on(other.pk) == 0
    merge = merged(who, one, other)
    for actor in (left, right):
        with unit_of_work(actor):
            assert (level_on(one.pk), level_on(other.pk)) == (3, 3)
            assert patient_for(actor, other.public_id).pk == one.pk
    assert undone(who, merge) == 0
    for actor, own, not_own in ((left, one, other), (right, other, one)):
        with unit_of_work(actor):
            assert (level_on(own.pk), level_on(not_own.pk)) == (3, 0)
            assert patient_for(actor, own.public_id).pk == own.pk
    with as_owner():
        assert not AccessGrant.objects.filter(merged=True, ends_at=None).exists()


def test_a_right_given_or_ended_while_merged_follows() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    guest = known.actor()
    assert guest.practice_id is not None
    merged(who, one, other)
    with unit_of_work(nurse):
        access.offer_access(
            actor=nurse, patient_id=one.pk, practice_id=guest.practice_id, level=3, regime=access.Regime.TEAM
        )
    with unit_of_work(guest):
        assert level_on(other.pk) == 1
        access.accept_access(actor=guest, patient_id=one.pk)
        assert (level_on(one.pk), level_on(other.pk)) == (3, 3)
    with unit_of_work(nurse):
        access.end_access(actor=nurse, patient_id=one.pk, practice_id=guest.practice_id)
    with unit_of_work(guest):
        assert (level_on(one.pk), level_on(other.pk)) == (0, 0)


def test_an_opposition_while_merged_closes_every_file() -> None:
    left, right, who = known.actor(), known.actor(), cell()
    one, other = known.person(left), known.person(right, given_names="MARIE ANGELE")
    merged(who, one, other)
    with unit_of_work(left):
        access.record_opposition(actor=left, patient_id=one.pk, practice_id=right.practice_id)
    with unit_of_work(right):
        assert (level_on(one.pk), level_on(other.pk)) == (0, 0)


def test_bris_de_glace_is_copied_as_one() -> None:
    """A right of four hours on one file is one of four hours on the other, and lets nobody change who reads it."""
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    merged(who, one, other)
    stranger = known.actor()
    with unit_of_work(stranger):
        access.break_glass(
            actor=stranger, patient_id=one.pk, motive=access.EmergencyMotive.VITAL, explanation="Chute, seule chez elle"
        )
        assert level_on(other.pk) == 3
        assert access.call("x", other.pk, "SELECT access_standing_level(%s)", [other.pk]) == 0


def test_networks_of_both_show_the_person_once() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with as_owner():
        networks = [factories.network(), factories.network()]
    coordinators = [known.actor(coordinates=network) for network in networks]
    for coordinator, network, patient in zip(coordinators, networks, (one, other), strict=True):
        with unit_of_work(coordinator):
            access.enrol_in_network(actor=coordinator, patient_id=patient.pk, network_id=network.pk)
            work.open_pathway(actor=coordinator, patient_id=patient.pk, network_id=network.pk)
    merge = merged(who, one, other)
    for coordinator in coordinators:
        with unit_of_work(coordinator):
            found = find_patients(coordinator, ListFilters(), today(), {})
            assert ([row[0] for row in found.rows], found.total) == ([one.pk], 1)
            assert level_on(other.pk) == 3
            assert len(around.pathways_visible_to(coordinator, one.pk)) == 2
    undone(who, merge)
    for coordinator, patient in zip(coordinators, (one, other), strict=True):
        with unit_of_work(coordinator):
            assert find_patients(coordinator, ListFilters(), today(), {}).ids == [patient.pk]
    with as_owner():
        assert not NetworkPatient.objects.filter(merged=True, ends_at=None).exists()
        assert not Pathway.objects.exclude(person_id=F("patient_id")).exists()


def test_one_network_that_followed_both_counts_one_person() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with as_owner():
        network = factories.network()
    coordinator = known.actor(coordinates=network)
    with unit_of_work(coordinator):
        for patient in (one, other):
            access.enrol_in_network(actor=coordinator, patient_id=patient.pk, network_id=network.pk)
            work.open_pathway(actor=coordinator, patient_id=patient.pk, network_id=network.pk)
    merged(who, one, other)
    with unit_of_work(coordinator):
        found = find_patients(coordinator, ListFilters(), today(), {})
        assert ([row[0] for row in found.rows], found.total) == ([one.pk], 1)


def test_the_file_shows_the_work_of_both_and_new_work_goes_to_the_survivor() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with unit_of_work(nurse):
        for patient, text in ((one, "plaie propre"), (other, "tension haute")):
            work.add_liaison_note(actor=nurse, patient_id=patient.pk, type=NoteType.GENERAL, text=text)
            work.create_task(actor=nurse, patient_id=patient.pk, title=text)
    merge = merged(who, one, other)
    with unit_of_work(nurse):
        shown = patient_for(nurse, other.public_id)
        assert len(fil.fil_visible_to(nurse, shown.pk).lines) == 2
        assert len(around.tasks_visible_to(nurse, shown.pk)[0]) == 2
        work.add_liaison_note(actor=nurse, patient_id=shown.pk, type=NoteType.GENERAL, text="écrite ensuite")
        (task,) = Task.objects.filter(patient_id=other.pk)
        work.complete_task(actor=nurse, task=task)
    assert undone(who, merge) == 1
    with as_owner():
        (row,) = RowToSort.objects.select_related("merge")
        note = LiaisonNote.objects.get(text="écrite ensuite")
        assert (row.table, row.row_id, row.patient_id) == ("coordination_liaisonnote", note.pk, one.pk)
        assert (row.author_id, row.decision) == (nurse.practice_id, "")
        assert NotSame.objects.filter(lifted_at=None).count() == 1
        incident = Incident.objects.get()  # a merge undone was a wrong one: the structure declares it (§2.7)
        assert (incident.kind, incident.patient_id, incident.happened_on) == (IncidentKind.WRONG_MERGE, one.pk, today())


def test_a_row_of_the_other_person_is_given_to_its_author() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    merge = merged(who, one, other)
    with unit_of_work(nurse):
        work.add_liaison_note(actor=nurse, patient_id=one.pk, type=NoteType.GENERAL, text="écrite ensuite")
    undone(who, merge)
    with as_owner():
        row = RowToSort.objects.get()
        numbers = [Patient.objects.get(pk=each.pk).regional_id for each in (one, other)]
    with unit_of_work(who):
        services.sort_row(actor=who, row_id=row.public_id, decision=RowDecision.OTHER)
    with unit_of_work(nurse):
        task = Task.objects.get(owner_practice_id=nurse.practice_id)
        assert task.patient_id is None
        assert all(number[2:7] in task.detail for number in numbers)
        assert one.birth_name not in task.title + task.detail
    with pytest.raises(Conflict, match="déjà été triée"), unit_of_work(who):
        services.sort_row(actor=who, row_id=row.public_id, decision=RowDecision.STAYS)


def test_a_chain_is_undone_in_any_order() -> None:
    nurse, who = known.actor(), cell()
    first = known.person(nurse)
    second = known.person(nurse, given_names="MARIE ANGELE")
    third = known.person(nurse, given_names="MARIE ANGELA")
    lower = merged(who, third, second)
    assert lower.patient_id == third.pk
    upper = merged(who, second, first)
    assert survivors(first, second, third) == [None, first.pk, first.pk]
    assert undone(who, lower) == 0
    assert survivors(first, second, third) == [None, first.pk, None]
    assert undone(who, upper) == 0
    assert survivors(first, second, third) == [None, None, None]


def test_the_upper_merge_undone_leaves_the_lower_one() -> None:
    nurse, who = known.actor(), cell()
    first = known.person(nurse)
    second = known.person(nurse, given_names="MARIE ANGELE")
    third = known.person(nurse, given_names="MARIE ANGELA")
    merged(who, third, second)
    upper = merged(who, third, first)
    assert upper.patient_id == second.pk
    undone(who, upper)
    assert survivors(first, second, third) == [None, None, second.pk]
    with as_owner():
        assert [Patient.objects.get(pk=p.pk).active for p in (first, second, third)] == [True, True, False]


def survivors(*patients: Patient) -> list[int | None]:
    with as_owner():
        return [Patient.objects.get(pk=one.pk).survivor_id for one in patients]


def test_found_by_the_names_of_the_absorbed_file() -> None:
    nurse, who = known.actor(), cell()
    one, other = known.person(nurse), known.person(nurse, birth_name="COUILLOURY")
    merge = merged(who, one, other)
    with as_owner():
        assert "COUILLOURY" in Patient.objects.get(pk=one.pk).search_text
    with unit_of_work(nurse):
        asked = known.searched(nurse)
        with pytest.raises(services.LikelyDoubles) as likely:
            services.create_identity(actor=nurse, traits=known.traits(birth_name="COUILLOURY"), search_id=asked)
    assert {each.patient_id for each in likely.value.candidates} == {one.pk}
    undone(who, merge)
    with as_owner():
        assert "COUILLOURY" not in Patient.objects.get(pk=one.pk).search_text


def test_the_regional_server_follows_both_ways() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    with as_owner():
        numbers = {p.pk: Patient.objects.get(pk=p.pk).regional_id for p in (one, other)}
    merge = merged(who, one, other)
    with as_owner():
        absorbed = RegionalRecord.objects.get(local_id=str(other.public_id))
        kept = RegionalRecord.objects.get(local_id=str(one.public_id))
        assert (absorbed.active, absorbed.replaced_by_id, kept.active) == (False, kept.pk, True)
        assert not Link.objects.filter(record=absorbed, active=True).exists()
    undone(who, merge)
    with as_owner():
        absorbed.refresh_from_db()
        assert (absorbed.active, absorbed.replaced_by_id) == (True, None)
        assert {p.pk: Patient.objects.get(pk=p.pk).regional_id for p in (one, other)} == numbers
        assert Link.objects.get(record=absorbed, active=True).person.irp == numbers[other.pk]
        assert NonLink.objects.filter(lifted_at=None).count() == 1


def test_another_merge_waits_for_the_first_answer() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    third = known.person(nurse, given_names="MARIE ANGELA")
    raised(one, "VALI")
    merged(who, one, other)
    with pytest.raises(Conflict, match="attend déjà"):
        merged(who, third, other)


def test_the_history_of_both_identities_tells_it() -> None:
    nurse, who = known.actor(), cell()
    one, other = two(nurse)
    merge = merged(who, one, other)
    undone(who, merge)
    with as_owner():
        told = [
            list(
                DomainIdentity.pgh_event_model.objects.filter(patient_id=p.pk)  # type: ignore[attr-defined]
                .order_by("pgh_id").values_list("change_reason", flat=True)
            )
            for p in (one, other)
        ]  # fmt: skip
    assert all("Fusion de deux identités" in each and "Fusion défaite" in each for each in told)
