"""The sharing decision on real rows: what ``decide_sharing`` says, the database opens, and the journal keeps."""

from itertools import product

import pytest
from django.db import connection
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import signed_in, world

from pepites.access.enums import Level, Regime
from pepites.access.models import ConsentRecord, Opposition
from pepites.access.selectors import level_on, sharing_on
from pepites.access.services import break_glass
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.networks.models import Network
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db

MEMBERS = ("", "pending", "team", "outside", "ended")
OPPOSED = ("", "practice", "all", "all_by_own_structure")


def _situation(
    network: Network, member: str, consent: bool, opposed: str, coordination: bool
) -> tuple[Patient, Actor, bool]:
    patient, practice = factories.patient(), factories.practice()
    own, other = practice, factories.practice()
    if coordination:
        factories.membership(network, practice)
        factories.enrolment(network, patient)
    if member:
        values = {
            "pending": {"level": 1, "accepted_at": None},
            "ended": {"ends_at": now()},
            "outside": {"regime": Regime.OUTSIDE_TEAM, "level": 1},
        }.get(member, {})
        factories.grant(patient, practice, **{"level": 3, "offered_level": 3} | values)
    if consent:
        ConsentRecord.objects.create(patient=patient, mode="oral")
    if opposed:
        recorder = own if opposed == "all_by_own_structure" else other
        target = practice if opposed == "practice" else None
        Opposition.objects.create(patient=patient, practice=target, recorded_by=recorder)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_refresh(%s)", [patient.pk])
    return patient, factories.actor_for(practice), opposed in {"practice", "all"}


def test_every_situation_is_decided_alike_by_the_function_and_by_the_database() -> None:
    with as_owner():
        network = factories.network()
    for member, consent, opposed, coordination, emergency in product(
        MEMBERS, (False, True), OPPOSED, (False, True), (False, True)
    ):
        case = (member, consent, opposed, coordination, emergency)
        with as_owner():
            patient, actor, stopped = _situation(network, member, consent, opposed, coordination)
        with unit_of_work(actor):
            if emergency:
                break_glass(actor=actor, patient_id=patient.pk, motive="vital", explanation="Malaise grave à domicile")
            decision, level, _ = sharing_on(actor, patient.pk, Level.SOCIAL)
            assert level == level_on(patient.pk), case
        way_in = coordination or member == "team" or (member == "outside" and consent)
        assert bool(decision) is (emergency or (way_in and not stopped)), case
        if decision:
            assert level >= Level.SOCIAL, case
        elif level >= Level.SOCIAL:
            # The policies let a whole network's coordination through (design, law 3): an opposition to one coordinator
            # by name is held by the function, on every page of the file.
            assert (opposed, coordination) == ("practice", True), case


def test_the_regime_is_written_with_each_reading_and_shown() -> None:
    w = world()
    page = f"/dossiers/{w.patient.public_id}/"
    assert signed_in(w.coordinator).get(page).status_code == 200
    with as_owner():
        factories.grant(w.patient, w.nurse)
    assert signed_in(w.nurse).get(f"{page}cercle/").status_code == 200
    with as_owner():
        read = dict(Entry.objects.filter(action="R").values_list("code", "basis"))
    assert read["coordination.file.opened"] == "coordination"
    assert read["coordination.circle.read"] == "equipe"
    shown = signed_in(w.coordinator).get(f"{page}acces/").content.decode()
    assert "coordination du réseau" in shown
    assert "dans l&#x27;équipe de soins" in shown


def test_a_coordinator_opposed_by_name_opens_no_page_of_the_file() -> None:
    w = world()
    with as_owner():
        Opposition.objects.create(patient=w.patient, practice=w.coordinator, recorded_by=w.nurse)
    client, page = signed_in(w.coordinator), f"/dossiers/{w.patient.public_id}/"
    for path in ("", "cercle/", "taches/", "accords/", "acces/"):
        assert client.get(page + path).status_code == 403, path
    with as_owner():
        assert set(Entry.objects.filter(outcome=4).values_list("reason", flat=True)) == {"opposition"}


def test_outside_the_categories_nobody_opens_anything() -> None:
    """R.1110-2: anyone outside gets nothing from the tool, whatever role a network gave them."""
    w = world()
    with as_owner():
        clerk = factories.practice(category="hors_r1110_2")
        factories.membership(w.network, clerk)
    assert signed_in(clerk).get(f"/dossiers/{w.patient.public_id}/").status_code == 403
