"""Each act that a network withholds: refused by the database itself, services left aside; its buttons are gone."""

import datetime as dt
import html
import json
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests import factories
from tests.conftest import as_owner
from tests.coordination.factories import follow, signed_in
from tests.identity.identity_factories import actor as nurse
from tests.identity.identity_factories import identity_of, person

from pepites.access.models import ConsentRecord, Opposition
from pepites.access.services import break_glass
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.coordination import services
from pepites.directory.models import PractitionerRole
from pepites.messaging.models import Conversation
from pepites.networks.acts import ACTS
from pepites.networks.models import HabilitationVersion, Network
from pepites.patients.models import Patient

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    """A coordinator of one network, a person it follows, another it does not, a colleague."""

    network: Network
    practice: PractitionerRole
    colleague: PractitionerRole
    patient: Patient
    stranger: Patient

    @property
    def actor(self) -> Actor:
        with as_owner():
            return factories.actor_for(self.practice)

    def withhold(self, *acts: str) -> None:
        with as_owner():
            number = HabilitationVersion.objects.filter(network=self.network).count() + 1
            HabilitationVersion.objects.create(
                network=self.network, number=number, withheld={self.practice.role_code: list(acts)}, note="essai"
            )


@pytest.fixture
def case() -> Case:
    with as_owner():
        network, practice, colleague = factories.network(), factories.practice(), factories.practice()
        factories.membership(network, practice)
        patient, stranger = factories.patient(), factories.patient()
        follow(network, patient)
        factories.grant(patient, practice)
        for one in (practice, colleague):
            one.professional.category = "sante"
            one.professional.save()
        ConsentRecord.objects.create(patient=patient, regime="hors_equipe", mode="oral", given_by="personne")
        Opposition.objects.create(patient=patient, practice=factories.practice(), recorded_by=practice)
    return Case(network, practice, colleague, patient, stranger)


def file_line(patient: Patient, **values: str) -> str:
    """One line of an import, as the function reads it."""
    row = {"patient_id": patient.pk, "consent": "unknown", "level": 3, "ids": [str(uuid4()) for _ in range(5)]}
    row |= dict.fromkeys(("html", "proof", "comment", "note", "local_id"), "")
    return json.dumps([row | values])


def statements(case: Case) -> dict[str, list[tuple[str, list[Any]]]]:
    """What reaches the tables of each act, in SQL."""
    own, patient, network = case.practice.pk, case.patient.pk, case.network.pk
    line = file_line(case.stranger)
    consent = (
        "INSERT INTO access_consentrecord (public_id, patient_id, regime, scope, text_version, given_by, mode, proof,"
        " collected_by_id, withdrawn_reason) VALUES (%s, %s, 'hors_equipe', '[]', '', 'personne', 'oral', '', %s, '')"
    )
    opposition = (
        "INSERT INTO access_opposition (public_id, patient_id, practice_id, proof, recorded_by_id)"
        " VALUES (%s, %s, %s, '', %s)"
    )
    with as_owner():
        lifted = Opposition.objects.get(patient=case.patient).public_id
    return {
        "note.write": [(
            "INSERT INTO coordination_liaisonnote (public_id, patient_id, type, emergency, text, html, level,"
            " author_id, version, status, retired_reason)"
            " VALUES (%s, %s, 'GEN', false, 'x', 'x', 3, %s, 1, 'active', '')",
            [uuid4(), patient, own],
        )],
        "task.write": [(
            "INSERT INTO coordination_task (public_id, patient_id, title, detail, kind, state, recurrence, owner_role,"
            " owner_practice_id, created_by_id, reason) VALUES (%s, %s, 'x', '', '', 'a_faire', '', '', %s, %s, '')",
            [uuid4(), patient, own, own],
        )],
        "circle.invite": [("SELECT access_offer(%s, %s, 2, 'equipe')", [patient, case.colleague.pk])],
        "consent.record": [
            (consent, [uuid4(), patient, own]),
            (opposition, [uuid4(), patient, case.colleague.pk, own]),
            ("SELECT access_lift_opposition(%s)", [lifted]),
        ],
        "talk.open": [("SELECT messaging_create(%s, 'direct', NULL, '', %s)", [uuid4(), [case.colleague.pk]])],
        "pathway.open": [
            ("SELECT access_enrol(%s, %s)", [case.stranger.pk, network]),
            ("SELECT coordination_open_pathway(%s, %s, NULL, '2026-01-01', %s)", [case.stranger.pk, network, uuid4()]),
            ("SELECT * FROM coordination_import_lines(%s, NULL, '2026-01-01', %s)", [network, line]),
        ],
        "emergency.open": [(
            "SELECT access_break_glass(%s, %s, 'vital', 'Personne inconsciente aux urgences', 4)",
            [case.stranger.pk, uuid4()],
        )],
    }  # fmt: skip


def said(sql: str, params: list[Any]) -> str:
    """What the database answers to the web role: nothing when it does it (then undone)."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SAVEPOINT asked")
            cursor.execute(sql, params)
            cursor.execute("ROLLBACK TO SAVEPOINT asked")
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("act", ACTS)
def test_the_database_refuses_the_act_alone(case: Case, act: str) -> None:
    asked = statements(case)
    assert set(asked) == set(ACTS)
    case.withhold(*(other for other in ACTS if other != act))
    with unit_of_work(case.actor):
        assert factories.role_in_force() == "pepites_web"
        assert [said(*one) for one in asked[act]] == [""] * len(asked[act])
    case.withhold(act)
    with unit_of_work(case.actor):
        for one in asked[act]:
            answer = said(*one)
            assert "act_withheld" in answer or "row-level security" in answer, (one[0], answer)


def test_a_consent_is_not_withdrawn_either(case: Case) -> None:
    case.withhold("consent.record")
    with unit_of_work(case.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE access_consentrecord SET withdrawn_at = now() WHERE patient_id = %s", [case.patient.pk])
        assert cursor.rowcount == 0
    case.withhold()
    with unit_of_work(case.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE access_consentrecord SET withdrawn_at = now() WHERE patient_id = %s", [case.patient.pk])
        assert cursor.rowcount == 1


@pytest.mark.parametrize(
    ("values", "act"), [({"consent": "yes"}, "consent.record"), ({"html": "x", "note": "x"}, "note.write")]
)
def test_a_file_brings_in_nothing_that_is_withheld(case: Case, values: dict[str, str], act: str) -> None:
    asked = (
        "SELECT * FROM coordination_import_lines(%s, NULL, '2026-01-01', %s)",
        [case.network.pk, file_line(case.stranger, **values)],
    )
    with unit_of_work(case.actor):
        assert said(*asked) == ""
    case.withhold(act)
    with unit_of_work(case.actor):
        assert "act_withheld" in said(*asked)


# What is no act of theirs goes on


def test_withholding_tasks_stops_neither_ones_own_nor_a_series_nor_the_house(case: Case) -> None:
    day, actor = dt.date(2026, 11, 27), case.actor
    with unit_of_work(actor):
        weekly = services.create_task(
            actor=actor, patient_id=case.patient.pk, title="Peser", due_on=day, recurrence="WEEKLY"
        )
    case.withhold("task.write")
    actor = case.actor
    with unit_of_work(actor):
        assert services.create_task(actor=actor, patient_id=None, title="Rappeler la pharmacie").pk
        services.complete_task(actor=actor, task=weekly)
        assert break_glass(actor=actor, patient_id=case.stranger.pk, motive="vital", explanation="Urgence vitale ici")
    with as_owner():
        assert weekly.next.title == "Peser"


def test_withholding_talks_leaves_the_circle_open_to_invitations(case: Case) -> None:
    case.withhold("talk.open")
    actor = case.actor
    with unit_of_work(actor):
        services.invite_member(
            actor=actor, patient_id=case.patient.pk, practice_id=case.colleague.pk, role="infirmier", level=2
        )
    with as_owner():
        assert not Conversation.objects.exists()


# The screens


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


SHOWN = {
    "note.write": [("/dossiers/{0}/", 'name="text"')],
    "task.write": [("/dossiers/{0}/", "Créer une tâche"), ("/dossiers/{0}/taches/", "Nouvelle tâche")],
    "circle.invite": [("/dossiers/{0}/", "Inviter dans le cercle"), ("/dossiers/{0}/cercle/", "cercle/inviter/")],
    "consent.record": [
        ("/dossiers/{0}/accords/", words)
        for words in ("Enregistrer une opposition", "Enregistrer le consentement", "Lever", "Retirer")
    ],
    "talk.open": [
        ("/discussions/", "Nouvelle discussion"), ("/dossiers/{0}/discussion/", "Ouvrir la discussion du cercle"),
    ],
    "pathway.open": [("/plus/", "Importer une file active"), ("/dossiers/{0}/parcours/", "Ouvrir un parcours")],
}  # fmt: skip


@pytest.mark.parametrize("act", SHOWN)
def test_the_screen_hides_what_is_withheld(case: Case, act: str) -> None:
    with as_owner():
        factories.membership(factories.network(), case.practice)  # a second one, to open a pathway in
    client = signed_in(case.practice)
    paths = [(path.format(case.patient.public_id), words) for path, words in SHOWN[act]]
    assert [words for path, words in paths if words not in page(client, path)] == []
    with as_owner():
        for number, network in enumerate(Network.objects.filter(memberships__practice=case.practice), start=1):
            HabilitationVersion.objects.create(
                network=network, number=number, withheld={case.practice.role_code: [act]}, note="essai"
            )
    assert [words for path, words in paths if words in page(client, path)] == []


def test_the_search_hides_the_emergency_access_that_is_withheld(case: Case) -> None:
    known = person(nurse())
    day = identity_of(known).birth_date
    client, born = signed_in(case.practice), {"birth_day": day.day, "birth_month": day.month, "birth_year": day.year}
    assert "Accès en urgence" in client.post("/personnes/rechercher/", born).content.decode()
    case.withhold("emergency.open")
    answer = client.post("/personnes/rechercher/", born).content.decode()
    assert "Vous n'avez pas accès à ce dossier" in html.unescape(answer)
    assert "Accès en urgence" not in answer
