"""Means of identification on the screen: the official picture, the homologation, the accounts that wait."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import factories
from tests.accounts import psc_fake as psc
from tests.accounts.factories import account, sign_in
from tests.accounts.test_psc import NATIONAL, RPPS, fake, homologation
from tests.conftest import as_owner

from pepites.accounts.models import Homologation, User
from pepites.accounts.policies import may_use_national
from pepites.accounts.services import record_homologation
from pepites.accounts.views.button import MAX_BYTES
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, ActorKind, ActorRef, Channel, system_actor
from pepites.common.clock import today
from pepites.common.decision import Reason
from pepites.common.errors import DomainError, Refused
from pepites.networks.models import Network

pytestmark = pytest.mark.django_db
PAGE = "/administration/identification/"
__all__ = ["fake"]


@pytest.fixture
def administrator(settings: Any) -> Client:
    """The platform's administrator, signed in before Pro Santé Connect was wired."""
    with as_owner():
        user = account(platform_admin=True)
        homologation()
    client = Client()
    sign_in(client, user)
    with as_owner():
        Homologation.objects.all().delete()
    return client


@pytest.mark.parametrize(("name", "body"), [("b.png", b"\x89PNG\r\n\x1a\nx"), ("b.svg", b"<svg/>")])
def test_the_official_picture_is_the_deployments(
    client: Client, settings: Any, tmp_path: Path, name: str, body: bytes
) -> None:
    assert client.get("/connexion/bouton-psc").status_code == 404
    assert "<img" not in client.get("/connexion/").content.decode()
    (tmp_path / name).write_bytes(body)
    settings.PEPITES_PSC_BUTTON = str(tmp_path / name)
    answer = client.get("/connexion/bouton-psc")
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers["Content-Type"].startswith("image/")
    assert 'alt="S\'identifier avec Pro Santé Connect"' in client.get("/connexion/").content.decode()


@pytest.mark.parametrize(("name", "body"), [("b.html", b"<b>"), ("b.png", b"<b>"), ("b.svg", b"x"), ("b.png", b"")])
def test_what_is_no_picture_is_not_shown(client: Client, settings: Any, tmp_path: Path, name: str, body: bytes) -> None:
    (tmp_path / name).write_bytes(body)
    settings.PEPITES_PSC_BUTTON = str(tmp_path / name)
    assert client.get("/connexion/bouton-psc").status_code == 404
    settings.PEPITES_PSC_BUTTON = str(tmp_path / "absent.png")
    assert client.get("/connexion/bouton-psc").status_code == 404
    (tmp_path / "gros.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * MAX_BYTES)
    settings.PEPITES_PSC_BUTTON = str(tmp_path / "gros.png")
    assert client.get("/connexion/bouton-psc").status_code == 404


def decision(**values: str) -> dict[str, str]:
    signed, end = (today() - timedelta(days=2)).isoformat(), (today() + timedelta(days=700)).isoformat()
    usual = {"reference": "DEC-2026-014", "signatory": "La directrice", "signed_on": signed, "expires_on": end}
    return usual | values


def test_a_homologation_opens_then_closes_local_accounts(administrator: Client) -> None:
    assert "Fermés" in administrator.get(PAGE).content.decode()
    assert administrator.post(PAGE, decision()).status_code == 302
    page = administrator.get(PAGE).content.decode()
    assert "DEC-2026-014" in page
    assert "Ouverts" in page
    kept = Homologation.objects.get()
    assert administrator.post(PAGE, {"act": "withdraw", "homologation": str(kept.public_id)}).status_code == 302
    assert "Fermés" in administrator.get(PAGE).content.decode()
    assert administrator.post(PAGE, {"act": "withdraw", "homologation": str(kept.public_id)}).status_code == 404
    assert administrator.post(PAGE, {"act": "withdraw", "homologation": "x"}).status_code == 404
    with as_owner():
        codes = set(Entry.objects.filter(code__startswith="accounts.homologation").values_list("code", flat=True))
    assert len(codes) == 2


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"reference": ""}, "Remplissez"),
        ({"signed_on": (today() + timedelta(days=3)).isoformat()}, "signée demain"),
        ({"expires_on": (today() - timedelta(days=3)).isoformat()}, "après la signature"),
        ({"expires_on": (today() + timedelta(days=1200)).isoformat()}, "trois ans"),
        ({"signed_on": "hier"}, "Écrivez la date"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(administrator: Client, values: dict[str, str], said: str) -> None:
    response = administrator.post(PAGE, decision(**values))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Homologation.objects.exists()


def test_only_the_platform_records_a_decision() -> None:
    with as_owner():
        user = account()
    actor = Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=user.pk), strong=True)
    values: dict[str, Any] = {
        "reference": "D", "signatory": "S", "signed_on": today() - timedelta(days=1),
        "expires_on": today() + timedelta(days=9),
    }  # fmt: skip
    with pytest.raises(Refused), unit_of_work(actor):
        record_homologation(actor=actor, **values)
    command = system_actor("admin_homologation", channel=Channel.COMMAND)
    with as_owner(), unit_of_work(command):
        leap = values | {"signed_on": date(2024, 2, 29), "expires_on": date(2027, 2, 28)}
        assert record_homologation(actor=command, **leap).recorded_by_id is None
        with pytest.raises(DomainError):
            record_homologation(actor=command, **leap | {"expires_on": date(2027, 3, 1)})


def test_who_waits_is_shown_then_brought_in(administrator: Client, settings: Any) -> None:
    waiting = Client()
    psc.sign_in(waiting)
    page = administrator.get(PAGE).content.decode()
    assert "Ana ESSAI" in page
    assert NATIONAL in page
    assert "1 compte en attente" in administrator.get("/administration/").content.decode()
    with as_owner():
        network: Network = factories.network()
        where = factories.organization()
    values = {"family_name": "Essai", "given_name": "Ana", "rpps": RPPS, "profession": "ide",
              "organization": str(where.public_id), "login": "ana.essai", "role": "membre"}  # fmt: skip
    response = administrator.post(f"/administration/reseaux/{network.slug}/inviter/", values, follow=True)
    assert "aucun lien" in response.content.decode()
    user = User.objects.get(national_id=NATIONAL)
    assert not user.pending
    assert not User.objects.filter(login="ana.essai").exists()
    assert "Personne n'attend" in administrator.get(PAGE).content.decode().replace("&#x27;", "'")
    psc.sign_in(waiting)
    assert waiting.get("/contextes/").status_code == 200
    again = Client()
    assert psc.sign_in(again).url == "/"


def test_national_services_want_a_national_means(settings: Any) -> None:
    settings.PEPITES_NATIONAL_MEANS_FOR = ["insi"]

    def by(assurance: str) -> Actor:
        return Actor(ref=ActorRef(kind=ActorKind.HUMAN, user_id=1), assurance=assurance)

    assert may_use_national(by("substantiel"), "insi")
    assert may_use_national(by("eleve"), "insi")
    for weak in ("local_homologue", "local_transition", "demo", ""):
        assert may_use_national(by(weak), "insi").reason is Reason.MEANS_TOO_WEAK
        assert may_use_national(by(weak), "autre")
    assert may_use_national(system_actor("nuit"), "insi")  # the structure's certificate speaks
