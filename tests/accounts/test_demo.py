"""Demonstration accounts: one click, in demonstration mode only."""

import pytest
from django.test import Client
from pytest_django import Settings as SettingsWrapper
from tests.accounts.factories import account
from tests.conftest import as_owner

from pepites.accounts.selectors import session_is_open

pytestmark = pytest.mark.django_db


def _url(user: object) -> str:
    return f"/connexion/demonstration/{user.public_id}/"  # type: ignore[attr-defined]


def test_one_click_in_demonstration(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO = True
    with as_owner():
        user = account(demo=True, demo_note="Montre la file active.", totp=False)
    assert "Montre la file active." in client.get("/connexion/").content.decode()
    assert client.post(_url(user)).status_code == 302
    assert client.session["auth_method"] == "demo"
    assert client.session["strong"] is True


def test_refused_outside_demonstration(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO = False
    with as_owner():
        user = account(demo=True, demo_note="Montre la file active.")
    assert "Montre la file active." not in client.get("/connexion/").content.decode()
    assert client.post(_url(user)).status_code == 404
    assert "_auth_user_id" not in client.session


def test_refused_in_production_even_with_the_flag(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO, settings.PRODUCTION = True, True
    with as_owner():
        user = account(demo=True)
    assert client.post(_url(user)).status_code == 404


def test_a_session_of_the_demonstration_ends_with_it(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO = True
    with as_owner():
        user = account(demo=True)
    client.post(_url(user))
    key = client.session.session_key
    assert client.get("/compte/").status_code == 200
    settings.PEPITES_DEMO = False
    assert not session_is_open(key)
    assert client.get("/compte/").status_code == 302


def test_refused_for_an_ordinary_account(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO = True
    with as_owner():
        user = account(demo=False)
    assert client.post(_url(user)).status_code == 404


def test_refused_by_get(client: Client, settings: SettingsWrapper) -> None:
    settings.PEPITES_DEMO = True
    with as_owner():
        user = account(demo=True)
    assert client.get(_url(user)).status_code == 405
