"""The person and their carers in the circle: narrow rights, given by the person, ended at once (P6, §2.1)."""

import pytest
from django.db import connection
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import ConsentMode, Level
from pepites.common.errors import DomainError, Refused
from pepites.coordination import services
from pepites.coordination.models import CircleRelative, Contact, FilEntry
from pepites.coordination.relatives.selectors import relatives_visible_to, rights_of
from pepites.coordination.relatives.services import end_relative, welcome_relative

pytestmark = pytest.mark.django_db


def carer(w: World) -> Contact:
    with w.acting("coordinator") as actor:
        return services.add_contact(
            actor=actor, patient_id=w.patient.pk, family_name="SAINT", given_name="Rose", phones="0694000001",
            caregiver=True,
        )  # fmt: skip


def welcome(w: World, contact: Contact | None, *rights: str, by: str = "coordinator") -> CircleRelative:
    with w.acting(by) as actor:
        return welcome_relative(
            actor=actor, patient_id=w.patient.pk, contact=contact, rights=rights, mode=ConsentMode.ORAL
        )


def test_each_has_the_rights_that_the_person_gave_and_no_other() -> None:
    w = world()
    rose = carer(w)
    welcome(w, None, "plan", "agenda")
    welcome(w, rose, "agenda")
    with w.acting("coordinator") as actor:
        assert rights_of(w.patient.pk) == {"plan", "agenda"}
        assert rights_of(w.patient.pk, rose.pk) == {"agenda"}
        assert [one["name"] for one in relatives_visible_to(actor, w.patient.pk)] == ["", "Rose SAINT"]
        assert FilEntry.objects.filter(title__contains="entrée dans le cercle").count() == 2


def test_given_again_they_change_and_ended_they_close_at_once() -> None:
    w = world()
    rose = carer(w)
    welcome(w, rose, "agenda")
    welcome(w, rose, "plan")
    with w.acting("coordinator") as actor:
        assert rights_of(w.patient.pk, rose.pk) == {"plan"}
        one = CircleRelative.objects.get()
        with pytest.raises(DomainError, match="pourquoi"):
            end_relative(actor=actor, relative=one, reason=" ")
        end_relative(actor=actor, relative=one, reason="La personne ne le souhaite plus")
        assert rights_of(w.patient.pk, rose.pk) == frozenset()


def test_a_contact_taken_off_the_list_has_no_right_left() -> None:
    w = world()
    rose = carer(w)
    welcome(w, rose, "plan")
    with w.acting("coordinator") as actor:
        services.end_contact(actor=actor, contact=rose)
        assert rights_of(w.patient.pk, rose.pk) == frozenset()
        assert relatives_visible_to(actor, w.patient.pk) == []
        with pytest.raises(DomainError, match="contacts"):
            welcome_relative(
                actor=actor, patient_id=w.patient.pk, contact=Contact.objects.get(), rights=["plan"],
                mode=ConsentMode.ORAL,
            )  # fmt: skip


def test_only_the_full_level_gives_them_even_in_the_database() -> None:
    w = world()
    with as_owner():
        factories.grant(w.patient, w.nurse, level=Level.SOCIAL)
    with pytest.raises(Refused):
        welcome(w, None, "plan", by="nurse")
    welcome(w, None, "plan")
    with w.acting("nurse"), connection.cursor() as cursor:
        assert rights_of(w.patient.pk) == {"plan"}  # the social level reads who is in the circle
        cursor.execute("UPDATE coordination_circlerelative SET rights = '{plan,agenda}'")
        assert cursor.rowcount == 0


def test_the_screen_from_the_circle_to_the_end() -> None:
    w = world()
    rose = carer(w)
    client, circle = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/cercle/"
    empty = client.post(f"{circle}proches/", {"who": str(rose.public_id), "mode": "oral", "given_by": "personne"})
    assert empty.status_code == 422
    done = client.post(
        f"{circle}proches/", {"who": str(rose.public_id), "rights": ["plan"], "mode": "oral", "given_by": "personne"}
    )
    assert done.status_code == 302, done.content.decode()
    page = client.get(circle).content.decode()
    assert "Rose SAINT" in page
    assert "Lire le plan de coordination" in page
    with as_owner():
        one = CircleRelative.objects.get()
    assert client.post(f"/proches/{one.public_id}/terminer/", {"reason": "Départ"}).status_code == 302
    assert "Rose SAINT" not in client.get(circle).content.decode()
