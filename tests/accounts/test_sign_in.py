"""Sign-in: two factors, one session, no way round."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.accounts.factories import PASSWORD, account, code, give_password, sign_in
from tests.conftest import as_owner

from pepites.accounts.models import RecoveryCode, Throttle, TotpDevice, UserSession
from pepites.accounts.services.factors import new_recovery_codes
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import ANONYMOUS
from pepites.common.clock import now

pytestmark = pytest.mark.django_db


def test_password_then_code_opens_a_session(client: Client) -> None:
    with as_owner():
        user = account()
    assert give_password(client, user).url == reverse("accounts:second-factor")
    assert "_auth_user_id" not in client.session  # the password alone signs nobody in
    response = client.post("/connexion/second-facteur/", {"code": code()})
    assert (response.status_code, response.url) == (302, "/")
    session = client.session
    assert session["auth_method"] == "local+totp"
    assert session["strong"] is True
    assert session["practice_id"] == user.professional.practices.get().pk


def test_session_key_changes_at_sign_in(client: Client) -> None:
    with as_owner():
        user = account()
    give_password(client, user)
    before = client.session.session_key
    client.post("/connexion/second-facteur/", {"code": code()})
    assert client.session.session_key != before
    assert not UserSession.objects.filter(session_key=before).exists()


@pytest.mark.parametrize("case", ["unknown", "wrong", "closed", "unusable"])
def test_same_answer_whatever_is_wrong(client: Client, case: str) -> None:
    with as_owner():
        user = account(is_active=case != "closed", **({"password": "!"} if case == "unusable" else {}))
    login = "personne.inconnue" if case == "unknown" else user.login
    password = "Autre-chose-99" if case == "wrong" else PASSWORD
    response = client.post("/connexion/", {"login": login, "password": password})
    assert response.status_code == 422
    assert "Identifiant ou mot de passe incorrect." in response.content.decode()
    assert login in response.content.decode()  # what was typed is kept
    with as_owner():
        assert Entry.objects.filter(code="accounts.sign_in.failed", outcome=4).count() == 1


def test_second_factor_needs_the_password_first(client: Client) -> None:
    assert client.post("/connexion/second-facteur/", {"code": code()}).url == reverse("accounts:sign-in")


def test_password_step_lapses(client: Client) -> None:
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False) as clock:
        give_password(client, user)
        clock.shift(timedelta(minutes=16))
        assert client.post("/connexion/second-facteur/", {"code": code()}).url == reverse("accounts:sign-in")
    assert "_auth_user_id" not in client.session


def test_wrong_code_is_refused(client: Client) -> None:
    with as_owner():
        user = account()
    give_password(client, user)
    wrong = f"{(int(code()) + 1) % 1_000_000:06d}"
    assert client.post("/connexion/second-facteur/", {"code": wrong}).status_code == 422
    assert "_auth_user_id" not in client.session


def test_code_serves_once(client: Client) -> None:
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False):
        sign_in(client, user)
        other = Client()
        give_password(other, user)
        assert other.post("/connexion/second-facteur/", {"code": code()}).status_code == 422
        assert other.post("/connexion/second-facteur/", {"code": code(shift=1)}).status_code == 302
        assert TotpDevice.objects.get(user=user).last_step > 0


def test_code_too_old_is_refused(client: Client) -> None:
    with as_owner():
        user = account()
    give_password(client, user)
    assert client.post("/connexion/second-facteur/", {"code": code(shift=-3)}).status_code == 422


def test_recovery_code_serves_once(client: Client) -> None:
    with as_owner():
        user = account()
    with unit_of_work(ANONYMOUS):
        codes = new_recovery_codes(user=user)
    assert len(set(codes)) == 10
    give_password(client, user)
    assert client.post("/connexion/second-facteur/", {"code": codes[3].lower()}).status_code == 302
    assert client.session["auth_method"] == "local+recuperation"
    other = Client()
    give_password(other, user)
    assert other.post("/connexion/second-facteur/", {"code": codes[3]}).status_code == 422
    assert RecoveryCode.objects.filter(user=user, used_at__isnull=True).count() == 9
    assert not RecoveryCode.objects.filter(code_hash__in=[c.replace("-", "") for c in codes]).exists()


def test_sixth_wrong_password_in_a_row_is_delayed(client: Client) -> None:
    """PG-01; even the right password waits, then passes."""
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(5):
            assert give_password(client, user, "Faux-faux-12").status_code == 422
        response = give_password(client, user)
        assert response.status_code == 429
        assert "Attendez 16 secondes" in response.content.decode()
        clock.shift(timedelta(seconds=16))
        assert give_password(client, user).status_code == 302
        assert not Throttle.objects.filter(failures__gt=0).exists()


def test_wait_never_exceeds_fifteen_minutes(client: Client) -> None:
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(15):
            give_password(client, user, "Faux-faux-12")
            clock.shift(timedelta(minutes=15, seconds=1))
        assert give_password(client, user).status_code == 302


def test_unknown_identifier_is_delayed_alike(client: Client) -> None:
    for _ in range(5):
        client.post("/connexion/", {"login": "personne.inconnue", "password": PASSWORD})
    assert client.post("/connexion/", {"login": "personne.inconnue", "password": PASSWORD}).status_code == 429


def test_failures_from_elsewhere_do_not_stop_a_known_device(client: Client) -> None:
    with as_owner():
        user = account()
    sign_in(client, user)
    client.post("/deconnexion/")
    for address in range(30):
        give_password(Client(), user, "Faux-faux-12", REMOTE_ADDR=f"203.0.{address}.9")
    assert give_password(Client(), user).status_code == 429  # an unknown device waits
    assert give_password(client, user).status_code == 302  # the victim's does not


def test_one_network_alone_never_slows_the_account_for_the_others(client: Client) -> None:
    """Somebody who insists from one place for days; the victim has a new telephone, elsewhere."""
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(40):
            give_password(client, user, "Faux-faux-12", REMOTE_ADDR="203.0.113.9")
            clock.shift(timedelta(minutes=15, seconds=1))
        give_password(client, user, "Faux-faux-12", REMOTE_ADDR="203.0.113.9")
        assert give_password(client, user, REMOTE_ADDR="203.0.113.77").status_code == 429  # same network
        assert give_password(Client(), user, REMOTE_ADDR="198.51.100.4").status_code == 302


def test_one_password_tried_on_everybody_is_delayed(client: Client) -> None:
    with as_owner():
        user, other = account(), account()
    sign_in(client, user)
    client.post("/deconnexion/")
    for number in range(50):
        assert client.post("/connexion/", {"login": f"personne{number}", "password": PASSWORD}).status_code == 422
    assert give_password(Client(), other).status_code == 429
    assert give_password(Client(), other, REMOTE_ADDR="198.51.100.4").status_code == 302  # another place
    assert give_password(client, user).status_code == 302  # a known device


def test_old_failures_are_forgotten(client: Client) -> None:
    with as_owner():
        user = account()
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(4):
            give_password(client, user, "Faux-faux-12")
        clock.shift(timedelta(hours=24, seconds=1))
        for _ in range(4):
            give_password(client, user, "Faux-faux-12")
        assert give_password(client, user).status_code == 302


def test_forged_device_cookie_is_no_known_device(client: Client) -> None:
    with as_owner():
        user = account()
    client.cookies["pepites_appareil"] = f"0123:{user.pk}"
    for _ in range(5):
        give_password(client, user, "Faux-faux-12")
    assert give_password(Client(), user).status_code == 429


def test_guessing_codes_is_delayed_too(client: Client) -> None:
    with as_owner():
        user = account()
    give_password(client, user)
    wrong = f"{(int(code()) + 7) % 1_000_000:06d}"
    for _ in range(5):
        assert client.post("/connexion/second-facteur/", {"code": wrong}).status_code == 422
    assert client.post("/connexion/second-facteur/", {"code": code()}).status_code == 429


@pytest.mark.parametrize(
    "suite",
    ["https://ailleurs.example/", "//ailleurs.example/", "/\\ailleurs.example", "javascript:alert(1)", "http:///x"],
)
def test_suite_never_leaves_the_site(client: Client, suite: str) -> None:
    with as_owner():
        user = account()
    client.post("/connexion/", {"login": user.login, "password": PASSWORD, "suite": suite})
    assert client.post("/connexion/second-facteur/", {"code": code()}).url == "/"


def test_suite_returns_to_the_page(client: Client) -> None:
    with as_owner():
        user = account()
    client.post("/connexion/", {"login": user.login, "password": PASSWORD, "suite": "/compte/?x=1"})
    assert client.post("/connexion/second-facteur/", {"code": code()}).url == "/compte/?x=1"


def test_first_sign_in_forces_a_second_factor(client: Client) -> None:
    with as_owner():
        user = account(totp=False)
    give_password(client, user)
    assert client.get("/connexion/second-facteur/").url == reverse("accounts:enrol")
    page = client.get("/connexion/premier-facteur/")
    assert "<svg" in page.content.decode()
    from base64 import b32decode

    seed = b32decode(page.context["secret"].replace(" ", ""))
    assert client.post("/connexion/premier-facteur/", {"code": "000"}).status_code == 422
    done = client.post("/connexion/premier-facteur/", {"code": code(seed=seed)})
    assert done.status_code == 200
    assert done.content.decode().count('<li><span class="pp-code">') == 10
    assert client.session["strong"] is True
    assert seed not in bytes(TotpDevice.objects.get(user=user).seed)  # sealed


def test_enrolment_is_no_way_round_an_existing_factor(client: Client) -> None:
    with as_owner():
        user = account()
    give_password(client, user)
    response = client.post("/connexion/premier-facteur/", {"code": code()})
    assert (response.status_code, response.url) == (302, reverse("accounts:second-factor"))
    assert "_auth_user_id" not in client.session


def test_several_places_of_practice_ask_for_a_choice(client: Client) -> None:
    with as_owner():
        user = account()
        second = factories.practice(professional=user.professional)
        stranger = factories.practice()
    assert sign_in(client, user).url == "/contextes/"
    assert client.post("/contextes/", {"practice": stranger.public_id}).status_code == 404
    before = client.session.session_key
    assert client.post("/contextes/", {"practice": second.public_id, "suite": "/compte/"}).url == "/compte/"
    assert client.session["practice_id"] == second.pk
    assert client.session.session_key != before
    user.refresh_from_db()
    assert user.last_practice_id == second.pk


def test_sign_in_is_journalled_under_the_account(client: Client) -> None:
    with as_owner():
        user = account()
    sign_in(client, user)
    with as_owner():
        line = Entry.objects.get(code="accounts.sign_in.done")
    assert (line.user_id, line.auth_method) == (user.pk, "local+totp")
