"""The screens of machine clients: for the platform's administrators."""

import json
from typing import Any

import pytest
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.accounts.machines import certificate, pem, public_set, rsa_key, service_client, sha256
from tests.conftest import as_owner

from pepites.accounts.models import ServiceClient, User
from pepites.audit.models import Entry

pytestmark = pytest.mark.django_db
LIST = "/administration/logiciels/"


def signed_in(client: Client, **values: Any) -> User:
    with as_owner():
        user = account(factories.practice())
        User.objects.filter(pk=user.pk).update(**values)
    sign_in(client, user)
    return user


@pytest.fixture
def platform(client: Client) -> User:
    return signed_in(client, platform_admin=True)


def form(**values: Any) -> dict[str, Any]:
    with as_owner():
        structure = factories.organization()
    return {
        "name": "GAM", "client_id": "gam-kourou", "organization": str(structure.public_id), "fr_core": "2.1",
        "domain_system": "1.2.250.1.999.4", "scopes": ["ITI-83"], "jwks": json.dumps(public_set(rsa_key())),
        "certificate": "", "days": "90",
    } | values  # fmt: skip


def test_an_administrator_of_networks_does_not_see_them(client: Client) -> None:
    user = signed_in(client)
    with as_owner():
        row = service_client()
        factories.membership(factories.network(), user.professional.practices.get(), "administration")
    assert client.get("/administration/").status_code == 200
    assert "logiciels" not in client.get("/administration/").content.decode()
    for path in (LIST, f"{LIST}nouveau/", f"{LIST}{row.public_id}/"):
        assert client.get(path).status_code == 403
    assert client.post(f"{LIST}{row.public_id}/").status_code == 403
    row.refresh_from_db()
    assert row.is_active


def test_a_software_is_added_listed_and_revoked(client: Client, platform: User) -> None:
    made = client.post(f"{LIST}nouveau/", form())
    assert made.status_code == 302
    row = ServiceClient.objects.get()
    assert (row.client_id, row.fr_core, row.scopes, row.created_by_id) == ("gam-kourou", "2.1", ["ITI-83"], platform.pk)
    assert "GAM" in client.get(LIST).content.decode()
    assert "Révoquer ce logiciel" in client.get(made["Location"]).content.decode()
    assert client.post(made["Location"]).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.revoked_by_id) == ("révoqué", platform.pk)
    assert "Révoquer ce logiciel" not in client.get(made["Location"]).content.decode()
    with as_owner():
        codes = set(Entry.objects.filter(user_id=platform.pk).values_list("code", flat=True))
    assert {"accounts.client.created", "accounts.client.revoked"} <= codes


def test_a_certificate_is_kept_by_its_fingerprint(client: Client, platform: User) -> None:
    made = certificate()
    assert client.post(f"{LIST}nouveau/", form(jwks="", certificate=pem(made).decode())).status_code == 302
    row = ServiceClient.objects.get()
    assert (row.jwks, row.certificate_sha256) == (None, sha256(made))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"jwks": "{"}, "Ce n&#x27;est pas du JSON"),
        ({"jwks": json.dumps({"keys": [rsa_key().as_dict(private=True)]})}, "clé privée"),
        ({"certificate": "x"}, "Ce n&#x27;est pas un certificat"),
        ({"jwks": ""}, "Donnez les clés publiques"),
        ({"scopes": []}, "Cochez au moins une case"),
        ({"organization": ""}, "Choisissez une structure"),
        ({"client_id": "GAM"}, "lettres minuscules"),
        ({"days": "0"}, "de 1 à 1 098 jours"),
        ({"domain_system": "kourou"}, "OID"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_added(
    client: Client, platform: User, values: dict[str, Any], words: str
) -> None:
    answer = client.post(f"{LIST}nouveau/", form(**values))
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not ServiceClient.objects.exists()


def test_an_unknown_software_is_404(client: Client, platform: User) -> None:
    assert client.get(f"{LIST}00000000-0000-7000-8000-000000000000/").status_code == 404
