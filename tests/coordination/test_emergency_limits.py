"""Four hours are four hours: a bris de glace opens one file, it changes nobody's rights, its own least of all."""

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from tests.conftest import as_owner
from tests.coordination.factories import World, signed_in, world

from pepites.access.enums import ConsentMode, Level
from pepites.access.models import AccessGrant, ConsentRecord
from pepites.access.selectors import level_on, standing_level_on
from pepites.access.services import break_glass, record_consent
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Refused
from pepites.coordination import services
from pepites.coordination.enums import MemberRole
from pepites.messaging.services import ensure_circle_conversation

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken() -> tuple[World, Actor]:
    """A nurse from elsewhere who has just broken the glass on the person."""
    w = world()
    actor = w.actor("outsider")
    with unit_of_work(actor):
        break_glass(actor=actor, patient_id=w.patient.pk, motive="vital", explanation="Malaise grave à domicile")
        assert level_on(w.patient.pk) == Level.FULL
        assert standing_level_on(w.patient.pk) == 0
    return w, actor


@pytest.mark.parametrize("target", ["outsider", "nurse"])
def test_nobody_enters_the_circle_by_a_bris_de_glace(broken: tuple[World, Actor], target: str) -> None:
    w, actor = broken
    with pytest.raises(Refused), unit_of_work(actor):
        services.invite_member(
            actor=actor, patient_id=w.patient.pk, practice_id=getattr(w, target).pk, role=MemberRole.NURSE, level=3
        )
    with time_machine.travel(now() + timedelta(hours=4, minutes=1)), as_owner():
        assert not AccessGrant.objects.filter(patient=w.patient, basis="cercle").exists()


@pytest.mark.parametrize(
    "call",
    [
        "access_offer({patient}, {own}, 3, 'equipe')",
        "access_end({patient}, {member}, 'cercle')",
        "access_leave_network({patient}, {network})",
    ],
)
def test_the_database_refuses_it_by_itself(broken: tuple[World, Actor], call: str) -> None:
    w, actor = broken
    values = {"patient": w.patient.pk, "own": w.outsider.pk, "member": w.nurse.pk, "network": w.network.pk}
    with (
        unit_of_work(actor),
        pytest.raises(DatabaseError) as caught,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT {call.format(**values)}")
    assert caught.value.__cause__.sqlstate == "PE403"  # type: ignore[union-attr]


def test_it_speaks_in_nobodys_name(broken: tuple[World, Actor]) -> None:
    w, actor = broken
    with pytest.raises(Refused), unit_of_work(actor):
        services.collect_consent(actor=actor, patient_id=w.patient.pk, mode=ConsentMode.ORAL)
    with pytest.raises(Refused), unit_of_work(actor):
        services.oppose(actor=actor, patient_id=w.patient.pk)
    with pytest.raises(DatabaseError), unit_of_work(actor):
        record_consent(actor=actor, patient_id=w.patient.pk, mode=ConsentMode.ORAL)
    with as_owner():
        assert not ConsentRecord.objects.exists()


def test_it_opens_no_discussion_that_would_stay_open(broken: tuple[World, Actor]) -> None:
    w, actor = broken
    with pytest.raises(Refused), unit_of_work(actor):
        ensure_circle_conversation(actor=actor, patient_id=w.patient.pk)


def test_the_pages_offer_none_of_it(broken: tuple[World, Actor]) -> None:
    w, _ = broken
    client, base = signed_in(w.outsider), f"/dossiers/{w.patient.public_id}"
    assert "Inviter dans le cercle" not in client.get(f"{base}/cercle/").content.decode()
    assert "Enregistrer le consentement" not in client.get(f"{base}/accords/").content.decode()
    assert "Ouvrir la discussion" not in client.get(f"{base}/discussion/").content.decode()
    coordinator = signed_in(w.coordinator)
    assert "Inviter dans le cercle" in coordinator.get(f"{base}/cercle/").content.decode()
    assert "Enregistrer le consentement" in coordinator.get(f"{base}/accords/").content.decode()


def test_the_strip_goes_with_the_access(broken: tuple[World, Actor]) -> None:
    """Closed before its time by somebody who follows the person otherwise: no strip is left."""
    w, _ = broken
    manager = w.actor("coordinator")
    with unit_of_work(manager):
        break_glass(actor=manager, patient_id=w.patient.pk, motive="vital", explanation="Malaise grave à domicile")
    client, page = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/"
    assert "Accès en urgence ouvert" in client.get(page).content.decode()
    client.post(f"/acces-urgence/{w.patient.public_id}/fermer/")
    assert "Accès en urgence ouvert" not in client.get(page).content.decode()
