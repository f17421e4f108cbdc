"""Recorded links of a child: mother (FILI, GUY-12) and ASE (§2.3)."""

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from tests.conftest import as_owner
from tests.identity.identity_factories import actor, identity_of, person
from tests.identity.test_views import signed_in

from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.identity import services
from pepites.identity.dates import PartialDate
from pepites.identity.models import Filiation
from pepites.identity.selectors.filiation import links_of
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


def newborn(nurse: Actor) -> Patient:
    return person(nurse, given_names="BEBE", birth_date=PartialDate(dt.date(2026, 9, 1)))


def mother_number(patient: Patient) -> str:
    with as_owner():
        return Patient.objects.get(pk=patient.pk).regional_id


def test_guy_12_a_newborn_is_linked_to_the_mother_by_her_number() -> None:
    nurse = actor()
    child, mother = newborn(nurse), person(nurse, birth_name="MAMAN")
    with unit_of_work(nurse):
        number = mother_number(mother)
        services.link_mother(
            actor=nurse, identity=identity_of(child), number=f"{number[:2]} {number[2:7]} {number[7:]}"
        )
        [up] = links_of(identity_of(child))
        [down] = links_of(identity_of(mother))
        assert (up.kind, up.other, up.mine) == ("Mère", mother.public_id, True)
        assert (down.kind, down.other, down.mine) == ("Enfant", child.public_id, False)
        with pytest.raises(DomainError, match="déjà"):
            services.link_mother(actor=nurse, identity=identity_of(child), number=number)
        services.end_filiation(actor=nurse, identity=identity_of(child), link=Filiation.objects.get())
        assert links_of(identity_of(child)) == []
        services.link_mother(actor=nurse, identity=identity_of(child), number=number)


def test_a_link_that_cannot_be_is_refused() -> None:
    nurse, other = actor(), actor()
    child = newborn(nurse)
    father = person(nurse, birth_name="PAPA", sex="M")
    twin, unreachable = newborn(nurse), person(other, birth_name="AILLEURS")
    with unit_of_work(nurse):
        for number in ("", "GF12", "GF00000000000", mother_number(unreachable), mother_number(child),
                       mother_number(twin), mother_number(father)):  # fmt: skip
            with pytest.raises(DomainError) as wrong:
                services.link_mother(actor=nurse, identity=identity_of(child), number=number)
            assert wrong.value.field == "number"
        assert not Filiation.objects.exists()


def test_2_3_ase_is_for_minors_and_recorded() -> None:
    nurse = actor()
    child, adult = newborn(nurse), person(nurse)
    with unit_of_work(nurse):
        services.declare_ase(actor=nurse, identity=identity_of(child), comment="Référente : Mme Exemple")
        with pytest.raises(DomainError, match="mineurs"):
            services.declare_ase(actor=nurse, identity=identity_of(adult))
        assert links_of(identity_of(child))[0].text == "Référente : Mme Exemple"


def test_the_base_keeps_links_whole_and_closed_to_outsiders() -> None:
    nurse, stranger = actor(), actor()
    child = newborn(nurse)
    with unit_of_work(nurse):
        services.declare_ase(actor=nurse, identity=identity_of(child))
    for values in ({"kind": "mere"}, {"parent_id": child.pk}):
        with pytest.raises(DatabaseError), as_owner(), transaction.atomic():
            Filiation.objects.update(**values)
    with unit_of_work(stranger):
        assert not Filiation.objects.exists()


def test_the_card_of_the_page() -> None:
    nurse = actor()
    child, mother = newborn(nurse), person(nurse, birth_name="MAMAN")
    client, base = signed_in(nurse), f"/personnes/{child.public_id}/identite/"
    wrong = client.post(f"{base}filiation/", {"kind": "mere", "number": "GF1"})
    assert wrong.status_code == 422
    assert "recopiez-le" in wrong.content.decode()
    done = client.post(f"{base}filiation/", {"kind": "mere", "number": mother_number(mother)}, follow=True)
    assert "MAMAN MARIE" in done.content.decode()
    with as_owner():
        link = Filiation.objects.get()
    ended = client.post(f"{base}filiation/{link.public_id}/terminer/", follow=True).content.decode()
    assert "Aucun lien enregistré" in ended
