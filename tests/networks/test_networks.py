"""Networks: the pilot ones, and who gives their roles."""

import pytest
from django.db import DatabaseError, transaction
from tests import factories
from tests.conftest import as_owner

from pepites.audit.unit import unit_of_work
from pepites.common.errors import Refused
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.services import add_membership, end_membership, ensure_pilot_networks

pytestmark = pytest.mark.django_db


def test_pilot_networks_once() -> None:
    with as_owner():
        ensure_pilot_networks()
        ensure_pilot_networks()
    found = dict(Network.objects.filter(slug__in=["maia", "diam", "perinat"]).values_list("slug", "person_word"))
    assert found == {"maia": "usager", "diam": "patient", "perinat": "patient"}
    assert Network.objects.get(slug="perinat").name == "Périnat – Enfance vulnérable"


def test_administrator_adds_once_and_ends() -> None:
    with as_owner():
        network, admin, other = factories.network(), factories.practice(), factories.practice()
        factories.membership(network, admin, "administration")
        actor = factories.actor_for(admin)
    values = {"actor": actor, "network_id": network.pk, "practice_id": other.pk, "role": MemberRole.COORDINATION}
    with unit_of_work(actor):
        first = add_membership(**values)  # type: ignore[arg-type]
        assert add_membership(**values).pk == first.pk  # type: ignore[arg-type]
        end_membership(actor=actor, network_id=network.pk, membership_id=first.pk)
        first.refresh_from_db()
        assert first.ends_at is not None


@pytest.mark.parametrize("role", ["membre", "coordination"])
def test_nobody_else_gives_a_role(role: str) -> None:
    with as_owner():
        network, practice = factories.network(), factories.practice()
        factories.membership(network, practice, role)
        actor = factories.actor_for(practice)
    with pytest.raises(Refused), unit_of_work(actor):
        add_membership(actor=actor, network_id=network.pk, practice_id=practice.pk, role=MemberRole.COORDINATION)
    with unit_of_work(actor), pytest.raises(DatabaseError), transaction.atomic():
        NetworkMembership.objects.create(network=network, practice=practice, role="administration")


def test_administrator_of_one_network_gives_nothing_in_another() -> None:
    with as_owner():
        practice, other = factories.practice(), factories.network()
        factories.membership(factories.network(), practice, "administration")
        actor = factories.actor_for(practice)
    with pytest.raises(Refused), unit_of_work(actor):
        add_membership(actor=actor, network_id=other.pk, practice_id=practice.pk, role=MemberRole.MEMBER)
    with unit_of_work(actor), pytest.raises(DatabaseError), transaction.atomic():
        NetworkMembership.objects.create(network=other, practice=practice, role="coordination")
