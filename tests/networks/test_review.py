"""The quarterly review of habilitations: what is due, who may decide, what an audit takes away (RIE §6.3)."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner, as_role

from pepites.accounts.models import User
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.common.clock import now
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network, NetworkMembership
from pepites.networks.selectors import in_force
from pepites.networks.services import add_membership
from pepites.networks.tasks import suspend_roles

pytestmark = pytest.mark.django_db
PATH = "/administration/habilitations/"


@pytest.fixture
def network() -> Network:
    with as_owner():
        return factories.network(name="MAIA Essai")


def administrator(network: Network | None = None) -> tuple[User, Client]:
    with as_owner():
        user = account(platform_admin=network is None)
        if network is not None:
            factories.membership(network, user.professional.practices.get(), "administration")
    client = Client()
    sign_in(client, user)
    return user, client


def role(network: Network, days: int, role: str = "membre", **values: Any) -> NetworkMembership:
    with as_owner():
        made = factories.membership(network, factories.practice(), role)
        NetworkMembership.objects.filter(pk=made.pk).update(starts_at=now() - timedelta(days=days), **values)
        return made


def decide(client: Client, act: str, *roles: NetworkMembership) -> Any:
    return client.post(PATH, {"act": act, "role": [str(one.pk) for one in roles]}, follow=True)


def test_what_was_not_seen_for_ninety_days_is_due(network: Network) -> None:
    _, client = administrator(network)
    role(network, 10)
    old = role(network, 91)
    role(network, 200, confirmed_at=now() - timedelta(days=10))
    late = role(network, 400, confirmed_at=now() - timedelta(days=130))
    role(network, 300, ends_at=now() - timedelta(days=1))
    page = client.get(PATH).content.decode()
    assert page.count('name="role"') == 2
    assert all(one.practice.professional.display_name in page for one in (old, late))
    assert page.count("En retard") == 1
    assert "2 rôles à revoir" in client.get("/administration/").content.decode()


def test_keeping_and_withdrawing(network: Network) -> None:
    user, client = administrator(network)
    kept, gone = role(network, 91), role(network, 95, "coordination")
    assert "1 rôle confirmé" in decide(client, "keep", kept).content.decode()
    assert "1 rôle retiré" in decide(client, "withdraw", gone).content.decode()
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.confirmed_by, kept.ends_at) == (user.pk, None)
    assert kept.confirmed_at is not None
    assert gone.ends_at is not None
    assert "Rien à revoir" in client.get(PATH).content.decode()
    with as_owner():
        codes = set(Entry.objects.filter(code__startswith="networks.membership.").values_list("code", flat=True))
    assert codes == {"networks.membership.confirmed", "networks.membership.ended"}


def test_nothing_ticked_or_made_up_changes_nothing(network: Network) -> None:
    _, client = administrator(network)
    one = role(network, 91)
    assert "Cochez au moins un rôle" in decide(client, "keep").content.decode()
    assert client.post(PATH, {"act": "keep", "role": ["²", "-1", "9" * 30, "x"]}).status_code == 302
    assert client.post(PATH, {"act": "autre", "role": [str(one.pk)]}).status_code == 404
    one.refresh_from_db()
    assert (one.confirmed_at, one.ends_at) == (None, None)


def test_ones_own_role_is_for_another(network: Network) -> None:
    user, client = administrator(network)
    with as_owner():
        mine = NetworkMembership.objects.get(network=network)
        NetworkMembership.objects.filter(pk=mine.pk).update(starts_at=now() - timedelta(days=100))
    assert "Rien à revoir" in client.get(PATH).content.decode()
    assert "par un autre administrateur" in decide(client, "keep", mine).content.decode()
    mine.refresh_from_db()
    assert mine.confirmed_at is None
    _, other = administrator(network)
    assert user.professional.display_name in other.get(PATH).content.decode()


def test_another_networks_roles_are_not_seen(network: Network) -> None:
    with as_owner():
        elsewhere = factories.network()
    _, client = administrator(elsewhere)
    one = role(network, 91)
    assert "Rien à revoir" in client.get(PATH).content.decode()
    decide(client, "withdraw", one)
    one.refresh_from_db()
    assert one.ends_at is None
    text = client.post(f"{PATH}exporter/").content.decode()
    assert network.name not in text


def test_the_last_administrator_is_kept(network: Network) -> None:
    _, client = administrator()
    with as_owner():
        practice = factories.practice()
    one = role(network, 91, "administration")
    decide(client, "withdraw", one)  # the platform may
    one.refresh_from_db()
    assert one.ends_at is not None
    assert practice.pk


def test_an_audit_takes_every_role_away(network: Network) -> None:
    user, client = administrator(network)
    with as_owner():
        factories.membership(
            network,
            factories.practice(professional=factories.professional(family_name="=1+1", given_name="-Ana")),
            "membre",
        )
    role(network, 95, confirmed_at=now(), confirmed_by=user.pk)
    answer = client.post(f"{PATH}exporter/")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == 4
    assert any(row[1] == "'-Ana =1+1" for row in rows)
    assert any(row[9] == user.professional.display_name for row in rows)
    with as_owner():
        assert Entry.objects.get(code="networks.habilitations.exported").detail == {"rows": 3}


def test_the_review_costs_the_same_whatever_its_length(network: Network, django_assert_max_num_queries: Any) -> None:
    _, client = administrator(network)
    for _ in range(15):
        role(network, 91)
    with django_assert_max_num_queries(9):
        assert client.get(PATH).content.decode().count('name="role"') == 15


# Roles that nobody reviewed


def night() -> int:
    with as_role("pepites_worker"):
        return suspend_roles()


def test_nothing_is_suspended_unless_it_was_asked_for(network: Network, settings: Any) -> None:
    settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS = 0
    forgotten = role(network, 900)
    assert night() == 0
    forgotten.refresh_from_db()
    assert forgotten.ends_at is None


def test_a_role_left_without_review_stops_then_opens_again(network: Network, settings: Any) -> None:
    settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS = 30
    _, client = administrator(network)
    forgotten, waiting, reviewed = role(network, 121), role(network, 119), role(network, 400, confirmed_at=now())
    assert "sera suspendu le" in client.get(PATH).content.decode()
    assert (night(), night()) == (1, 0)
    for one in (forgotten, waiting, reviewed):
        one.refresh_from_db()
    assert (forgotten.ends_at is not None, waiting.ends_at, reviewed.ends_at) == (True, None, None)
    assert in_force_ids(network) >= {waiting.pk, reviewed.pk}
    assert forgotten.pk not in in_force_ids(network)
    page = client.get(PATH).content.decode()
    assert page.index("Suspendu le") < page.index(waiting.practice.professional.display_name)  # the suspended first
    assert "1 rôle confirmé" in decide(client, "keep", forgotten).content.decode()
    forgotten.refresh_from_db()
    assert (forgotten.ends_at, forgotten.suspended_at) == (None, None)
    with as_owner():
        codes = [one.code for one in Entry.objects.filter(object_id=str(forgotten.practice_id)).order_by("id")]
    assert codes == ["networks.membership.suspended", "networks.membership.restored"]


def in_force_ids(network: Network) -> set[int]:
    with as_owner():
        return set(NetworkMembership.objects.filter(in_force(), network=network).values_list("pk", flat=True))


def test_a_suspended_role_is_withdrawn_for_good_or_given_anew(network: Network, settings: Any) -> None:
    settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS = 30
    user, client = administrator(network)
    gone, given = role(network, 200), role(network, 200)
    assert night() == 2
    assert "1 rôle retiré" in decide(client, "withdraw", gone).content.decode()
    actor = factories.actor_for(user.professional.practices.get())
    with unit_of_work(actor):
        add_membership(actor=actor, network_id=network.pk, practice_id=given.practice_id, role=MemberRole.MEMBER)
    assert "Rien à revoir" in client.get(PATH).content.decode()
    assert "Cochez au moins un rôle" in decide(client, "keep", gone).content.decode()
    gone.refresh_from_db()
    assert gone.ends_at is not None


def test_a_network_keeps_its_last_administrator(network: Network, settings: Any) -> None:
    settings.PEPITES_HABILITATION_REVIEW_SUSPEND_DAYS = 30
    one, two = role(network, 500, "administration"), role(network, 300, "administration")
    assert night() == 0
    role(network, 10, "administration")
    assert night() == 2
    one.refresh_from_db()
    two.refresh_from_db()
    assert one.suspended_at
    assert two.suspended_at


def test_the_web_suspends_nobody_and_the_night_not_before_ninety_days(network: Network) -> None:
    user, _ = administrator(network)
    recent = role(network, 80)
    actor = factories.actor_for(user.professional.practices.get())
    ask = "SELECT count(*) FROM networks_suspend_unconfirmed(now())"
    with pytest.raises(DatabaseError), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute(ask)
    with as_role("pepites_worker"), unit_of_work(system_actor("essai")), connection.cursor() as cursor:
        cursor.execute(ask)
        assert cursor.fetchone() == (0,)
    recent.refresh_from_db()
    assert recent.ends_at is None
