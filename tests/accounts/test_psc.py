"""Signing in by Pro Santé Connect: whose account, which place of practice, what is refused (§5.3, §6.3, §8)."""

import time
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
from tests.accounts.factories import PASSWORD, account, code, give_password, sign_in
from tests.conftest import as_owner

from pepites.access.enums import EmergencyMotive
from pepites.access.models import EmergencyAccess
from pepites.accounts.models import FederatedIdentity, FederatedSignIn, Homologation, User, UserSession
from pepites.accounts.ports import Exercice, LogoutNotice
from pepites.audit.models import Entry
from pepites.common.clock import now

pytestmark = pytest.mark.django_db
RPPS, NATIONAL = "99700000017", "899700000017"


@pytest.fixture(autouse=True)
def fake(settings: Any, monkeypatch: pytest.MonkeyPatch) -> psc.Fake:
    settings.PEPITES_GATEWAYS = settings.PEPITES_GATEWAYS | {"psc": "tests.accounts.psc_fake.provider"}
    settings.PEPITES_PSC_METADATA_URL = "https://psc.invalid/decouverte"
    settings.PEPITES_PSC_CLIENT_ID = "pepites"
    made = psc.Fake()
    monkeypatch.setattr(psc, "FAKE", made)
    return made


def nurse(**values: Any) -> Any:
    """A place of practice of the professional that Pro Santé Connect will name."""
    return factories.practice(professional=factories.professional(rpps=RPPS), **values)


def homologation(**values: Any) -> Homologation:
    today = now().date()
    dates = {"signed_on": today - timedelta(days=2), "expires_on": today + timedelta(days=300)}
    return Homologation.objects.create(**{"reference": "DEC-1", "signatory": "La directrice"} | dates | values)


def sign_in_locally(client: Client, user: User) -> None:
    """Where Pro Santé Connect is wired, a local account needs the decision that homologates it."""
    with as_owner():
        homologation()
    sign_in(client, user)
    assert client.session["assurance"] == "local_homologue"


def refusals() -> list[str]:
    with as_owner():
        return list(Entry.objects.filter(code="accounts.psc.refused").order_by("pk").values_list("reason", flat=True))


def test_an_invited_person_enters_their_account(client: Client) -> None:
    with as_owner():
        practice = nurse()
        user = account(practice, totp=False)
    response = psc.sign_in(client, suite="/file/")
    assert (response.status_code, response.url) == (302, "/file/")
    session = client.session
    assert (session["auth_method"], session["assurance"], session["practice_id"]) == ("psc", "substantiel", practice.pk)
    user.refresh_from_db()
    assert user.national_id == NATIONAL
    assert "jeton" not in str(dict(session))  # sealed
    with as_owner():
        proof = FederatedSignIn.objects.get()
        entry = Entry.objects.filter(code="accounts.sign_in.done").get()
    assert (proof.acr, proof.exercices[0]["profession"], proof.session_ref) == ("eidas1", "60", session.session_key[:8])
    assert (entry.user_id, entry.auth_method) == (user.pk, "psc")


def test_the_session_key_changes_and_a_former_session_is_left(client: Client) -> None:
    """Session fixation: whatever the browser held before names nothing afterwards."""
    with as_owner():
        account(nurse())
    state = psc.leave(client)
    before = client.session.session_key
    psc.come_back(client, state)
    assert client.session.session_key != before
    assert not UserSession.objects.filter(session_key=before).exists()


def test_a_professional_of_the_directory_gets_an_account(client: Client) -> None:
    with as_owner():
        practice = nurse()
    assert psc.sign_in(client).url == "/"
    user = User.objects.get(national_id=NATIONAL)
    assert (user.professional_id, user.login) == (practice.professional_id, NATIONAL)
    assert not user.has_usable_password()


def test_an_unknown_person_waits_without_any_right(client: Client) -> None:
    response = psc.sign_in(client)
    assert response.url == reverse("accounts:contexts")
    page = client.get(response.url).content.decode()
    assert NATIONAL in page
    assert "aucun réseau ne vous a encore ouvert" in page
    assert User.objects.get(national_id=NATIONAL).pending
    assert client.get("/").url == reverse("accounts:contexts") + "?suite=/"
    assert psc.sign_in(Client()).status_code == 302
    assert User.objects.filter(national_id=NATIONAL).count() == 1


def test_two_national_identifiers_never_share_an_account(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    psc.sign_in(client)
    fake.identity = replace(psc.NURSE, national_id="899700000025", subject="f:1:899700000025")
    other = Client()
    psc.sign_in(other)
    assert client.session["_auth_user_id"] != other.session["_auth_user_id"]


def test_an_alias_that_changes_hands_is_refused(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    psc.sign_in(client)
    fake.identity = replace(psc.NURSE, national_id="899700000025")
    response = psc.sign_in(Client())
    assert response.status_code == 403
    assert "un autre identifiant national" in response.content.decode()
    assert refusals() == ["alias"]
    assert not User.objects.filter(national_id="899700000025").exists()


def test_a_new_alias_keeps_the_account(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        user = account(nurse())
    psc.sign_in(client)
    fake.identity = replace(psc.NURSE, subject="7f1c7c1e-uuid")
    again = Client()
    psc.sign_in(again)
    assert again.session["_auth_user_id"] == str(user.pk)
    assert FederatedIdentity.objects.filter(user=user).count() == 2


def test_a_closed_account_stays_closed(client: Client) -> None:
    with as_owner():
        account(nurse(), is_active=False)
    response = psc.sign_in(client)
    assert response.status_code == 403
    assert "Votre compte est fermé" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert refusals() == ["closed"]


def test_a_state_serves_once_in_its_own_browser(client: Client) -> None:
    with as_owner():
        account(nurse())
    state = psc.leave(client)
    assert psc.come_back(Client(), state).status_code == 403  # another browser: CSRF on login
    assert psc.come_back(client, state).status_code == 302
    client.post("/deconnexion/")
    assert psc.come_back(client, state).status_code == 403  # replayed
    assert psc.come_back(client, "").status_code == 403
    assert psc.come_back(client, "é\u202e").status_code == 403
    assert set(refusals()) == {"state"}


def test_a_state_lapses_and_tabs_are_kept_apart(client: Client) -> None:
    with as_owner():
        account(nurse())
    with time_machine.travel(now(), tick=False) as clock:
        old = psc.leave(client)
        clock.shift(timedelta(minutes=11))
        assert psc.come_back(client, old).status_code == 403
        first, second = psc.leave(client), psc.leave(client)
        assert psc.come_back(client, first).status_code == 302
        assert psc.come_back(client, second).status_code == 403  # the session changed hands with the first


@pytest.mark.parametrize("why", ["acr", "nonce", "signature", "userinfo_sub", "unavailable", "begin"])
def test_what_the_client_refuses_opens_nothing(client: Client, fake: psc.Fake, why: str) -> None:
    with as_owner():
        account(nurse())
    if why == "begin":
        fake.failure = why
        assert client.post("/connexion/psc/").status_code == 403
        assert refusals() == ["unavailable"]
        return
    state = psc.leave(client)
    fake.failure = why
    response = psc.come_back(client, state)
    assert response.status_code == 403
    assert "Recommencer avec Pro Santé Connect" in response.content.decode()
    assert "_auth_user_id" not in client.session
    assert refusals() == [why]
    fake.failure = ""
    assert psc.come_back(client, state).status_code == 403  # the state was used, whatever the outcome


def test_denied_or_from_another_issuer(client: Client) -> None:
    denied = client.get("/connexion/psc/retour/", {"state": psc.leave(client), "error": "access_denied"})
    assert denied.status_code == 403
    assert "vous y avez renoncé" in denied.content.decode()
    mixed = psc.come_back(client, psc.leave(client), iss="https://autre.invalid")
    assert mixed.status_code == 403
    assert psc.come_back(client, psc.leave(client), iss=psc.ISSUER).status_code == 302
    assert refusals() == ["denied", "issuer"]


def test_leaving_needs_the_form_of_this_site(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/connexion/psc/").status_code == 403
    assert client.get("/connexion/psc/").status_code == 405


def test_nothing_is_answered_without_pro_sante_connect(client: Client, settings: Any) -> None:
    settings.PEPITES_PSC_CLIENT_ID = ""
    assert client.post("/connexion/psc/").status_code == 404
    assert client.get("/connexion/psc/retour/").status_code == 404
    assert client.post("/oidc/backchannel-logout", {"logout_token": "bon"}).status_code == 404
    assert "Pro Santé Connect" not in client.get("/connexion/").content.decode()


def test_the_page_wanted_stays_here(client: Client) -> None:
    with as_owner():
        account(nurse())
    assert psc.sign_in(client, suite="https://ailleurs.invalid/").url == "/"


# Places of practice


def exercice(profession: str, *activities: Any) -> Exercice:
    return Exercice(profession, "C", tuple(activities))


def test_two_places_are_a_choice_the_known_one_first(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        person = factories.professional(rpps=RPPS)
        here, there = (factories.organization(finess=number) for number in ("970300018", "970300026"))
        for where in (here, there):
            factories.practice(professional=person, organization=where)
        account(person.practices.first())
    fake.identity = replace(
        psc.NURSE, exercices=(exercice("60", psc.activity("970300018"), psc.activity("970300026")),)
    )
    assert psc.sign_in(client).url == reverse("accounts:contexts")
    page = client.get("/contextes/").content.decode()
    assert page.count("Connu de l'annuaire santé") == 2
    chosen = person.practices.get(organization=there)
    client.post("/contextes/", {"practice": str(chosen.public_id)})
    assert client.session["practice_id"] == chosen.pk


def test_the_only_place_that_the_directory_names_is_taken(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        person = factories.professional(rpps=RPPS)
        here = factories.practice(professional=person, organization=factories.organization(finess="970300018"))
        factories.practice(professional=person, organization=factories.organization(finess="970300026"))
        account(here)
    fake.identity = replace(psc.NURSE, exercices=(exercice("60", psc.activity("970300018")),))
    assert psc.sign_in(client).url == "/"
    assert client.session["practice_id"] == here.pk


def test_an_rpps_plus_role_opens_that_role_only(client: Client, fake: psc.Fake) -> None:
    """A care manager without a health profession in the directory does not work as a nurse here (§1.4)."""
    with as_owner():
        person = factories.professional(rpps=RPPS)
        nursing = factories.practice(professional=person, role_code="ide")
        managing = factories.practice(
            professional=person, organization=factories.organization(finess="970300018"),
            role_code="gestionnaire_cas", role_label="Gestionnaire de cas",
        )  # fmt: skip
        account(nursing)
    fake.identity = replace(psc.NURSE, exercices=(exercice("", psc.activity("970300018", "309")),))
    psc.sign_in(client)
    assert client.session["practice_id"] == managing.pk
    assert client.post("/contextes/", {"practice": str(nursing.public_id)}).status_code == 404
    assert "Infirmière" not in client.get("/contextes/").content.decode()


def test_no_exercice_leaves_no_health_place(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    fake.identity = replace(psc.NURSE, exercices=())
    assert psc.sign_in(client).url == reverse("accounts:contexts")
    assert "Aucun lieu d'exercice" in client.get("/contextes/").content.decode()


# Confirming, attaching


def test_a_sensitive_act_asks_pro_sante_connect_again(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse(), totp=False)
    with time_machine.travel(now(), tick=True) as clock:
        psc.sign_in(client)
        clock.shift(timedelta(minutes=6))
        assert client.get("/compte/application/").status_code == 302
        page = client.get("/compte/confirmer/").content.decode()
        assert "Confirmer avec Pro Santé Connect" in page
        response = psc.sign_in(client, but="confirmer", suite="/compte/application/")
        assert response.url == "/compte/application/"
        assert fake.asked[-1] | {"return_to": ""} == {"return_to": "", "max_age": 0, "fresh": True}
        assert client.get("/compte/application/").status_code == 200


def test_a_proof_that_is_old_or_another_persons_confirms_nothing(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    psc.sign_in(client)
    before = client.session["confirmed_at"]
    fake.fresh = False
    assert psc.sign_in(client, but="confirmer").status_code == 403
    fake.fresh, fake.identity = True, replace(psc.NURSE, national_id="899700000025", subject="f:2")
    assert psc.sign_in(client, but="confirmer").status_code == 403
    assert client.session["confirmed_at"] == before
    assert refusals() == ["auth_time", "other_person"]


def test_an_emergency_opens_by_pro_sante_connect_again(client: Client, fake: psc.Fake) -> None:
    """A bris de glace wants a proof of this very moment; whoever has no local factor gives it there (design §8)."""
    with as_owner():
        account(nurse(), totp=False)
        patient = factories.patient()
    psc.sign_in(client)
    path = reverse("access:emergency", args=[patient.public_id])
    page = client.get(path).content.decode()
    assert "Confirmer avec Pro Santé Connect" in page
    assert "Ouvrir le dossier en urgence" not in page
    values = {"motive": "vital", "explanation": "Chute, inconsciente, personne d'autre."}
    assert client.post(path, values | {"code": "000000"}).status_code == 422  # signing in a moment ago proves nothing
    assert psc.sign_in(client, but="confirmer", suite=path).url == path
    page = client.get(path).content.decode()
    assert "vous a reconnu à l'instant" in page
    assert client.post(path, {"motive": "vital"}).status_code == 422  # an error does not use the proof up
    motive = next(iter(EmergencyMotive.values))
    assert client.post(path, values | {"motive": motive}).status_code == 302
    with as_owner():
        assert EmergencyAccess.objects.filter(patient=patient).count() == 1
        other = factories.patient()
    again = reverse("access:emergency", args=[other.public_id])
    assert client.post(again, values | {"motive": motive}).status_code == 422  # once
    with as_owner():
        assert EmergencyAccess.objects.count() == 1


def test_confirming_needs_a_session(client: Client) -> None:
    assert client.post("/connexion/psc/", {"but": "confirmer"}).status_code == 404
    assert client.post("/connexion/psc/", {"but": "autre"}).status_code == 404


def sponsored() -> User:
    """A local account of a person without a number, whom a sponsor vouches for."""
    person = factories.professional(rpps=None, sponsor=factories.professional())
    return account(factories.practice(professional=person))


def test_a_local_account_takes_the_number_of_who_holds_both_means(client: Client) -> None:
    with as_owner():
        user = sponsored()
    sign_in_locally(client, user)
    assert psc.sign_in(client, but="rattacher").url == reverse("accounts:account")
    user.refresh_from_db()
    assert (user.national_id, user.professional.rpps) == (NATIONAL, RPPS)
    other = Client()
    psc.sign_in(other)
    assert other.session["_auth_user_id"] == str(user.pk)
    assert refusals() == []


def test_the_account_that_waited_gives_way(client: Client) -> None:
    """The usual path: the button first, out of curiosity; then the account one already had."""
    waiting = Client()
    psc.sign_in(waiting)
    with as_owner():
        user = sponsored()
    sign_in_locally(client, user)
    assert psc.sign_in(client, but="rattacher").url == reverse("accounts:account")
    assert User.objects.get(national_id=NATIONAL) == user
    assert waiting.get("/contextes/").status_code == 302  # signed out
    again = Client()
    psc.sign_in(again)
    assert again.session["_auth_user_id"] == str(user.pk)


def test_an_identity_in_service_is_taken_from_nobody(client: Client) -> None:
    with as_owner():
        account(nurse())
        user = sponsored()
    psc.sign_in(Client())
    sign_in_locally(client, user)
    assert psc.sign_in(client, but="rattacher").status_code == 403
    user.refresh_from_db()
    assert user.national_id is None
    assert refusals() == ["taken"]


def test_a_number_already_given_is_not_replaced(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        user = account(nurse())
    psc.sign_in(client)
    fake.identity = replace(psc.NURSE, national_id="899700000025", subject="f:2")
    assert psc.sign_in(client, but="rattacher").status_code == 403
    user.refresh_from_db()
    assert user.national_id == NATIONAL


def test_the_database_gives_a_number_once(client: Client) -> None:
    with as_owner():
        user = account(nurse())
        other = factories.professional()
    psc.sign_in(client)
    attempts = (
        ("UPDATE accounts_user SET national_id = '899700000025' WHERE id = %s", [user.pk]),
        ("UPDATE accounts_user SET national_id = NULL WHERE id = %s", [user.pk]),
        ("UPDATE accounts_user SET professional_id = %s WHERE id = %s", [other.pk, user.pk]),
        ("UPDATE directory_professional SET rpps = '99700000025' WHERE id = %s", [user.professional_id]),
        ("UPDATE accounts_federatedidentity SET national_id = 'x'", []),
    )
    for statement, values in attempts:
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)


# Ending


def test_signing_out_ends_both_sessions(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    psc.sign_in(client)
    response = client.post("/deconnexion/")
    assert response.url.startswith(
        "https://psc.invalid/fin?id_token_hint=jeton&post_logout_redirect_uri=http://testserver/connexion/"
    )
    assert "_auth_user_id" not in client.session
    psc.sign_in(client)
    fake.away = ""
    response = client.post("/deconnexion/", follow=True)
    assert "fermez aussi sa session" in response.content.decode()


def notice(**values: Any) -> LogoutNotice:
    return LogoutNotice(
        **{"issuer": psc.ISSUER, "jti": "j-1", "sid": "s-1", "subject": "", "expires_at": int(time.time()) + 300}
        | values
    )


def test_a_back_channel_logout_ends_the_session_named(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        account(nurse())
    psc.sign_in(client)
    fake.identity = replace(psc.NURSE, sid="s-2")
    elsewhere = Client()
    psc.sign_in(elsewhere)
    fake.notice = notice()
    assert Client().post("/oidc/backchannel-logout", {"logout_token": "bon"}).status_code == 200
    assert client.get("/contextes/").status_code == 302
    assert elsewhere.get("/contextes/").status_code == 200
    assert Client().post("/oidc/backchannel-logout", {"logout_token": "bon"}).status_code == 400  # replayed
    fake.notice = notice(jti="j-2", sid="", subject=psc.NURSE.subject)
    assert Client().post("/oidc/backchannel-logout", {"logout_token": "bon"}).status_code == 200
    assert elsewhere.get("/contextes/").status_code == 302
    assert refusals() == ["logout_replay"]


def test_a_wrong_back_channel_logout_ends_nothing(client: Client, fake: psc.Fake) -> None:
    with as_owner():
        user = account(nurse())
    psc.sign_in(client)
    local = Client()
    sign_in_locally(local, user)
    assert Client().post("/oidc/backchannel-logout", {"logout_token": "faux"}).status_code == 400
    for wrong in (
        notice(issuer="https://autre.invalid"),
        notice(jti="j-3", subject="f:2"),
        notice(jti="j-4", sid="s-9"),
    ):
        fake.notice = wrong
        Client().post("/oidc/backchannel-logout", {"logout_token": "bon"})
    assert client.get("/contextes/").status_code == 200
    assert local.get("/contextes/").status_code == 200
    assert Client().get("/oidc/backchannel-logout").status_code == 405


def test_a_session_lasts_four_hours(client: Client) -> None:
    with as_owner():
        account(nurse())
    with time_machine.travel(now(), tick=False) as clock:
        psc.sign_in(client)
        for _ in range(23):
            clock.shift(timedelta(minutes=10))
            assert client.get("/contextes/").status_code == 200
        clock.shift(timedelta(minutes=11))
        assert client.get("/contextes/").status_code == 302


# Local accounts beside it


def test_local_accounts_wait_for_an_homologation(client: Client) -> None:
    with as_owner():
        user = account()
    page = client.get("/connexion/").content.decode()
    assert "Mot de passe" not in page
    assert give_password(client, user).status_code == 422
    with as_owner():
        Entry.objects.filter(code="accounts.sign_in.failed", reason="local_closed").get()
    sign_in_locally(client, user)
    assert "Mot de passe" in Client().get("/connexion/").content.decode()


@pytest.mark.parametrize("case", ["expired", "withdrawn", "future"])
def test_only_an_homologation_in_force_counts(client: Client, case: str) -> None:
    today = now().date()
    values = {
        "expired": {"signed_on": today - timedelta(days=400), "expires_on": today - timedelta(days=1)},
        "withdrawn": {"withdrawn_at": now()},
        "future": {"signed_on": today + timedelta(days=3)},
    }[case]
    with as_owner():
        user = account()
        homologation(**values)
    assert give_password(client, user, PASSWORD).status_code == 422


def test_a_password_step_begun_before_is_not_a_way_round(client: Client, settings: Any) -> None:
    settings.PEPITES_PSC_CLIENT_ID = ""
    with as_owner():
        user = account()
    give_password(client, user)
    settings.PEPITES_PSC_CLIENT_ID = "pepites"
    assert client.post("/connexion/second-facteur/", {"code": code()}).status_code != 200
    assert "_auth_user_id" not in client.session
