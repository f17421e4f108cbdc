"""Asking the directory about one number: kept a day, refreshed by the night, else the local copy (annuaire §3)."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner, as_role

from pepites.audit.models import Entry
from pepites.common.clock import now
from pepites.directory.models import LiveLookup
from pepites.directory.ports import LivePerson, LivePlace, NationalAway
from pepites.directory.tasks import refresh_live

pytestmark = pytest.mark.django_db
RPPS = "99700000017"
NURSE = LivePerson(
    RPPS, f"8{RPPS}", "SABAYO", "EDMEE", "MME", professions=("60",), mailboxes=("edmee@mssante.invalid",),
    places=(LivePlace("Résidence des Wapas", "970309907", "1 rue inventée 97300 CAYENNE", "0594", "FON-AU", "S"),),
)  # fmt: skip


class Fake:
    """A directory in the process."""

    def __init__(self) -> None:
        self.people: dict[str, LivePerson] = {RPPS: NURSE}
        self.asked: list[str] = []
        self.changed: list[str] = []
        self.since: date | None = None
        self.away = False

    def find(self, rpps: str) -> LivePerson | None:
        self.asked.append(rpps)
        if self.away:
            raise NationalAway("network")
        return self.people.get(rpps)

    def changed_since(self, day: date) -> Iterator[str]:
        self.since = day
        yield from self.changed


FAKE = Fake()


def provider() -> Fake:
    return FAKE


@pytest.fixture(autouse=True)
def fake(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Fake:
    settings.PEPITES_GATEWAYS = settings.PEPITES_GATEWAYS | {"annuaire": "tests.directory.test_live.provider"}
    settings.PEPITES_ANNUAIRE_API_KEY = "cle"
    made = Fake()
    monkeypatch.setattr("tests.directory.test_live.FAKE", made)
    return made


@pytest.fixture
def nurse() -> Client:
    with as_owner():
        user = account(factories.practice())
    client = Client()
    sign_in(client, user)
    return client


def ask(client: Client, rpps: str = RPPS, **values: str) -> Any:
    return client.post("/annuaire/direct/demander/", {"rpps": rpps, **values})


def test_an_unknown_number_is_asked_then_shown(nurse: Client, fake: Fake) -> None:
    page = nurse.get("/annuaire/", {"q": RPPS}).content.decode()
    assert "Demander à l'annuaire national" in page
    assert nurse.get(f"/annuaire/{RPPS}/").status_code == 404
    assert ask(nurse).url == f"/annuaire/{RPPS}/"
    page = nurse.get(f"/annuaire/{RPPS}/").content.decode()
    for said in ("SABAYO", "Infirmier", "Résidence des Wapas", "edmee@mssante.invalid", "réponse du"):
        assert said in page
    with as_owner():
        assert Entry.objects.get(code="directory.live.asked").object_id == RPPS


def test_an_answer_serves_a_day(nurse: Client, fake: Fake) -> None:
    with time_machine.travel(now(), tick=False):
        ask(nurse)
        ask(nurse)
        assert fake.asked == [RPPS]
        ask(nurse, encore="1")
        assert fake.asked == [RPPS, RPPS]
        assert nurse.get(f"/annuaire/{RPPS}/").status_code == 200
    with as_owner():
        LiveLookup.objects.update(asked_at=now() - timedelta(hours=25))
    assert nurse.get(f"/annuaire/{RPPS}/").status_code == 404  # no longer shown as the present
    ask(nurse)
    assert len(fake.asked) == 3


def test_nobody_is_said(nurse: Client, fake: Fake) -> None:
    fake.people.clear()
    response = nurse.post("/annuaire/direct/demander/", {"rpps": RPPS}, follow=True)
    assert f"ne connaît pas le numéro {RPPS}" in response.content.decode()
    assert LiveLookup.objects.get().found is False


def test_what_is_no_number_is_not_asked(nurse: Client, fake: Fake) -> None:
    for wrong in ("", "123", "9970000001A", "../../x"):
        assert ask(nurse, wrong).status_code == 422
    assert fake.asked == []


def test_a_directory_away_leaves_the_copy(nurse: Client, fake: Fake) -> None:
    fake.away = True
    response = nurse.post("/annuaire/direct/demander/", {"rpps": RPPS}, follow=True)
    assert "vient de la copie" in response.content.decode()
    assert not LiveLookup.objects.exists()


def test_without_a_key_nothing_is_offered(nurse: Client, fake: Fake, settings: Any) -> None:
    settings.PEPITES_ANNUAIRE_API_KEY = ""
    assert "Demander" not in nurse.get("/annuaire/", {"q": RPPS}).content.decode()
    assert ask(nurse).status_code == 422
    with as_role("pepites_worker"):
        assert refresh_live() == 0


def test_who_works_nowhere_spends_no_quota(fake: Fake) -> None:
    with as_owner():
        user = account()
        user.professional.practices.update(ends_at=now() - timedelta(days=1))
    client = Client()
    sign_in(client, user)
    assert ask(client).status_code in {302, 403}
    assert Client().post("/annuaire/direct/demander/", {"rpps": RPPS}).status_code == 302
    assert fake.asked == []


def test_the_night_asks_again_about_what_changed(nurse: Client, fake: Fake) -> None:
    ask(nurse)
    fake.asked.clear()
    fake.changed = ["99700000025", RPPS]
    fake.people[RPPS] = replace(NURSE, family_name="SABAYO-TIKANE")
    with as_role("pepites_worker"):
        assert refresh_live() == 1
    assert fake.asked == [RPPS]  # only those that were asked about here
    assert LiveLookup.objects.get().said["family_name"] == "SABAYO-TIKANE"
    with as_owner():
        LiveLookup.objects.update(asked_at=now() - timedelta(days=40))
    fake.changed = []
    with as_role("pepites_worker"):
        refresh_live()
    assert not LiveLookup.objects.exists()
    assert fake.since is not None
    assert (now().date() - fake.since).days <= 31
