"""Two persons in one file (RNIV-14): told, decided by another, frozen, sorted, settled; identity incidents (§2.7)."""

import pytest
from django.db import DatabaseError, connection
from tests.conftest import as_owner
from tests.identity import identity_factories as known

from pepites.access.enums import ConsentMode
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.coordination import services as work
from pepites.coordination.enums import NoteType
from pepites.coordination.models import LiaisonNote, Task
from pepites.identity import services
from pepites.identity.enums import CollisionState, IncidentKind, RowDecision
from pepites.identity.models import Collision, Incident, NotSame, RowToSort
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def cell() -> Actor:
    return known.actor(identity_cell=True)


def note(who: Actor, patient: Patient, text: str) -> None:
    with unit_of_work(who):
        work.add_liaison_note(actor=who, patient_id=patient.pk, type=NoteType.GENERAL, text=text)


def told(who: Actor, patient: Patient) -> Collision:
    with unit_of_work(who):
        made = services.declare_collision(
            actor=who, patient_id=patient.pk, description="Deux groupes sanguins, deux tailles : carte prêtée ?"
        )
    with as_owner():
        return Collision.objects.get(public_id=made)


def decided(who: Actor, collision: Collision, *, proven: bool = True) -> None:
    with unit_of_work(who):
        services.decide_collision(
            actor=who, collision_id=collision.public_id, proven=proven, reason="les deux familles l'ont dit"
        )


def test_telling_it_sets_the_identity_in_doubt() -> None:
    nurse = known.actor()
    patient = known.person(nurse)
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("UPDATE identity_domainidentity SET status = 'VALI' WHERE patient_id = %s", [patient.pk])
    told(nurse, patient)
    identity = known.identity_of(patient)
    assert (identity.status, identity.doubtful) == ("PROV", True)
    with unit_of_work(nurse):
        assert services.collision_state(patient.pk) is CollisionState.TOLD
    with pytest.raises(Conflict, match="sait déjà"):
        told(nurse, patient)
    note(nurse, patient, "toujours suivie")  # a suspicion stops no care


def test_a_stranger_tells_nothing_and_learns_nothing() -> None:
    nurse, stranger = known.actor(), known.actor()
    patient = known.person(nurse)
    with pytest.raises(Refused):
        told(stranger, patient)
    told(nurse, patient)
    with unit_of_work(stranger):
        assert services.collision_state(patient.pk) is None


def test_four_eyes_and_the_cell_alone() -> None:
    nurse, who, other = known.actor(), cell(), cell()
    patient = known.person(nurse)
    with pytest.raises(Refused):
        decided(nurse, told(who, patient))
    with as_owner():
        mine = Collision.objects.get()
    with pytest.raises(Conflict, match="un autre membre"):
        decided(who, mine)
    decided(other, mine)
    with pytest.raises(Conflict, match="déjà été décidée"):
        decided(other, mine)


def test_a_dismissed_suspicion_lifts_the_doubt() -> None:
    nurse, who = known.actor(), cell()
    patient = known.person(nurse)
    decided(who, told(nurse, patient), proven=False)
    assert not known.identity_of(patient).doubtful
    with as_owner():
        assert not Incident.objects.exists()
    told(nurse, patient)  # it may be told again


def test_a_proven_one_freezes_the_file_and_opens_an_incident() -> None:
    nurse, who = known.actor(), cell()
    patient = known.person(nurse)
    note(nurse, patient, "avant")
    decided(who, told(nurse, patient))
    acts = (
        lambda: work.add_liaison_note(actor=nurse, patient_id=patient.pk, type=NoteType.GENERAL, text="après"),
        lambda: work.add_contact(actor=nurse, patient_id=patient.pk, family_name="SŒUR"),
        lambda: work.collect_consent(actor=nurse, patient_id=patient.pk, mode=ConsentMode.ORAL),
    )
    for act in acts:
        with pytest.raises(DomainError, match="gelé"), unit_of_work(nurse):
            act()
    identity = known.identity_of(patient)
    acts_on_identity = (
        lambda: services.add_phone(actor=nurse, identity=identity, number="0694123456"),
        lambda: services.add_alias(actor=nurse, identity=identity, birth_name="AUTRE"),
        lambda: services.check_document(actor=nurse, identity=identity, device_code="PA"),
        lambda: services.declare_ase(actor=nurse, identity=identity),
    )
    for act in acts_on_identity:
        with pytest.raises(DomainError), unit_of_work(nurse):
            act()
    with pytest.raises(DatabaseError), unit_of_work(nurse):
        LiaisonNote.objects.create(
            patient_id=patient.pk, type="GEN", text="par la base", html="", author_id=nurse.practice_id
        )
    with unit_of_work(nurse):  # sorting needs corrections, withdrawals and talk
        (written,) = LiaisonNote.objects.filter(patient_id=patient.pk)
        work.retire_note(actor=nurse, note=written, reason="elle concernait l'autre")
        work.create_task(actor=nurse, patient_id=patient.pk, title="voir la famille")
    with as_owner():
        incident = Incident.objects.get()
        assert (incident.kind, incident.patient_id) == (IncidentKind.COLLISION, patient.pk)
        assert incident.description == "Deux personnes mêlées dans un même dossier."  # what was told may name somebody


def test_sorted_then_settled() -> None:
    nurse, who = known.actor(), cell()
    patient, second = known.person(nurse), known.person(nurse, given_names="ROSALINE")
    note(nurse, patient, "de la seconde")
    collision = told(nurse, patient)
    with pytest.raises(Conflict, match="déjà été décidée"), unit_of_work(who):
        services.give_other(actor=who, collision_id=collision.public_id, number=second.regional_id)
    decided(who, collision)
    with pytest.raises(DomainError, match="identifiant régional entier"), unit_of_work(who):
        services.give_other(actor=who, collision_id=collision.public_id, number="GF1")
    with unit_of_work(who):
        listed = services.give_other(actor=who, collision_id=collision.public_id, number=second.regional_id)
    with as_owner():
        rows = list(RowToSort.objects.all())
        assert {row.table for row in rows} == {"coordination_liaisonnote"}
        assert listed == len(rows) == 1
        assert NotSame.objects.filter(lifted_at=None).count() == 1
    assert known.identity_of(second).doubtful
    with pytest.raises(Conflict, match="à trier"), unit_of_work(who):
        services.settle_collision(actor=who, collision_id=collision.public_id)
    with unit_of_work(who):
        services.sort_row(actor=who, row_id=rows[0].public_id, decision=RowDecision.OTHER)
        services.settle_collision(actor=who, collision_id=collision.public_id)
    with unit_of_work(nurse):
        assert "À réécrire" in Task.objects.get(owner_practice_id=nurse.practice_id).title
    assert not known.identity_of(second).doubtful
    assert not known.identity_of(patient).doubtful
    note(nurse, patient, "de nouveau ouverte")


def test_a_merged_file_is_frozen_with_the_one_it_shows() -> None:
    nurse, who = known.actor(), cell()
    one, other = known.person(nurse), known.person(nurse, given_names="MARIE ANGELE")
    with unit_of_work(who):
        services.ask_merge(actor=who, one=one.public_id, two=other.public_id, reason="même personne")
    decided(who, told(nurse, one))
    with unit_of_work(nurse):
        assert services.collision_state(other.pk) is CollisionState.PROVEN


def test_incidents_are_told_and_closed_by_the_cell() -> None:
    nurse, who = known.actor(), cell()
    with pytest.raises(Refused), unit_of_work(nurse):
        services.tell_incident(
            actor=nurse, kind=IncidentKind.DUPLICATE, happened_on=today(), description="examen refait"
        )
    with unit_of_work(who):
        made = services.tell_incident(
            actor=who, kind=IncidentKind.DUPLICATE, happened_on=today(), description="examen refait", harm=True
        )
        with pytest.raises(DomainError, match="quelques mots"):
            services.close_incident(actor=who, incident_id=made, measures="")
        services.close_incident(actor=who, incident_id=made, measures="recherche par deux lettres rappelée")
        with pytest.raises(Conflict, match="déjà clos"):
            services.close_incident(actor=who, incident_id=made, measures="encore une fois")
