"""Administration screens: who may, and what comes out."""

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner

from pepites.accounts.models import User
from pepites.audit.unit import unit_of_work
from pepites.directory.models import Professional
from pepites.networks.models import Network, NetworkMembership

pytestmark = pytest.mark.django_db


@pytest.fixture
def network() -> Network:
    with as_owner():
        return factories.network()


@pytest.fixture
def admin(client: Client, network: Network) -> User:
    with as_owner():
        practice = factories.practice()
        user = account(practice)
        factories.membership(network, practice, "administration")
    sign_in(client, user)
    return user


def _invitation(**values: object) -> dict[str, object]:
    with as_owner():
        structure = factories.organization()
    return {
        "family_name": "Vally", "given_name": "Rosa", "rpps": "10000000017", "profession": "ide",
        "organization": str(structure.public_id), "login": "rosa.vally", "role": "membre", "email": "",
    } | values  # fmt: skip


def test_mere_member_is_refused_everywhere(client: Client, network: Network) -> None:
    with as_owner():
        user = account()
    sign_in(client, user)
    for path in ("", f"reseaux/{network.slug}/", f"reseaux/{network.slug}/inviter/", "comptes/", "remises-a-zero/"):
        assert client.get(f"/administration/{path}").status_code == 403, path


def test_administrator_of_another_network_is_refused(client: Client, admin: User) -> None:
    with as_owner():
        other = factories.network()
        stranger = account()
    assert client.get(f"/administration/reseaux/{other.slug}/").status_code == 403
    assert client.get(f"/administration/comptes/{stranger.public_id}/").status_code == 403


def test_pages_open_for_the_administrator(client: Client, admin: User, network: Network) -> None:
    for path in (
        "",
        f"reseaux/{network.slug}/?q=essai",
        f"reseaux/{network.slug}/inviter/",
        "comptes/",
        "remises-a-zero/",
    ):
        assert client.get(f"/administration/{path}").status_code == 200, path


def test_inviting_a_professional_gives_a_link_that_works(client: Client, admin: User, network: Network) -> None:
    page = client.post(f"/administration/reseaux/{network.slug}/inviter/", _invitation())
    assert page.status_code == 200
    link = page.context["link"].removeprefix("http://testserver")
    assert Client().get(link).status_code == 200
    membership = NetworkMembership.objects.get(network=network, practice__professional__rpps="10000000017")
    assert membership.role == "membre"
    assert User.objects.get(login="rosa.vally").network == network
    assert "rosa.vally" in client.get("/administration/comptes/").content.decode()


def test_without_rpps_the_administrator_is_the_sponsor(client: Client, admin: User, network: Network) -> None:
    client.post(f"/administration/reseaux/{network.slug}/inviter/", _invitation(rpps=""))
    assert Professional.objects.get(family_name="Vally").sponsor_id == admin.professional_id


def test_refused_invitation_leaves_nothing_behind(client: Client, admin: User, network: Network) -> None:
    response = client.post(f"/administration/reseaux/{network.slug}/inviter/", _invitation(login=admin.login))
    assert response.status_code == 422
    assert "Vally" in response.content.decode()
    assert not Professional.objects.filter(family_name="Vally").exists()


def test_shared_identifier_is_questioned_then_traced(client: Client, admin: User, network: Network) -> None:
    """PG-01: no generic account without a warning and a trace."""
    from pepites.audit.models import Entry

    path = f"/administration/reseaux/{network.slug}/inviter/"
    assert client.post(path, _invitation(login="infirmiere2")).status_code == 422
    assert client.post(path, _invitation(login="infirmiere2", nominative="1")).status_code == 200
    with as_owner():
        assert Entry.objects.get(code="accounts.account.created").detail["shared_name"] is True


def test_adding_and_ending_a_member(client: Client, admin: User, network: Network) -> None:
    with as_owner():
        practice = factories.practice()
    path = f"/administration/reseaux/{network.slug}"
    values = {"practice": str(practice.public_id), "role": "coordination"}
    assert client.post(f"{path}/ajouter/", values).status_code == 302
    membership = NetworkMembership.objects.get(practice=practice)
    assert client.post(f"{path}/terminer/", {"membership": membership.pk}).status_code == 302
    membership.refresh_from_db()
    assert membership.ends_at is not None


@pytest.mark.parametrize("number", ["", "²", "-1", "9" * 30, "1\x00"])
def test_a_made_up_member_is_not_found(client: Client, admin: User, network: Network, number: str) -> None:
    assert client.post(f"/administration/reseaux/{network.slug}/terminer/", {"membership": number}).status_code == 404


def test_last_administrator_stays(client: Client, admin: User, network: Network) -> None:
    own = NetworkMembership.objects.get(network=network, role="administration")
    client.post(f"/administration/reseaux/{network.slug}/terminer/", {"membership": own.pk})
    own.refresh_from_db()
    assert own.ends_at is None


def test_deactivating_closes_the_account(client: Client, admin: User, network: Network) -> None:
    with as_owner():
        victim = account(network=network)
        factories.membership(network, victim.professional.practices.get(), "membre")
    other = Client()
    sign_in(other, victim)
    client.post(f"/administration/comptes/{victim.public_id}/", {"act": "deactivate"})
    assert other.get("/compte/").status_code == 302
    victim.refresh_from_db()
    assert victim.is_active is False


@pytest.mark.parametrize("act", ["deactivate", "sessions", "reset", "invite"])
def test_adding_somebody_to_ones_network_gives_no_power_over_the_account(
    client: Client, admin: User, network: Network, act: str
) -> None:
    """Else an administrator would shut, or take over with a second one of their own making, any account."""
    with as_owner():
        elsewhere = factories.network()
        practice = factories.practice()
        factories.membership(elsewhere, practice)
        victim = account(practice, network=elsewhere)
    added = client.post(
        f"/administration/reseaux/{network.slug}/ajouter/", {"practice": str(practice.public_id), "role": "membre"}
    )
    assert added.status_code == 302
    page = f"/administration/comptes/{victim.public_id}/"
    assert client.get(page).status_code == 403
    assert client.post(page, {"act": act, "motive": "Vue en face à face"}).status_code == 403
    assert victim.login not in client.get("/administration/comptes/").content.decode()
    victim.refresh_from_db()
    assert victim.is_active


def test_nobody_is_invited_in_the_name_of_a_member_of_another_network(
    client: Client, admin: User, network: Network
) -> None:
    """The holder of the link would work in every place of practice of that person."""
    with as_owner():
        practice = factories.practice(professional=factories.professional(rpps="10000000017"))
        factories.membership(factories.network(), practice)
    response = client.post(f"/administration/reseaux/{network.slug}/inviter/", _invitation())
    assert response.status_code == 422
    assert "travaille dans un autre réseau" in response.content.decode()
    assert not User.objects.filter(login="rosa.vally").exists()


def test_the_database_refuses_an_account_for_somebody_elses_network(admin: User) -> None:
    with as_owner():
        elsewhere = factories.network()
        actor = factories.actor_for(admin.professional.practices.get())
    with unit_of_work(actor), pytest.raises(DatabaseError), transaction.atomic():
        User.objects.create(login="intrus", password="!", network=elsewhere)


def test_platform_administrator_needs_no_place_of_practice(client: Client, network: Network) -> None:
    with as_owner():
        user = account()
        bare = factories.user(password=user.password, platform_admin=True)
        from tests.accounts.factories import SEED

        from pepites.accounts.crypto import seal
        from pepites.accounts.models import TotpDevice

        TotpDevice.objects.create(user=bare, seed=seal(SEED, where=f"accounts_totpdevice|seed|{bare.pk}"))
    assert sign_in(client, bare).url == "/contextes/"
    assert client.get("/administration/").status_code == 200
    assert client.post(f"/administration/reseaux/{network.slug}/inviter/", _invitation()).status_code == 200


def test_structures_are_found_by_name_and_added(client: Client, admin: User) -> None:
    values = {"name": "Pôle santé du Maroni", "kind": "centre", "finess": ""}
    assert client.post("/administration/structures/nouvelle/", values).status_code == 302
    found = client.get("/administration/structures/?q=sante maroni").json()["results"]
    assert [item["label"] for item in found] == ["Pôle santé du Maroni"]
