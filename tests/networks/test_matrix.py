"""The matrix role × network × act: what it withholds, in the service, the screen and the database; its versions."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner

from pepites.access.policies import can_break_glass
from pepites.access.selectors import build_actor
from pepites.accounts.models import User
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor
from pepites.common.decision import Reason
from pepites.common.errors import Conflict, DomainError, Refused
from pepites.coordination import policies, services
from pepites.directory.models import PractitionerRole
from pepites.messaging.services import create_conversation
from pepites.networks import matrix
from pepites.networks.acts import ACTS
from pepites.networks.models import HabilitationVersion, Network

pytestmark = pytest.mark.django_db


@pytest.fixture
def network() -> Network:
    with as_owner():
        return factories.network(name="MAIA Essai")


def administrator(network: Network) -> tuple[User, Client]:
    with as_owner():
        user = account()
        factories.membership(network, user.professional.practices.get(), "administration")
    client = Client()
    sign_in(client, user)
    return user, client


def member(*networks: Network, role: str = "membre", **values: Any) -> tuple[User, PractitionerRole]:
    with as_owner():
        practice = factories.practice(**values)
        for one in networks:
            factories.membership(one, practice, role)
        return account(practice), practice


def acting(user: User, practice: PractitionerRole) -> Actor:
    return build_actor(user, practice.pk)


def publish(network: Network, withheld: dict[str, list[str]]) -> None:
    with as_owner():
        number = HabilitationVersion.objects.filter(network=network).count() + 1
        HabilitationVersion.objects.create(network=network, number=number, withheld=withheld, note="essai")


def test_without_a_matrix_nothing_is_withheld(network: Network) -> None:
    assert acting(*member(network)).withheld == frozenset()


def test_what_is_withheld_from_a_role_of_that_network_only(network: Network) -> None:
    with as_owner():
        other = factories.network()
    publish(network, {"ide": ["note.write"], "medecin": ["task.write"]})
    assert acting(*member(network)).withheld == {"note.write"}
    assert acting(*member(network, role_code="medecin")).withheld == {"task.write"}
    assert acting(*member(network, role_code="kine")).withheld == frozenset()
    assert acting(*member(other)).withheld == frozenset()
    assert acting(*member()).withheld == frozenset()


def test_a_place_in_two_networks_keeps_what_one_of_them_leaves(network: Network) -> None:
    with as_owner():
        other = factories.network()
    who = member(network, other)
    publish(network, {"ide": ["note.write", "task.write"]})
    assert acting(*who).withheld == frozenset()
    publish(other, {"ide": ["task.write"]})
    assert acting(*who).withheld == {"task.write"}


def test_the_last_version_holds_at_once(network: Network) -> None:
    user, practice = member(network)
    client = Client()
    sign_in(client, user)
    publish(network, {"ide": ["note.write"]})
    assert acting(user, practice).withheld == {"note.write"}
    publish(network, {})
    assert acting(user, practice).withheld == frozenset()


def test_each_act_is_refused_with_its_reason(network: Network) -> None:
    who = member(network, role="coordination", category="sante")
    publish(network, {"ide": list(ACTS)})
    actor = acting(*who)
    asked = {
        "note.write": policies.can_write_note(actor, 3),
        "task.write": policies.can_write_task(actor, 3),
        "circle.invite": policies.can_invite(actor, 3, invitee=actor.category, opposed=False),
        "consent.record": policies.can_record_consent(actor, 3),
        "pathway.open": policies.can_open_pathway(actor, network.pk),
        "emergency.open": can_break_glass(actor),
    }
    assert {act: decision.reason for act, decision in asked.items()} == dict.fromkeys(asked, Reason.ACT_WITHHELD)
    with pytest.raises(Refused, match="retiré cet acte"), unit_of_work(actor):
        create_conversation(actor=actor, kind="direct", practice_ids=[member(network)[1].pk])
    assert set(ACTS) == {*asked, "talk.open"}
    publish(network, {})
    free = acting(*who)
    assert policies.can_write_note(free, 3)
    assert policies.can_open_pathway(free, network.pk)
    assert can_break_glass(free)


def test_the_service_and_the_database_refuse(network: Network) -> None:
    user, practice = member(network)
    with as_owner():
        patient = factories.patient()
        factories.grant(patient, practice)
    publish(network, {"ide": ["task.write"]})
    actor = acting(user, practice)
    with pytest.raises(Refused), unit_of_work(actor):
        services.create_task(actor=actor, patient_id=patient.pk, title="Appeler la famille")
    with as_owner():
        line = Entry.objects.get(reason="act_withheld")
    assert line.subject_ids == [patient.pk]
    around = Actor(**{name: getattr(actor, name) for name in actor.__slots__ if name != "withheld"})
    with pytest.raises(DatabaseError), unit_of_work(around), transaction.atomic():
        services.create_task(actor=around, patient_id=patient.pk, title="Appeler la famille")
    publish(network, {})
    again = acting(user, practice)
    with unit_of_work(again):
        assert services.create_task(actor=again, patient_id=patient.pk, title="Appeler la famille").pk


# Versions


def test_a_version_is_published_once_from_what_was_read(network: Network) -> None:
    user, _ = administrator(network)
    actor = acting(user, user.professional.practices.get())
    with unit_of_work(actor):
        first = matrix.publish(actor=actor, network=network, withheld={"ide": ["note.write"]}, note="essai un", after=0)
        assert first.number == 1
        with pytest.raises(Conflict):
            matrix.publish(actor=actor, network=network, withheld={}, note="essai deux", after=0)
        with pytest.raises(DomainError, match="Rien n'a changé"):
            matrix.publish(actor=actor, network=network, withheld={"ide": ["note.write"]}, note="essai deux", after=1)
        with pytest.raises(DomainError, match="pourquoi"):
            matrix.publish(actor=actor, network=network, withheld={}, note=" ", after=1)
        with pytest.raises(DomainError, match="n'existe pas"):
            matrix.publish(actor=actor, network=network, withheld={"ide": ["tout"]}, note="essai trois", after=1)
        matrix.publish(actor=actor, network=network, withheld={"ide": ["task.write"]}, note="essai quatre", after=1)
        last, before = matrix.history(network)
    assert last.changes == (
        "Infirmier ou infirmière : « créer une tâche pour une personne » retiré",
        "Infirmier ou infirmière : « écrire une note de liaison » rendu",
    )
    assert before.author == user.pk


def test_the_database_keeps_versions_as_they_are(network: Network) -> None:
    publish(network, {"ide": ["note.write"]})
    user, practice = member(network)
    with unit_of_work(acting(user, practice)), connection.cursor() as cursor:
        for statement in (
            "UPDATE networks_habilitationversion SET withheld = '{}'",
            "DELETE FROM networks_habilitationversion",
            "INSERT INTO networks_habilitationversion (network_id, number, withheld, note, published_by)"
            f" VALUES ({network.pk}, 9, '{{}}', 'x', {user.pk})",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_the_screen_publishes_and_keeps_what_was_ticked(network: Network) -> None:
    user, client = administrator(network)
    member(network, role_code="medecin", role_label="Médecin")
    path = f"/administration/reseaux/{network.slug}/habilitations/"
    page = client.get(path).content.decode()
    assert page.count('type="checkbox"') == 2 * len(ACTS)
    assert page.count(" checked") == 2 * len(ACTS)
    ticked = [f"{role}:{act}" for role in ("ide", "medecin") for act in ACTS if (role, act) != ("ide", "talk.open")]
    refused = client.post(path, {"acte": ticked, "apres": "0", "note": ""})
    assert refused.status_code == 422
    assert refused.content.decode().count(" checked") == 2 * len(ACTS) - 1
    assert client.post(path, {"acte": ticked, "apres": "0", "note": "peu de recul"}).status_code == 302
    page = client.get(path).content.decode()
    assert "Version 1" in page
    assert "« ouvrir une discussion » retiré" in page
    assert user.professional.display_name in page
    stale = client.post(path, {"acte": [], "apres": "0", "note": "peu de recul"})
    assert stale.status_code == 422
    assert "entre-temps" in stale.content.decode()


def test_another_networks_matrix_is_closed(network: Network) -> None:
    with as_owner():
        elsewhere = factories.network()
    _, client = administrator(elsewhere)
    assert client.get(f"/administration/reseaux/{network.slug}/habilitations/").status_code == 403
