"""Passkeys, with a software authenticator that speaks the real bytes."""

import json

import pytest
from django.test import Client
from tests.accounts.factories import account, give_password, sign_in
from tests.accounts.passkey import SoftKey
from tests.conftest import as_owner

from pepites.accounts.models import Passkey, User

pytestmark = pytest.mark.django_db
STEP = "/connexion/second-facteur/"
FIRST = "/connexion/premier-facteur/"


@pytest.fixture
def enrolled(client: Client) -> tuple[User, SoftKey]:
    with as_owner():
        user = account(totp=False)
    give_password(client, user)
    key = SoftKey()
    options = client.get(FIRST).context["passkey_options"]
    response = client.post(FIRST, {"registration": key.create(options), "name": "Téléphone"})
    assert response.status_code == 200
    assert client.session["auth_method"] == "local+passkey"
    assert Passkey.objects.get(user=user).name == "Téléphone"
    return user, key


def _ask(user: User) -> tuple[Client, dict[str, object]]:
    client = Client()
    give_password(client, user)
    return client, client.get(STEP).context["passkey_options"]


def test_passkey_signs_in(enrolled: tuple[User, SoftKey]) -> None:
    user, key = enrolled
    client, options = _ask(user)
    assert client.post(STEP, {"assertion": key.get(options)}).status_code == 302
    assert client.session["auth_method"] == "local+passkey"
    assert Passkey.objects.get().sign_count == 1


def test_answer_to_another_challenge_is_refused(enrolled: tuple[User, SoftKey]) -> None:
    user, key = enrolled
    client, options = _ask(user)
    answer = key.get(options)
    assert client.post(STEP, {"assertion": answer}).status_code == 302
    again, _ = _ask(user)
    assert again.post(STEP, {"assertion": answer}).status_code == 422
    assert "_auth_user_id" not in again.session


def test_challenge_serves_once(enrolled: tuple[User, SoftKey]) -> None:
    user, key = enrolled
    client, options = _ask(user)
    assert client.post(STEP, {"assertion": json.dumps({"id": "AAAA"})}).status_code == 422
    assert client.post(STEP, {"assertion": key.get(options)}).status_code == 422


@pytest.mark.parametrize("wrong", ["site", "key", "count"])
def test_wrong_site_key_or_counter_is_refused(enrolled: tuple[User, SoftKey], wrong: str) -> None:
    user, key = enrolled
    if wrong == "count":
        with as_owner():
            Passkey.objects.update(sign_count=9)
    client, options = _ask(user)
    if wrong == "site":
        key.origin = "http://hameconnage.example"
    if wrong == "key":
        other = SoftKey()
        other.id = key.id
        key = other
    assert client.post(STEP, {"assertion": key.get(options)}).status_code == 422


@pytest.mark.parametrize("answer", ["", "pas du json", "[]", "{}", '{"id": "é"}'])
def test_nonsense_is_refused_politely(enrolled: tuple[User, SoftKey], answer: str) -> None:
    client, _ = _ask(enrolled[0])
    assert client.post(STEP, {"assertion": answer, "code": ""}).status_code == 422


def test_another_account_s_key_is_refused(enrolled: tuple[User, SoftKey], client: Client) -> None:
    _, key = enrolled
    with as_owner():
        other = account(totp=False)
    stranger = Client()
    give_password(stranger, other)
    mine = SoftKey()
    stranger.post(FIRST, {"registration": mine.create(stranger.get(FIRST).context["passkey_options"])})
    asked, options = _ask(other)
    assert asked.post(STEP, {"assertion": key.get(options)}).status_code == 422


def test_last_factor_cannot_be_removed(enrolled: tuple[User, SoftKey], client: Client) -> None:
    passkey = Passkey.objects.get()
    client.post(f"/compte/cles/{passkey.public_id}/retirer/")
    passkey.refresh_from_db()
    assert passkey.disabled_at is None


def test_no_passkey_on_a_bare_address(client: Client) -> None:
    """Browsers refuse them there: the page must not offer what cannot work."""
    with as_owner():
        user = account(totp=False)
    client.post("/connexion/", {"login": user.login, "password": "Rivière-calme-27"}, HTTP_HOST="127.0.0.1:8000")
    assert client.get(FIRST, HTTP_HOST="127.0.0.1:8000").context["passkey_options"] is None


def test_removed_passkey_no_longer_signs_in(client: Client) -> None:
    with as_owner():
        user = account()
    sign_in(client, user)
    key = SoftKey()
    options = client.get("/compte/application/").context["passkey_options"]
    assert client.post("/compte/application/", {"registration": key.create(options)}).status_code == 302
    passkey = Passkey.objects.get()
    client.post(f"/compte/cles/{passkey.public_id}/retirer/")
    asked = Client()
    give_password(asked, user)
    assert asked.get(STEP).context["passkey_options"] is None
