"""What the database lets a machine client do: speak in its own name, revive nothing (docs/developpeurs)."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from tests import factories
from tests.accounts.machines import machine_actor, service_client
from tests.conftest import as_owner, as_role

from pepites.accounts.models import AccessToken, ServiceClient
from pepites.audit import idempotency
from pepites.audit.models import Entry
from pepites.audit.unit import MixedActors, record, unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef
from pepites.common.clock import now
from pepites.common.errors import Conflict

pytestmark = pytest.mark.django_db


def domain() -> str | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_client_domain()")
        return cursor.fetchone()[0]


def refused(work: object) -> bool:
    try:
        with transaction.atomic():
            work()  # type: ignore[operator]
    except DatabaseError:
        return True
    return False


@pytest.fixture
def client_row() -> ServiceClient:
    with as_owner():
        return service_client(domain_system="1.2.250.1.999.1")


def test_the_domain_is_that_of_the_client_that_acts(client_row: ServiceClient) -> None:
    assert domain() is None
    with unit_of_work(machine_actor(client_row)):
        assert domain() == "1.2.250.1.999.1"


@pytest.mark.parametrize("change", ["revoked", "expired"])
def test_a_client_that_is_over_has_no_domain(client_row: ServiceClient, change: str) -> None:
    with as_owner():
        values = (
            {"is_active": False, "revoked_at": now()} if change == "revoked" else {"expires_at": now() - timedelta(1)}
        )
        ServiceClient.objects.filter(pk=client_row.pk).update(**values)
    with unit_of_work(machine_actor(client_row)):
        assert domain() is None


def test_the_journal_names_the_client(client_row: ServiceClient) -> None:
    with unit_of_work(machine_actor(client_row)):
        record("accounts.token.issued", action="E")
    with as_owner():
        entry = Entry.objects.get()
    assert (entry.actor_kind, entry.service_client_id, entry.user_id) == ("machine", client_row.pk, None)


def test_a_client_writes_no_line_in_another_name(client_row: ServiceClient) -> None:
    line = (
        "INSERT INTO audit_entry (actor_kind, action, code, service_client_id, user_id)"
        " VALUES ('machine', 'R', 'x', %s, %s)"
    )
    with unit_of_work(machine_actor(client_row)), connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(line, [client_row.pk + 1, None]))
        assert refused(lambda: cursor.execute(line, [None, None]))
        assert refused(lambda: cursor.execute(line, [client_row.pk, 7]))
        assert not refused(lambda: cursor.execute(line, [client_row.pk, None]))
    person = Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=7))
    with unit_of_work(person), connection.cursor() as cursor:
        assert refused(lambda: cursor.execute(line, [client_row.pk, 7]))


def test_two_clients_do_not_share_a_unit_nor_their_keys(client_row: ServiceClient) -> None:
    with as_owner():
        other = service_client()
    key = UUID(int=7)
    with unit_of_work(machine_actor(client_row)):
        with pytest.raises(MixedActors), unit_of_work(machine_actor(other)):
            pass
        assert idempotency.once(machine_actor(client_row), key, {"a": 1}, lambda: {"n": 1}) == {"n": 1}
        assert idempotency.once(machine_actor(client_row), key, {"a": 1}, lambda: {"n": 2}) == {"n": 1}
        with pytest.raises(Conflict):
            idempotency.once(machine_actor(client_row), key, {"a": 2}, lambda: {"n": 2})
    with unit_of_work(machine_actor(other)):
        assert idempotency.once(machine_actor(other), key, {"a": 2}, lambda: {"n": 3}) == {"n": 3}


def test_only_the_platform_adds_or_revokes_a_client(client_row: ServiceClient) -> None:
    with as_owner():
        plain, platform = factories.user(), factories.user(platform_admin=True)
    copy = {
        "client_id": "autre", "name": "x", "organization_id": client_row.organization_id, "domain_system": "1.2.3",
        "certificate_sha256": "ab" * 32, "scopes": ["ITI-83"], "expires_at": now() + timedelta(9),
    }  # fmt: skip
    own = {"is_active": False, "revoked_at": now()}
    with unit_of_work(Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=plain.pk))):
        assert refused(lambda: ServiceClient.objects.create(**copy, created_by_id=plain.pk))
        assert ServiceClient.objects.filter(pk=client_row.pk).update(**own) == 0
    with unit_of_work(Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=platform.pk))):
        assert not refused(lambda: ServiceClient.objects.create(**copy, created_by_id=platform.pk))
        assert refused(lambda: ServiceClient.objects.create(**copy | {"client_id": "b"}, created_by_id=plain.pk))
        assert ServiceClient.objects.filter(pk=client_row.pk).update(**own) == 1
        assert refused(lambda: ServiceClient.objects.filter(pk=client_row.pk).update(is_active=True, revoked_at=None))
        assert refused(lambda: ServiceClient.objects.filter(pk=client_row.pk).update(scopes=["ITI-104"]))


def test_a_client_says_it_was_used_and_nothing_else(client_row: ServiceClient) -> None:
    with as_owner():
        other = service_client()
        over = service_client(is_active=False, revoked_at=now())
    rows = ServiceClient.objects
    with unit_of_work(machine_actor(client_row)):
        assert rows.filter(pk=client_row.pk).update(last_used_at=now()) == 1
        assert rows.filter(pk=other.pk).update(last_used_at=now()) == 0
    with unit_of_work(machine_actor(over)):
        assert rows.filter(pk=over.pk).update(is_active=True, revoked_at=None) == 0
        assert refused(lambda: _token(over))


def _token(row: ServiceClient, **values: object) -> AccessToken:
    defaults = {"token_hash": "f" * 64, "scopes": [], "expires_at": now() + timedelta(minutes=5)}
    return AccessToken.objects.create(client=row, **defaults | values)


def test_a_token_is_written_by_its_client_and_swept_when_over(client_row: ServiceClient) -> None:
    with as_owner():
        other = service_client()
    with unit_of_work(machine_actor(client_row)):
        _token(client_row)
        assert refused(lambda: _token(other, token_hash="e" * 64))
        assert refused(lambda: AccessToken.objects.all().delete())
    with as_owner():
        _token(client_row, token_hash="d" * 64, expires_at=now() - timedelta(minutes=1))
    with as_role("pepites_worker"):
        assert AccessToken.objects.all().delete()[0] == 1
    with as_owner():
        assert AccessToken.objects.count() == 1
