"""Local accounts: two people, a motive, a document seen, ninety days; what is unused or over stops (RIE §6.3)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.conftest import as_owner, as_role

from pepites.access.selectors import build_actor
from pepites.accounts.models import Homologation, LocalEnrolment, RppsRegistration, User
from pepites.accounts.rppsplus.services import open_from_enrolment
from pepites.accounts.tasks import suspend_accounts
from pepites.audit.models import Entry
from pepites.audit.unit import unit_of_work
from pepites.common.clock import CAYENNE, now
from pepites.networks.models import Network

pytestmark = pytest.mark.django_db


def day(shift: int = 0) -> date:
    return now().astimezone(CAYENNE).date() + timedelta(days=shift)


@pytest.fixture
def network() -> Network:
    with as_owner():
        return factories.network()


def administrator(network: Network) -> tuple[User, Client]:
    with as_owner():
        user = account(network=network)
        factories.membership(network, user.professional.practices.get(), "administration")
    client = Client()
    sign_in(client, user)
    return user, client


def asked(**values: Any) -> dict[str, Any]:
    with as_owner():
        where = factories.organization()
    return {
        "family_name": "Doliva", "given_name": "Yann", "profession": "aide_domicile",
        "organization": str(where.public_id), "login": "yann.doliva", "role": "membre", "motive": "attente_rpps",
        "document_kind": "cni", "document_last4": "7K2x", "seen_on": day().isoformat(),
        "ends_on": day(60).isoformat(),
    } | values  # fmt: skip


def ask(client: Client, network: Network, **values: Any) -> Any:
    return client.post(f"/administration/reseaux/{network.slug}/compte-local/", asked(**values))


def answer(client: Client, one: LocalEnrolment, act: str, **values: Any) -> Any:
    return client.post("/administration/comptes-locaux/", {"demande": str(one.public_id), "act": act, **values})


def the_request() -> LocalEnrolment:
    with as_owner():
        return LocalEnrolment.objects.get()


def test_one_asks_another_opens(network: Network) -> None:
    sponsor, first = administrator(network)
    _, second = administrator(network)
    assert ask(first, network).status_code == 302
    one = the_request()
    assert (one.document_last4, one.requested_by_id) == ("7K2X", sponsor.pk)
    assert not User.objects.filter(login="yann.doliva").exists()
    page = second.get("/administration/comptes-locaux/").content.decode()
    assert "Yann Doliva" in page
    assert "7K2X" in page
    opened = answer(second, one, "approve")
    assert "/invitation/" in opened.content.decode()
    user = User.objects.select_related("professional").get(login="yann.doliva")
    assert user.professional is not None
    assert user.professional.sponsor_id == sponsor.professional_id
    assert user.network_id == network.pk
    assert user.professional.practices.get().network_memberships.get().role == "membre"
    with as_owner():
        assert Entry.objects.filter(code="accounts.enrolment.approved").count() == 1


def test_nobody_approves_their_own_request(network: Network) -> None:
    _, first = administrator(network)
    ask(first, network)
    assert "Un autre administrateur doit approuver" in first.get("/administration/comptes-locaux/").content.decode()
    response = answer(first, the_request(), "approve")
    assert response.status_code == 302
    assert not User.objects.filter(login="yann.doliva").exists()
    with as_owner(), pytest.raises(IntegrityError), transaction.atomic():
        LocalEnrolment.objects.update(approved_by=the_request().requested_by)


def test_another_networks_administrator_sees_and_answers_nothing(network: Network) -> None:
    _, first = administrator(network)
    ask(first, network)
    with as_owner():
        elsewhere = factories.network()
    _, stranger = administrator(elsewhere)
    assert "Doliva" not in stranger.get("/administration/comptes-locaux/").content.decode()
    assert answer(stranger, the_request(), "approve").status_code == 404
    assert ask(stranger, network).status_code == 403


def test_a_request_is_answered_once(network: Network) -> None:
    _, first = administrator(network)
    _, second = administrator(network)
    ask(first, network)
    one = the_request()
    assert answer(second, one, "refuse").status_code == 302
    assert answer(second, one, "approve").status_code == 404
    assert ask(first, network).status_code == 302  # the login is free again


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"document_last4": "12"}, "quatre derniers caractères"),
        ({"document_last4": "12-4"}, "quatre derniers caractères"),
        ({"seen_on": day(3).isoformat()}, "face à face"),
        ({"ends_on": day(95).isoformat()}, "quatre-vingt-dix jours"),
        ({"ends_on": day(-2).isoformat()}, "quatre-vingt-dix jours"),
        ({"motive": "autre"}, "motive"),
        ({"login": "infirmiere2"}, "désigner un poste"),
    ],
)
def test_what_is_wrong_is_said_and_kept(network: Network, values: dict[str, str], message: str) -> None:
    _, first = administrator(network)
    response = ask(first, network, **values)
    assert response.status_code == 422
    page = response.content.decode()
    assert message in page
    assert "Doliva" in page
    with as_owner():
        assert not LocalEnrolment.objects.exists()


def test_a_login_in_use_or_waiting_is_refused(network: Network) -> None:
    user, first = administrator(network)
    assert ask(first, network, login=user.login).status_code == 422
    ask(first, network)
    assert ask(first, network).status_code == 422


def opened(network: Network) -> tuple[User, Client, LocalEnrolment]:
    """A local account in force, and an administrator who may renew it."""
    _, first = administrator(network)
    _, second = administrator(network)
    ask(first, network)
    answer(second, the_request(), "approve")
    return User.objects.get(login="yann.doliva"), second, the_request()


def night() -> int:
    with as_role("pepites_worker"):
        return suspend_accounts()


def test_time_that_is_over_closes_then_renewal_opens(network: Network) -> None:
    user, second, one = opened(network)
    assert night() == 0
    with as_owner():
        LocalEnrolment.objects.update(ends_on=day(-1))
    assert night() == 1
    assert night() == 0
    user.refresh_from_db()
    assert (user.is_active, user.suspension) == (False, "echu")
    second.post(f"/administration/comptes/{user.public_id}/", {"act": "activate"})
    user.refresh_from_db()
    assert user.is_active is False  # more time is given first
    assert answer(second, one, "renew", ends_on=day(120).isoformat()).status_code == 302
    user.refresh_from_db()
    assert user.is_active is False
    answer(second, one, "renew", ends_on=day(30).isoformat())
    user.refresh_from_db()
    assert (user.is_active, user.suspension) == (True, "")


def test_a_local_account_that_found_its_number_has_no_end(network: Network) -> None:
    user, _, _ = opened(network)
    with as_owner():
        LocalEnrolment.objects.update(ends_on=day(-1))
        User.objects.filter(pk=user.pk).update(national_id="899700000017")
    assert night() == 0


def test_what_is_unused_for_ninety_days_stops() -> None:
    old = now() - timedelta(days=91)
    with as_owner():
        kept = account(last_login=now() - timedelta(days=89))
        unused = account(last_login=old)
        never = account()
        User.objects.filter(pk=never.pk).update(created_at=old)
        admin = account(platform_admin=True, last_login=now())
        demo = account(demo=True, last_login=old)
    client = Client()
    sign_in(client, unused)
    with as_owner():
        User.objects.filter(pk=unused.pk).update(last_login=old)
    assert night() == 2
    assert client.get("/compte/").status_code == 302
    states = dict(User.objects.values_list("pk", "suspension"))
    assert [states[one.pk] for one in (kept, unused, never, admin, demo)] == ["", "dormant", "dormant", "", ""]
    with as_owner():
        assert Entry.objects.filter(code="accounts.account.suspended").count() == 2


def test_the_last_administrator_of_the_platform_stays() -> None:
    with as_owner():
        admin = account(platform_admin=True, last_login=now() - timedelta(days=200))
    assert night() == 0
    with as_owner():
        other = account(platform_admin=True, last_login=now())
    assert night() == 1
    admin.refresh_from_db()
    other.refresh_from_db()
    assert (admin.suspension, other.suspension) == ("dormant", "")


def test_opening_a_suspended_account_starts_the_days_anew(network: Network) -> None:
    _, client = administrator(network)
    with as_owner():
        user = account(network=network, last_login=now() - timedelta(days=91))
        factories.membership(network, user.professional.practices.get(), "membre")
    night()
    assert "sans usage" in client.get(f"/administration/comptes/{user.public_id}/").content.decode()
    client.post(f"/administration/comptes/{user.public_id}/", {"act": "activate"})
    user.refresh_from_db()
    assert (user.is_active, user.suspension) == (True, "")
    assert night() == 0


def test_the_night_does_nothing_else() -> None:
    with as_owner():
        account()
    for statement in ("UPDATE accounts_user SET platform_admin = true", "UPDATE accounts_user SET password = 'x'"):
        with (
            as_role("pepites_worker"),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


# Beside Pro Santé Connect


@pytest.fixture
def beside(settings: Any) -> None:
    """Pro Santé Connect is wired, and local accounts homologated."""
    settings.PEPITES_PSC_METADATA_URL, settings.PEPITES_PSC_CLIENT_ID = "https://psc.invalid/d", "pepites"
    with as_owner():
        Homologation.objects.create(
            reference="DEC-1", signatory="La directrice", signed_on=day(-2), expires_on=day(300)
        )


def invitation(**values: str) -> dict[str, str]:
    kept = ("family_name", "given_name", "profession", "organization", "login", "role")
    return {name: str(value) for name, value in asked().items() if name in kept} | values


def test_one_administrator_alone_no_longer_opens_a_local_account(network: Network, beside: None) -> None:
    _, client = administrator(network)
    response = client.post(f"/administration/reseaux/{network.slug}/inviter/", invitation())
    assert response.status_code == 422
    assert "deux personnes" in response.content.decode()
    assert not User.objects.filter(login="yann.doliva").exists()


def test_with_a_number_one_comes_by_pro_sante_connect(network: Network, beside: None) -> None:
    _, client = administrator(network)
    path = f"/administration/reseaux/{network.slug}/inviter/"
    response = client.post(path, invitation(rpps="99700000017"), follow=True)
    assert "aucun lien" in response.content.decode()
    assert not User.objects.filter(login="yann.doliva").exists()


# The RPPS+ line of a local account


def registrations() -> list[RppsRegistration]:
    with as_owner():
        return list(RppsRegistration.objects.select_related("practice__professional", "enrolment").order_by("pk"))


def approve(network: Network, **values: str) -> LocalEnrolment:
    _, first = administrator(network)
    _, second = administrator(network)
    ask(first, network, **values)
    assert "/invitation/" in answer(second, the_request(), "approve").content.decode()
    return the_request()


@pytest.mark.parametrize(
    ("role_code", "expected"),
    [("gestionnaire_cas", "309"), ("administratif", "331"), ("assistant_social", "345"), ("ide", None), ("kine", None)],
)
def test_approving_opens_the_rpps_line_of_roles_that_want_one(
    network: Network, role_code: str, expected: str | None
) -> None:
    one = approve(network, profession=role_code)
    lines = registrations()
    assert [line.role_code for line in lines] == ([expected] if expected else [])
    for line in lines:
        assert (line.enrolment_id, line.organization_id, line.step) == (one.pk, one.organization_id, "a_enregistrer")
        assert line.practice is not None
        assert line.practice.professional.family_name == one.family_name
    with as_owner():
        assert Entry.objects.filter(code="accounts.rpps.added").count() == len(lines)


def test_the_line_is_told_before_and_shown_after(network: Network) -> None:
    _, first = administrator(network)
    _, second = administrator(network)
    ask(first, network, profession="gestionnaire_cas")
    path = "/administration/comptes-locaux/"
    assert "Approuver ouvre sa ligne de suivi : gestionnaire de cas" in second.get(path).content.decode()
    answer(second, the_request(), "approve")
    assert "inscription RPPS+ à suivre" in second.get(path).content.decode()
    with as_owner():
        platform = account(platform_admin=True)
    client = Client()
    sign_in(client, platform)
    page = client.get(f"/administration/rpps/{the_request().organization.public_id}/").content.decode()
    assert "Yann Doliva" in page


def test_the_same_account_twice_makes_one_line(network: Network) -> None:
    one = approve(network, profession="gestionnaire_cas")
    with as_owner():
        approver = User.objects.get(pk=one.approved_by_id)
        actor = build_actor(approver, approver.professional.practices.get().pk)
    with unit_of_work(actor):
        assert open_from_enrolment(actor=actor, enrolment=one)
    assert len(registrations()) == 1


def test_a_line_that_waits_under_the_name_is_taken_up(network: Network) -> None:
    _, first = administrator(network)
    _, second = administrator(network)
    ask(first, network, profession="gestionnaire_cas")
    where = the_request().organization
    with as_owner():
        waiting = RppsRegistration.objects.create(
            organization=where, family_name=" DOLIVA", given_name="yann", role_code="308",
            step_on=day(-3), phone="0694 00 00 00",
        )  # fmt: skip
    answer(second, the_request(), "approve")
    [line] = registrations()
    assert (line.pk, line.role_code, line.phone) == (waiting.pk, "308", "0694 00 00 00")
    assert (line.enrolment_id, line.practice is not None) == (the_request().pk, True)


def test_nobody_else_opens_a_line_by_an_account_they_did_not_approve(network: Network) -> None:
    one = approve(network, profession="gestionnaire_cas")
    with as_owner():
        RppsRegistration.objects.all().delete()
        asker = User.objects.get(pk=one.requested_by_id)
        actor = build_actor(asker, asker.professional.practices.get().pk)
    with pytest.raises(DatabaseError), unit_of_work(actor):
        open_from_enrolment(actor=actor, enrolment=one)
    assert registrations() == []
