"""Life of sessions: limits, revocation, events."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import factories
from tests.accounts.factories import PASSWORD, account, sign_in
from tests.conftest import as_owner

from pepites.accounts.events import SessionEnded
from pepites.accounts.models import User, UserSession
from pepites.accounts.selectors import session_is_open
from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.common.events import _handlers, subscribe

pytestmark = pytest.mark.django_db


def _signed_in(client: Client) -> User:
    with as_owner():
        user = account()
    sign_in(client, user)
    return user


def test_idle_session_ends_and_says_where_to_return(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _signed_in(client)
        clock.shift(timedelta(minutes=14))
        assert client.get("/compte/").status_code == 200
        clock.shift(timedelta(minutes=14))
        assert client.get("/compte/sessions/").status_code == 200
        key = client.session.session_key
        clock.shift(timedelta(minutes=15, seconds=1))
        response = client.get("/compte/?x=1")
        assert response.url == "/connexion/?suite=/compte/%3Fx%3D1"
        assert not UserSession.objects.filter(session_key=key).exists()


def test_background_requests_are_no_sign_of_life(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _signed_in(client)
        for _ in range(2):
            clock.shift(timedelta(minutes=8))
            response = client.get("/compte/", headers={"X-Pep-Background": "1"})
        assert response.status_code == 302


def test_session_never_outlives_twelve_hours(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _signed_in(client)
        for _ in range(12 * 6 - 1):
            clock.shift(timedelta(minutes=10))
            client.post("/session/prolonger/")
        assert client.get("/compte/").status_code == 200
        clock.shift(timedelta(minutes=11))
        assert client.get("/compte/").status_code == 302


def test_saving_a_session_keeps_its_age(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _signed_in(client)
        opened = UserSession.objects.get().created_at
        clock.shift(timedelta(minutes=5))
        session = client.session
        session["autre"] = 1
        session.save()
        assert UserSession.objects.get(session_key=session.session_key).created_at == opened


def test_last_seen_is_written_at_most_once_a_minute(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        _signed_in(client)
        seen = UserSession.objects.get().last_seen_at
        clock.shift(timedelta(seconds=50))
        client.get("/compte/")
        assert UserSession.objects.get().last_seen_at == seen
        clock.shift(timedelta(seconds=20))
        client.get("/compte/")
        assert UserSession.objects.get().last_seen_at > seen


def test_extend_session_answers_204(client: Client) -> None:
    _signed_in(client)
    assert client.post("/session/prolonger/").status_code == 204
    assert Client().post("/session/prolonger/").status_code == 302


def _second_device(user: User) -> Client:
    other = Client()
    with time_machine.travel(now() + timedelta(seconds=60)):
        sign_in(other, user)
        assert "_auth_user_id" in other.session
    return other


def test_revoking_one_session_puts_it_out(client: Client) -> None:
    user = _signed_in(client)
    other = _second_device(user)
    ref = other.session.session_key[:8]
    heard: list[SessionEnded] = []
    handler = heard.append
    subscribe(SessionEnded, handler)
    try:
        assert client.post("/compte/sessions/", {"ref": ref}).status_code == 302
    finally:
        _handlers[SessionEnded].remove(handler)
    assert heard == [SessionEnded(session_ref=ref, user_id=user.pk)]
    assert other.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200


def test_revoking_all_others_keeps_this_one(client: Client) -> None:
    user = _signed_in(client)
    other = _second_device(user)
    client.post("/compte/sessions/")
    assert other.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200


def test_nobody_revokes_anothers_session(client: Client) -> None:
    _signed_in(client)
    stranger = Client()
    _signed_in(stranger)
    assert stranger.post("/compte/sessions/", {"ref": client.session.session_key[:8]}).status_code == 404
    assert client.get("/compte/").status_code == 200


def test_deactivated_account_is_out_at_once(client: Client) -> None:
    user = _signed_in(client)
    key = client.session.session_key
    assert session_is_open(key)
    with as_owner():
        User.objects.filter(pk=user.pk).update(is_active=False)
    assert not session_is_open(key)
    assert client.get("/compte/").url.startswith("/connexion/")


def test_ended_place_of_practice_asks_for_another(client: Client) -> None:
    user = _signed_in(client)
    with as_owner():
        user.professional.practices.update(ends_at=now())
    assert client.get("/contextes/").status_code == 200
    assert client.get("/contextes/").context["current"] is None


def test_a_password_changed_elsewhere_puts_the_session_out(client: Client) -> None:
    user = _signed_in(client)
    assert client.get("/compte/").status_code == 200
    with as_owner():
        User.objects.filter(pk=user.pk).update(password="argon2$autre")
    assert client.get("/compte/").status_code == 302
    assert not UserSession.objects.filter(user_id=user.pk).exists()


def test_the_session_brings_account_and_place_in_one_query(client: Client) -> None:
    _signed_in(client)
    with CaptureQueriesContext(connection) as asked:
        assert client.get("/compte/").status_code == 200
    about = [one["sql"] for one in asked if "accounts_session" in one["sql"] or "FROM accounts_user" in one["sql"]]
    assert len(about) == 1, about


def test_sign_out_is_a_post_that_ends_the_session(client: Client) -> None:
    _signed_in(client)
    key = client.session.session_key
    assert client.get("/deconnexion/").status_code == 405
    client.post("/deconnexion/")
    assert not UserSession.objects.filter(session_key=key).exists()


def test_changing_password_closes_the_other_sessions(client: Client) -> None:
    user = _signed_in(client)
    other = _second_device(user)
    values = {"current": PASSWORD, "password": "Fleuve-tranquille-84", "again": "Fleuve-tranquille-84"}
    assert client.post("/compte/mot-de-passe/", values | {"current": "faux"}).status_code == 422
    assert client.post("/compte/mot-de-passe/", values).status_code == 302
    assert client.get("/compte/").status_code == 200
    assert other.get("/compte/").status_code == 302


def test_a_weak_new_password_is_told_beside_its_field(client: Client) -> None:
    _signed_in(client)
    values = {"current": PASSWORD, "password": "court", "again": "court"}
    page = client.post("/compte/mot-de-passe/", values)
    assert page.status_code == 422
    assert page.context["form"].errors["password"] == ["Il faut au moins 8 caractères."]


def test_an_open_session_is_no_place_to_guess_the_password(client: Client) -> None:
    _signed_in(client)
    values = {"current": "faux", "password": "Fleuve-tranquille-84", "again": "Fleuve-tranquille-84"}
    for _ in range(5):
        assert client.post("/compte/mot-de-passe/", values).status_code == 422
    page = client.post("/compte/mot-de-passe/", values | {"current": PASSWORD})
    assert page.status_code == 422
    assert "Trop d" in page.content.decode()
    with as_owner():
        assert Entry.objects.filter(code="accounts.sign_in.failed", outcome=4).count() == 5


@pytest.mark.parametrize("ref", ["", "\x00" * 8, "%%%%%%%%", "________", "court"])
def test_a_made_up_session_is_not_found(client: Client, ref: str) -> None:
    _signed_in(client)
    assert client.post("/compte/sessions/", {"ref": ref or " "}).status_code == 404


def test_touching_factors_wants_a_fresh_proof(client: Client) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        user = _signed_in(client)
        clock.shift(timedelta(minutes=6))
        assert client.get("/compte/application/").url == "/compte/confirmer/?suite=/compte/application/"
        assert client.post("/compte/codes/").status_code == 302
        from tests.accounts.factories import code

        assert client.post("/compte/confirmer/", {"code": code(), "suite": "/compte/"}).url == "/compte/"
        assert client.post("/compte/codes/").status_code == 200
        assert user.recovery_codes.count() == 10


def test_networks_show_in_the_choice_of_context(client: Client) -> None:
    with as_owner():
        user = account()
        practice = factories.practice(professional=user.professional)
        network = factories.network(short_name="MAIA-ESSAI")
        factories.membership(network, practice)
    sign_in(client, user)
    assert "MAIA-ESSAI" in client.get("/contextes/").content.decode()
