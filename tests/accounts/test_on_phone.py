"""Signing in by an approval on the telephone: who, how often, what is shown (§5.5)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests import factories
from tests.accounts import psc_fake as psc
from tests.accounts.factories import account
from tests.accounts.test_psc import fake, nurse, refusals

from pepites.common.clock import now

pytestmark = pytest.mark.django_db
PATH = "/connexion/psc/telephone/"
__all__ = ["fake"]


@pytest.fixture(autouse=True)
def allowed(settings: Any) -> None:
    settings.PEPITES_PSC_CIBA = True


def ask(client: Client, number: str = "99700000017", **values: str) -> Any:
    return client.post(PATH, {"number": number, **values})


def check(client: Client) -> Any:
    return client.post(PATH, {"act": "check"})


def known() -> None:
    from tests.conftest import as_owner

    with as_owner():
        account(nurse(), totp=False)


def test_one_approves_then_enters(client: Client, fake: psc.Fake) -> None:
    known()
    assert "approuver sur mon téléphone" in client.get("/connexion/").content.decode()
    assert ask(client, suite="/taches/").url == PATH
    sent = fake.asked[-1]
    assert sent["national_id"] == "899700000017"
    assert f">{sent['message']}<" in client.get(PATH).content.decode()
    with time_machine.travel(now() + timedelta(seconds=6), tick=False) as clock:
        assert "Pas encore approuvé" in check(client).content.decode()
        fake.approved = True
        assert "Pas encore approuvé" in check(client).content.decode()  # not asked again so soon
        clock.shift(timedelta(seconds=6))
        response = check(client)
    assert (response.status_code, response.url) == (302, "/taches/")
    assert client.session["auth_method"] == "psc"
    assert client.session["assurance"] == "substantiel"


def test_three_requests_in_ten_minutes_for_one_telephone(client: Client, fake: psc.Fake) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(3):
            assert ask(Client()).status_code == 302
        refused = ask(Client())
        assert refused.status_code == 429
        assert "dix minutes" in refused.content.decode()
        assert ask(Client(), "99700000025").status_code == 302  # another telephone
        clock.shift(timedelta(minutes=11))
        assert ask(Client()).status_code == 302
    assert len(fake.asked) == 5
    assert refusals() == ["phone_too_many"]


@pytest.mark.parametrize("why", ["phone_denied", "phone_expired", "signature"])
def test_a_refusal_leaves_nothing(client: Client, fake: psc.Fake, why: str) -> None:
    known()
    ask(client)
    fake.failure = why
    with time_machine.travel(now() + timedelta(seconds=6)):
        assert check(client).status_code == 403
    assert "_auth_user_id" not in client.session
    assert refusals() == [why]
    assert "Numéro RPPS" in client.get(PATH).content.decode()  # one may start again


def test_another_person_who_answers_is_refused(client: Client, fake: psc.Fake) -> None:
    known()
    ask(client)
    fake.approved, fake.identity = True, replace(psc.NURSE, national_id="899700000025", subject="f:2")
    with time_machine.travel(now() + timedelta(seconds=6)):
        assert check(client).status_code == 403
    assert refusals() == ["other_person"]


def test_what_was_asked_in_one_browser_is_not_anothers(client: Client, fake: psc.Fake) -> None:
    known()
    ask(client)
    fake.approved = True
    with time_machine.travel(now() + timedelta(seconds=6)):
        assert check(Client()).status_code == 422
    assert client.post(PATH, {"act": "abandon"}).url == PATH
    assert "Numéro RPPS" in client.get(PATH).content.decode()


def test_bad_numbers_and_the_flag(client: Client, fake: psc.Fake, settings: Any) -> None:
    for wrong in ("", "123", "abcdefghijk", "9970000001²"):
        assert ask(client, wrong).status_code == 422
    assert fake.asked == []
    settings.PEPITES_PSC_CIBA = False
    assert client.get(PATH).status_code == 404
    assert "sur mon téléphone" not in client.get("/connexion/").content.decode()
    assert factories is not None
