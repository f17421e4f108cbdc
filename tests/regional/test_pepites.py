"""Pépites as a domain: its identities follow in the transaction; ``regional_id`` is the person's identifier."""

import datetime as dt

import pytest
from django.db import connection
from tests import factories
from tests.conftest import as_owner
from tests.identity import identity_factories as known
from tests.regional.regional_factories import BORN, INS_A, INS_B, cell, domain, feed, open_doors

from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.events import publish
from pepites.identity import bulk
from pepites.identity import services as identity
from pepites.identity.enums import Attribute
from pepites.identity.events import IdentityChanged
from pepites.identity.models import DomainIdentity
from pepites.patients.models import Patient
from pepites.regional import services
from pepites.regional.enums import Decision
from pepites.regional.models import Card, Link, RegionalPerson, RegionalRecord
from pepites.regional.selectors.card import card_visible_to

pytestmark = pytest.mark.django_db


def copy_of(patient: Patient) -> RegionalRecord:
    with as_owner():
        return RegionalRecord.objects.get(domain__code="PEPITES", local_id=str(patient.public_id))


def irp_of(patient: Patient) -> str:
    with as_owner():
        shown = Patient.objects.get(pk=patient.pk).regional_id
        link = Link.objects.filter(record__local_id=str(patient.public_id), active=True).first()
        assert link is None or link.person.irp == shown, "clinicians see the identifier of the regional person"
        return shown


def test_a_person_created_enters_with_its_own_identifier() -> None:
    who = known.actor()
    patient = known.person(who, phones=["0694 12 34 56"], mother_name="AFOEBA")
    copy = copy_of(patient)
    assert (copy.birth_name, copy.given_names, copy.mother_name) == ("KOUYOURI", "MARIE ANGE", "AFOEBA")
    assert copy.phones == ["0694 12 34 56"]
    assert irp_of(patient) == patient.regional_id


def test_a_hospital_that_knew_the_person_gives_its_identifier() -> None:
    open_doors()
    there = feed(cell(), domain(), "100")
    patient = known.person(known.actor())
    assert irp_of(patient) == there.regional_id
    with as_owner():
        assert Link.objects.filter(active=True, person__irp=there.regional_id).count() == 2


def test_an_older_file_keeps_its_identifier() -> None:
    open_doors()
    patient = known.person(known.actor())
    there = feed(cell(), domain(), "100")
    assert there.regional_id == irp_of(patient) == patient.regional_id


def test_separated_the_file_shows_its_new_identifier() -> None:
    open_doors()
    actor = cell()
    there = feed(actor, domain(), "100")
    patient = known.person(known.actor())
    with unit_of_work(actor):
        services.unlink_record(actor=actor, record_public_id=copy_of(patient).public_id, reason="erreur")
    assert irp_of(patient) != there.regional_id


def test_two_files_of_one_person_may_show_one_identifier() -> None:
    actor = cell()
    one = known.person(known.actor())
    two = known.person(known.actor(), given_names="ANGELE", birth_date=known.PartialDate(dt.date(1950, 2, 3)))
    with unit_of_work(actor):
        services.link_records(
            actor=actor, record_public_id=copy_of(one).public_id, other_public_id=copy_of(two).public_id, reason="vu"
        )
    assert irp_of(one) == irp_of(two) == one.regional_id


def test_corrections_aliases_phones_and_attributes_follow() -> None:
    who = known.actor()
    patient = known.person(who)
    own = known.identity_of(patient)
    with unit_of_work(who):
        identity.correct_identity(
            actor=who, identity=own, traits=known.traits(given_names="MARIE JUSTE"), reason="acte lu"
        )
        identity.add_alias(actor=who, identity=own, birth_name="AUTRE")
        identity.add_phone(actor=who, identity=own, number="0694 99 88 77")
        identity.set_attribute(actor=who, identity=own, attribute=Attribute.DOUBTFUL, reason="doute")
    copy = copy_of(patient)
    assert (copy.given_names, copy.phones, copy.attributes) == ("MARIE JUSTE", ["0694 99 88 77"], ["DOUT"])
    assert ["AUTRE", "", None] in copy.aliases


def test_a_former_name_still_matches() -> None:
    """GUY-2: the judgment gave another name; the hospital still has the former one."""
    open_doors()
    who = known.actor()
    patient = known.person(who)
    with unit_of_work(who):
        identity.correct_identity(
            actor=who,
            identity=known.identity_of(patient),
            traits=known.traits(birth_name="ADJOUBA"),
            reason="jugement",
            judgment=True,
        )
    there = feed(cell(), domain(), "100")
    assert there.regional_id == irp_of(patient)


@pytest.mark.parametrize("mark", [Attribute.FICTITIOUS, Attribute.HIDDEN])
def test_a_fictitious_or_hidden_identity_leaves(mark: Attribute) -> None:
    """§2.2, STIC-7."""
    who = known.actor(identity_cell=True)
    patient = known.person(who)
    with unit_of_work(who):
        identity.set_attribute(actor=who, identity=known.identity_of(patient), attribute=mark, reason="essai")
    assert not copy_of(patient).active
    with as_owner():
        assert not RegionalPerson.objects.filter(active=True).exists()
    with unit_of_work(who):
        identity.clear_attribute(actor=who, identity=known.identity_of(patient), attribute=mark, reason="fin")
    assert copy_of(patient).active
    assert irp_of(patient) != patient.regional_id, "an identifier is never used again (STIC-1)"


def test_an_import_enters_in_one_go() -> None:
    with as_owner():
        network = factories.network()
    importer = known.actor(coordinates=network)
    open_doors()
    there = feed(cell(), domain(), "100")
    others = [known.traits(given_names=f"LEA {letter}", birth_name="WEBER") for letter in "ABCDEFGH"]
    lines = [known.traits(), *others]
    persons = []
    for one in lines:
        traits = one.checked()
        _, keys, _ = bulk.line_key(traits)
        persons.append(bulk.NewPerson(traits, keys))
    with unit_of_work(importer):
        identity.lock_for_import()
        ids = bulk.create_identities_bulk(actor=importer, persons=persons)
    with as_owner():
        made = list(Patient.objects.filter(pk__in=ids).order_by("id"))
        assert RegionalRecord.objects.filter(domain__code="PEPITES").count() == 9
    assert irp_of(made[0]) == there.regional_id
    assert len({irp_of(one) for one in made}) == 9


def test_identities_of_pepites_are_not_compared_with_one_another_here() -> None:
    """STIC-7: duplicates of a domain are for its own worklist, and identity has it."""
    one, two = known.person(known.actor()), known.person(known.actor())
    with as_owner():
        assert not Card.objects.exists()
        marks = set(DomainIdentity.objects.values_list("homonym", flat=True))
    assert irp_of(one) != irp_of(two)
    assert marks == {"HOMD"}
    assert copy_of(one).attributes == copy_of(two).attributes == ["HOMD"]


def test_a_clinician_sees_nothing_of_the_hospital_identities(actor_outside: Actor) -> None:
    feed(cell(), domain(), "100")
    known.person(actor_outside)
    with unit_of_work(actor_outside):
        assert RegionalRecord.objects.count() == Card.objects.count() == Link.objects.count() == 0
    assert BORN


def test_a_qualified_person_brings_its_number_and_links_by_it() -> None:
    """STIC-5. The table of numbers is identity's; where it is not there yet, this test makes the same."""
    there = feed(cell(), domain(), "100", ins=INS_A)
    who = known.actor()
    patient = known.person(who)
    assert irp_of(patient) != there.regional_id
    with as_owner(), connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE IF NOT EXISTS identity_ins (id bigserial, public_id uuid, patient_id bigint,"
            " identity_id bigint, oid varchar, matricule varchar, fingerprint varchar, active boolean, source varchar,"
            " environment varchar)"
        )
        cursor.execute("UPDATE identity_domainidentity SET status = 'QUAL' WHERE patient_id = %s", [patient.pk])
        for active, number in ((True, INS_A), (False, INS_B)):
            cursor.execute(
                "INSERT INTO identity_ins (public_id, patient_id, identity_id, oid, matricule, fingerprint, active,"
                " source, environment) SELECT gen_random_uuid(), patient_id, id, %s, %s, %s, %s, 'INSI', 'production'"
                " FROM identity_domainidentity WHERE patient_id = %s",
                [number.oid, number.matricule, f"{int(active):064x}", active, patient.pk],
            )
    with unit_of_work(who):
        publish(IdentityChanged(patient.pk))
    copy = copy_of(patient)
    assert (copy.status, copy.ins_matricule) == ("QUAL", INS_A.matricule)
    assert copy.ins_history == [[INS_B.oid, INS_B.matricule]]
    assert irp_of(patient) == there.regional_id


def test_nobody_matches_a_person_they_do_not_reach(actor_outside: Actor) -> None:
    """The copy may be asked for by anybody; the candidates' traits only about a person one reaches."""
    feed(cell(), domain(), "100")
    patient = known.person(known.actor())
    with unit_of_work(actor_outside), connection.cursor() as cursor:
        cursor.execute("SELECT record_id FROM regional_feed_pepites(%s, ARRAY[]::text[])", [[patient.pk]])
        (fed,) = cursor.fetchone()
        cursor.execute("SELECT * FROM regional_candidates(%s, false)", [[fed]])
        assert cursor.fetchall() == []


def test_what_the_cell_reads_and_decides_is_in_the_trace_of_the_person() -> None:
    actor = cell()
    feed(actor, domain(), "100")
    patient = known.person(known.actor())
    with as_owner():
        card = Card.objects.get().public_id
    with unit_of_work(actor):
        card_visible_to(actor, card)
        services.decide_card(actor=actor, card_id=card, decision=Decision.LINK)
    with as_owner():
        codes = set(Entry.objects.filter(subject_ids__contains=[patient.pk]).values_list("code", flat=True))
    assert codes >= {"regional.card.read", "regional.card.decided"}
