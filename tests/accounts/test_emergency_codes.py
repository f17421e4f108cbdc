"""Emergency codes: only while Pro Santé Connect is down, once, for a few hours and for less (annuaire §6.4 b)."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from tests import factories
from tests.accounts import psc_fake as psc
from tests.accounts.factories import account, sign_in
from tests.accounts.test_psc import NATIONAL, RPPS, fake, homologation, nurse
from tests.conftest import as_owner

from pepites.access.models import EmergencyAccess
from pepites.access.policies import can_break_glass
from pepites.accounts.models import DeclaredOutage, EmergencyCode, Throttle, User, UserSession
from pepites.accounts.outage.services import declare_outage
from pepites.accounts.policies import may_use_national
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.actor import Actor, ActorRef, Channel, ProfessionCategory, system_actor
from pepites.common.clock import now
from pepites.common.decision import Reason
from pepites.common.errors import DomainError
from pepites.directory.models import PractitionerRole

pytestmark = pytest.mark.django_db
__all__ = ["fake"]
PRINT, ENTER, OUTAGES = "/compte/codes-de-secours/", "/connexion/psc/secours/", "/administration/identification/pannes/"
PIN = "402817"
CODE = re.compile(r'class="pp-code">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<')


def sheet(pin: str = PIN, **values: Any) -> tuple[PractitionerRole, list[str]]:
    """A nurse who came in by Pro Santé Connect and printed a sheet: place of practice, codes."""
    with as_owner():
        practice = PractitionerRole.objects.filter(professional__rpps=RPPS).first() or nurse(**values)
    client = Client()
    psc.sign_in(client)
    answer = client.post(PRINT, {"pin": pin, "again": pin})
    assert answer.status_code == 200, answer.content.decode()
    return practice, CODE.findall(answer.content.decode())


def enter(client: Client, code: str, number: str = RPPS, pin: str = PIN, **extra: Any) -> Any:
    return client.post(ENTER, {"number": number, "code": code, "pin": pin}, **extra)


def lines(code: str) -> list[str]:
    with as_owner():
        return list(Entry.objects.filter(code=code).order_by("pk").values_list("reason", flat=True))


# Printing


def test_the_sheet_is_printed_once_and_replaces_the_former(fake: psc.Fake) -> None:
    _, first = sheet()
    assert (len(first), len(set(first))) == (5, 5)
    _, second = sheet()
    fake.down = True
    assert enter(Client(), first[0]).status_code == 422
    assert enter(Client(), second[0]).status_code == 302
    with as_owner():
        stored = {one.code_hash for one in EmergencyCode.objects.all()}
    assert not any(code.replace("-", "") in text for code in first + second for text in stored)
    assert lines("accounts.emergency.issued") == ["", ""]


@pytest.mark.parametrize(
    ("pin", "again"), [("111111", None), ("123456", None), ("12345", None), ("40281a", None), (PIN, "402818")]
)
def test_a_personal_code_that_is_guessed_or_mistyped_prints_nothing(pin: str, again: str | None) -> None:
    with as_owner():
        nurse()
    client = Client()
    psc.sign_in(client)
    assert client.post(PRINT, {"pin": pin, "again": again or pin}).status_code == 422
    with as_owner():
        assert not EmergencyCode.objects.exists()


def test_a_local_session_prints_nothing() -> None:
    with as_owner():
        user = account()
        homologation()
    client = Client()
    sign_in(client, user)
    assert client.get(PRINT).status_code == 403
    assert client.post(PRINT, {"pin": PIN, "again": PIN}).status_code == 403


def test_a_proof_of_the_moment_is_asked_before_printing() -> None:
    with as_owner():
        nurse()
    client = Client()
    psc.sign_in(client)
    with time_machine.travel(now() + timedelta(minutes=6), tick=True):
        answer = client.post(PRINT, {"pin": PIN, "again": PIN})
    assert answer.headers["Location"].startswith("/compte/confirmer/")


# Entering


def test_a_code_lets_in_once_while_it_is_down(fake: psc.Fake) -> None:
    practice, codes = sheet()
    fake.down = True
    client = Client()
    answer = enter(client, codes[0].lower().replace("-", " "))
    assert answer.status_code == 302, answer.content.decode()
    session = client.session
    assert (session["auth_method"], session["assurance"], session["practice_id"]) == ("secours", "secours", practice.pk)
    assert enter(Client(), codes[0]).status_code == 422  # replayed
    assert enter(Client(), codes[1]).status_code == 302
    assert lines("accounts.emergency.used") == ["", ""]
    assert lines("accounts.emergency.refused") == ["code"]


@pytest.mark.parametrize("number", [NATIONAL, f"{RPPS[:5]} {RPPS[5:]}"])
def test_the_number_is_typed_as_one_knows_it(fake: psc.Fake, number: str) -> None:
    _, codes = sheet()
    fake.down = True
    assert enter(Client(), codes[0], number=number).status_code == 302


def test_nothing_is_offered_nor_taken_while_it_answers(fake: psc.Fake) -> None:
    _, codes = sheet()
    client = Client()
    assert "secours" not in client.get("/connexion/").content.decode()
    assert 'name="pin"' not in client.get(ENTER).content.decode()
    answer = enter(client, codes[0])
    assert answer.status_code == 422
    assert "_auth_user_id" not in client.session
    assert lines("accounts.emergency.refused") == ["psc_up"]
    with as_owner():
        assert not EmergencyCode.objects.filter(used_at__isnull=False).exists()
        assert not Throttle.objects.exists()  # nothing is even compared
    fake.down = True
    assert ENTER in client.get("/connexion/").content.decode()
    assert 'name="pin"' in client.get(ENTER).content.decode()
    assert enter(client, codes[0]).status_code == 302


def test_without_pro_sante_connect_there_is_no_way(settings: Any, client: Client) -> None:
    settings.PEPITES_PSC_CLIENT_ID = ""
    assert client.get(ENTER).status_code == 404


def test_nobody_learns_who_holds_a_sheet(fake: psc.Fake) -> None:
    """Unknown number, number without a sheet, wrong code, wrong personal code, closed account: the same page."""
    _, codes = sheet()
    with as_owner():
        factories.user(national_id="899700000025")
    fake.down = True
    answers = [
        enter(Client(), codes[0], number="99700000033", REMOTE_ADDR="192.0.2.1"),
        enter(Client(), codes[0], number="99700000025", REMOTE_ADDR="192.0.2.2"),
        enter(Client(), "AAAA-AAAA-AAAA", REMOTE_ADDR="192.0.2.3"),
        enter(Client(), codes[0], pin="402818", REMOTE_ADDR="192.0.2.4"),
    ]
    with as_owner():
        User.objects.filter(national_id=NATIONAL).update(is_active=False)
    answers.append(enter(Client(), codes[0], REMOTE_ADDR="192.0.2.5"))
    said = {re.sub(r'(value|nonce|content)="[^"]*"', "", one.content.decode()) for one in answers}
    assert {one.status_code for one in answers} == {422}
    assert len(said) == 1


def test_guessing_is_slowed_then_stopped(fake: psc.Fake) -> None:
    _, codes = sheet()
    fake.down = True
    tries = [
        enter(Client(), codes[0], pin=f"40{number:04d}", REMOTE_ADDR="192.0.2.9").status_code for number in range(7)
    ]
    assert tries == [422] * 5 + [429] * 2
    assert enter(Client(), codes[0], REMOTE_ADDR="192.0.2.9").status_code == 429  # even the right one waits
    with time_machine.travel(now() + timedelta(minutes=1), tick=True):
        assert enter(Client(), codes[0], REMOTE_ADDR="192.0.2.9").status_code == 302


def test_a_sheet_is_over_after_its_time(fake: psc.Fake) -> None:
    _, codes = sheet()
    fake.down = True
    with time_machine.travel(now() + timedelta(days=181), tick=True):
        assert enter(Client(), codes[0]).status_code == 422


def test_no_place_opens_beyond_what_was_attested(fake: psc.Fake) -> None:
    """A second place, of a profession that the directory never attested, is not opened by a sheet."""
    practice, codes = sheet()
    with as_owner():
        factories.practice(professional=practice.professional, role_code="medecin", role_label="Médecin")
    fake.down = True
    client = Client()
    assert enter(client, codes[0]).status_code == 302
    assert client.session["practice_id"] == practice.pk


# What it opens


def entered(fake: psc.Fake, **values: Any) -> tuple[Client, PractitionerRole, list[str]]:
    practice, codes = sheet(**values)
    fake.down = True
    client = Client()
    assert enter(client, codes[0]).status_code == 302
    return client, practice, codes


def test_it_lasts_four_hours_at_most(fake: psc.Fake) -> None:
    client, _, _ = entered(fake)
    with as_owner():
        UserSession.objects.filter(auth_method="secours").update(created_at=now() - timedelta(hours=3, minutes=59))
    assert client.get("/plus/").status_code == 200
    with as_owner():
        UserSession.objects.filter(auth_method="secours").update(created_at=now() - timedelta(hours=4, minutes=1))
    assert client.get("/plus/").headers["Location"].startswith("/connexion/")


@pytest.mark.parametrize("service", ["insi", "dmp", "mssante"])
def test_no_national_service(settings: Any, service: str) -> None:
    settings.PEPITES_NATIONAL_MEANS_FOR = []
    actor = Actor(ref=ActorRef(user_id=1, practice_id=1), assurance="secours")
    assert may_use_national(actor, service).reason is Reason.EMERGENCY_MEANS


def test_no_bris_de_glace(fake: psc.Fake) -> None:
    client, practice, _ = entered(fake)
    with as_owner():
        stranger = factories.patient()
    path = reverse("access:emergency", args=[stranger.public_id])
    answer = client.post(path, {"motive": "vital", "explanation": "Personne inconsciente aux urgences", "code": "1"})
    assert answer.status_code == 403
    with as_owner():
        assert not EmergencyAccess.objects.exists()
    full = replace(factories.actor_for(practice), category=ProfessionCategory.HEALTH)
    assert can_break_glass(full)
    assert can_break_glass(replace(full, assurance="secours")).reason is Reason.EMERGENCY_MEANS


def test_no_administration(fake: psc.Fake) -> None:
    with as_owner():
        practice = nurse()
        factories.membership(factories.network(), practice, "administration")
    client, _, _ = entered(fake)
    with as_owner():
        User.objects.filter(national_id=NATIONAL).update(platform_admin=True)
    for path in ("/administration/", "/administration/habilitations/", OUTAGES, "/administration/logiciels/"):
        assert client.get(path).status_code == 403, path


def test_no_lasting_means_comes_of_it(fake: psc.Fake) -> None:
    """Neither another sheet, nor a factor, nor a password: whoever found a sheet keeps nothing."""
    client, _, _ = entered(fake)
    assert client.get(PRINT).status_code == 403
    assert client.post(PRINT, {"pin": PIN, "again": PIN}).status_code == 403
    for path in ("/compte/application/", "/compte/codes/"):
        answer = client.post(path, {"code": "123456"})
        assert answer.headers["Location"].startswith("/compte/confirmer/"), path
    assert client.post("/compte/mot-de-passe/", {"current": "", "password": "Une-autre-riviere-28"}).status_code == 422


# Told and looked at


def test_the_person_is_told_when_they_come_back(fake: psc.Fake) -> None:
    entered(fake)
    fake.down = False
    client = Client()
    answer = psc.sign_in(client)
    assert "Un de vos codes de secours a servi" in client.get(answer.headers["Location"]).content.decode()
    later = Client()
    answer = psc.sign_in(later)
    assert "codes de secours a servi" not in later.get(answer.headers["Location"]).content.decode()


def test_each_use_is_looked_at_by_an_administrator(fake: psc.Fake) -> None:
    entered(fake)
    fake.down = False
    with as_owner():
        user = account(platform_admin=True)
        homologation()
    client = Client()
    sign_in(client, user)
    assert "1 entrée par code de secours" in client.get("/administration/").content.decode()
    page = client.get(OUTAGES).content.decode()
    use = re.search(r'name="usage" value="([^"]+)"', page)
    assert use
    assert client.post(f"{OUTAGES}examiner/", {"usage": use[1]}).status_code == 302
    assert "Aucun code de secours" in client.get(OUTAGES).content.decode()
    assert client.post(f"{OUTAGES}examiner/", {"usage": use[1]}).status_code == 404
    assert lines("accounts.emergency.reviewed") == [""]


# An outage that somebody declares


def test_an_outage_is_declared_then_over(fake: psc.Fake) -> None:
    _, codes = sheet()
    with as_owner():
        user = account(platform_admin=True)
        homologation()
    client = Client()
    sign_in(client, user)
    assert client.post(OUTAGES, {"reason": "panne annoncée", "hours": "13"}).status_code == 422
    assert client.post(OUTAGES, {"reason": "panne annoncée", "hours": "4"}).status_code == 302
    assert ENTER in Client().get("/connexion/").content.decode()
    assert enter(Client(), codes[0]).status_code == 302
    assert client.post(OUTAGES, {"act": "end"}).status_code == 302
    assert enter(Client(), codes[1]).status_code == 422
    assert lines("accounts.outage.declared") == lines("accounts.outage.ended") == [""]


def test_an_outage_ends_by_itself(fake: psc.Fake) -> None:
    _, codes = sheet()
    with as_owner(), unit_of_work(system_actor("essai", channel=Channel.COMMAND)) as unit:
        declare_outage(actor=unit.actor, reason="panne annoncée", hours=4)
    with time_machine.travel(now() + timedelta(hours=4, minutes=1), tick=True):
        assert enter(Client(), codes[0]).status_code == 422
    assert enter(Client(), codes[0]).status_code == 302


def test_only_the_platform_declares_one(fake: psc.Fake) -> None:
    practice, _ = sheet()
    actor = factories.actor_for(practice)
    with pytest.raises(DomainError), unit_of_work(actor):
        declare_outage(actor=actor, reason="panne inventée", hours=4)
    statement = "INSERT INTO accounts_declaredoutage (public_id, reason, declared_by_id, ends_at) VALUES"
    for declared_by, hours in ((actor.user_id, 4), (None, 4)):
        with pytest.raises(DatabaseError), unit_of_work(actor), connection.cursor() as cursor:
            cursor.execute(
                f"{statement} (gen_random_uuid(), 'x', %s, now() + make_interval(hours => %s))", [declared_by, hours]
            )
    with pytest.raises(DatabaseError), as_owner(), transaction.atomic():
        DeclaredOutage.objects.create(reason="x", ends_at=now() + timedelta(hours=13))


def test_the_database_takes_a_code_back_from_nobody(fake: psc.Fake) -> None:
    client, practice, _ = entered(fake)
    del client
    actor = factories.actor_for(practice)
    for statement in (
        "UPDATE accounts_emergencycode SET used_at = NULL WHERE used_at IS NOT NULL",
        f"UPDATE accounts_emergencycode SET reviewed_by_id = {actor.user_id}, reviewed_at = now()"
        " WHERE used_at IS NOT NULL",
    ):
        with unit_of_work(actor), connection.cursor() as cursor:
            cursor.execute(statement)
            assert cursor.rowcount == 0
    with pytest.raises(DatabaseError), unit_of_work(actor), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_emergencycode")
