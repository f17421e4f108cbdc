"""The whole sign-in over real sockets: each negative case of annuaire-et-authentification §7, on the wire."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.interop.psc.signer import reason
from tests.interop.psc.stand_ins import (
    NURSE,
    RETURN_TO,
    SECRET,
    Sandbox,
    finish,
    relying_party,
    sandbox,
    walk,
)

from pepites_sandbox.psc.persons import PERSONS

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture(scope="module")
def psc() -> Iterator[Sandbox]:
    with sandbox() as found:
        yield found


@pytest.fixture(autouse=True)
def sound(psc: Sandbox) -> Iterator[None]:
    yield
    psc.state.fault = "aucune"


def test_a_person_is_who_they_say(psc: Sandbox) -> None:
    found = walk(psc, relying_party(psc))
    assert (found.national_id, found.rpps, found.given_name) == (NURSE, "99900000011", "Josette")
    assert (found.acr, found.amr, bool(found.sid)) == ("eidas1", ("MOBILE",), True)
    [exercice] = found.exercices
    assert exercice.profession == "60"
    assert [one.finess_site for one in exercice.activities] == ["970309911", "970309905"]


@pytest.mark.parametrize("person", PERSONS, ids=lambda person: person.hint)
def test_everyone_of_the_stand_in_is_read(psc: Sandbox, person: object) -> None:
    number = person.number  # type: ignore[attr-defined]
    found = walk(psc, relying_party(psc), number)
    assert found.national_id == number
    assert len(found.exercices) == len(person.exercices)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("sans_acr", "acr"),
        ("acr_0", "acr"),
        ("nonce", "nonce"),
        ("aud", "audience"),
        ("iss", "issuer"),
        ("expire", "expired"),
        ("futur", "not_yet"),
        ("alg_none", "signature"),
        ("hs256", "signature"),
        ("kid_inconnu", "key"),
        ("signature", "signature"),
        ("userinfo_sub", "userinfo_sub"),
        ("userinfo_jwt_faux", "key"),
        ("userinfo_500", "unavailable"),
        ("jeton_500", "unavailable"),
        ("jeton_malforme", "malformed"),
    ],
)
def test_each_fault_is_refused(psc: Sandbox, fault: str, why: str) -> None:
    psc.misbehave(fault)
    assert reason(lambda: walk(psc, relying_party(psc))) == why


def test_a_slow_service_is_not_waited_for(psc: Sandbox) -> None:
    psc.misbehave("jeton_lent")
    assert reason(lambda: walk(psc, relying_party(psc, timeout=0.5))) == "unavailable"


def test_discovery_down_is_said_at_once(psc: Sandbox) -> None:
    psc.misbehave("decouverte")
    assert reason(lambda: relying_party(psc).begin(return_to=RETURN_TO)) == "unavailable"


def test_a_service_that_fails_again_and_again_is_left_alone(psc: Sandbox) -> None:
    psc.misbehave("decouverte")
    party = relying_party(psc)
    for _ in range(5):
        reason(lambda: party.begin(return_to=RETURN_TO))
    psc.misbehave("aucune")
    assert reason(lambda: party.begin(return_to=RETURN_TO)) == "unavailable"  # the breaker is open, for a while


def test_a_userinfo_in_a_signed_jwt_is_read(psc: Sandbox) -> None:
    psc.misbehave("userinfo_jwt")
    assert walk(psc, relying_party(psc)).national_id == NURSE


def test_a_key_that_turns_is_followed(psc: Sandbox) -> None:
    party = relying_party(psc)
    assert walk(psc, party).national_id == NURSE
    psc.misbehave("cle_tournee")
    party.published._keys_at -= 60  # the last reload was not a moment ago
    assert walk(psc, party).national_id == NURSE


def test_a_refusal_on_the_telephone_comes_back_as_one(psc: Sandbox) -> None:
    psc.misbehave("refus")
    begun = relying_party(psc).begin(return_to=RETURN_TO)
    back = httpx.get(begun.url).headers["location"]
    assert dict(parse_qsl(urlsplit(back).query)) == {"error": "access_denied", "state": begun.state}


def test_another_state_comes_back_changed(psc: Sandbox) -> None:
    begun = relying_party(psc).begin(return_to=RETURN_TO)
    psc.misbehave("etat")
    with httpx.Client() as browser:
        back = psc.sign_in(browser, begun.url)
    assert dict(parse_qsl(urlsplit(back).query))["state"] != begun.state


def test_a_code_serves_once_with_its_own_verifier(psc: Sandbox) -> None:
    party = relying_party(psc)
    with httpx.Client() as browser:
        begun = party.begin(return_to=RETURN_TO)
        back = psc.sign_in(browser, begun.url)
        finish(party, begun, back)
        assert reason(lambda: finish(party, begun, back)) == "code"
        other, mine = party.begin(return_to=RETURN_TO), party.begin(return_to=RETURN_TO)
        stolen = psc.sign_in(browser, mine.url)
        code = dict(parse_qsl(urlsplit(stolen).query))["code"]
        assert reason(lambda: party.finish(code=code, asked=other, return_to=RETURN_TO)) == "code"


def test_a_code_of_another_sign_in_of_the_same_browser_is_refused(psc: Sandbox) -> None:
    """Token substitution: the code is right, the verifier too, but the nonce is another sign-in's."""
    from dataclasses import replace

    party = relying_party(psc)
    with httpx.Client() as browser:
        begun = party.begin(return_to=RETURN_TO)
        code = dict(parse_qsl(urlsplit(psc.sign_in(browser, begun.url)).query))["code"]
        swapped = replace(begun, nonce="un-autre")
        assert reason(lambda: party.finish(code=code, asked=swapped, return_to=RETURN_TO)) == "nonce"


def test_a_wrong_secret_is_said_to_the_operator(psc: Sandbox) -> None:
    assert reason(lambda: walk(psc, relying_party(psc, secret="faux"))) == "client"


def test_the_metadata_of_another_issuer_is_refused(psc: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psc.server, "issuer", "http://127.0.0.1:1/auth/realms/esante-wallet")
    assert reason(lambda: relying_party(psc).begin(return_to=RETURN_TO)) == "metadata"


def test_nothing_goes_out_without_tls() -> None:
    class Elsewhere:
        metadata_url = "http://psc.invalid/.well-known/wallet-openid-configuration"

    assert reason(lambda: relying_party(Elsewhere()).begin(return_to=RETURN_TO)) == "unavailable"  # type: ignore[arg-type]


def test_signing_in_again_asks_again(psc: Sandbox) -> None:
    """The provider lets in at once who is signed in; ``max_age=0`` asks for the telephone again (§5.2)."""
    party = relying_party(psc)
    with httpx.Client() as browser:
        first = party.begin(return_to=RETURN_TO)
        before = finish(party, first, psc.sign_in(browser, first.url))
        again = party.begin(return_to=RETURN_TO)
        assert browser.get(again.url).status_code == 302
        fresh = party.begin(return_to=RETURN_TO, max_age=0, fresh=True)
        assert browser.get(fresh.url).status_code == 200
        after = finish(party, fresh, psc.sign_in(browser, fresh.url))
    assert after.sid == before.sid
    assert (after.auth_time or 0) >= (before.auth_time or 0)


def test_logout_goes_back_where_it_was_declared(psc: Sandbox) -> None:
    party = relying_party(psc)
    with httpx.Client() as browser:
        begun = party.begin(return_to=RETURN_TO)
        found = finish(party, begun, psc.sign_in(browser, begun.url))
        after = RETURN_TO.replace("psc/retour/", "")
        out = browser.get(party.logout_url(id_token=found.id_token, return_to=after, state="e-1"))
        assert (out.status_code, out.headers["location"]) == (302, f"{after}?state=e-1")
        assert browser.get(party.begin(return_to=RETURN_TO).url).status_code == 200  # asked who it is again
    wrong = party.logout_url(id_token=found.id_token, return_to="http://ailleurs.invalid/", state="e")
    assert httpx.get(wrong).status_code == 400


# The stand-in itself, as a third party would find it


def ask(psc: Sandbox, **changes: str) -> httpx.Response:
    begun = relying_party(psc).begin(return_to=RETURN_TO)
    said = dict(parse_qsl(urlsplit(begun.url).query)) | changes
    return httpx.get(f"{psc.base}/auth", params={name: value for name, value in said.items() if value})


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "scope_all"}, "invalid_scope"),
        ({"nonce": ""}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_the_stand_in_sends_back_what_is_wrong(psc: Sandbox, changes: dict[str, str], error: str) -> None:
    answer = ask(psc, **changes)
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query))["error"] == error


@pytest.mark.parametrize("changes", [{"redirect_uri": f"{RETURN_TO}x"}, {"client_id": "autre"}, {"redirect_uri": ""}])
def test_the_stand_in_sends_nobody_to_an_unknown_address(psc: Sandbox, changes: dict[str, str]) -> None:
    answer = ask(psc, **changes)
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_bodies_have_a_size(psc: Sandbox) -> None:
    assert httpx.post(f"{psc.base}/commandes", content=b"x" * 70_000).status_code == 413
    assert httpx.get(f"{psc.base}/auth", params={"x": "y" * 9_000}).status_code == 414
    assert httpx.post(f"{psc.base}/commandes", data={"panne": "autre"}).status_code == 422


def test_ciba_waits_for_the_telephone(psc: Sandbox) -> None:
    protocol = f"{psc.base}/auth/realms/esante-wallet/protocol/openid-connect"
    mine = {"client_id": "pepites", "client_secret": SECRET}
    asked = {"scope": "openid scope_all", "login_hint": NURSE, "binding_message": "42"}
    begun = httpx.post(f"{protocol}/ext/ciba/auth", data=mine | asked).json()
    assert (begun["interval"], begun["expires_in"]) == (5, 120)
    poll = mine | {"grant_type": "urn:openid:params:grant-type:ciba", "auth_req_id": begun["auth_req_id"]}
    assert httpx.post(f"{protocol}/token", data=poll).json() == {"error": "authorization_pending"}
    assert httpx.post(f"{protocol}/token", data=poll).json() == {"error": "slow_down"}
    httpx.post(f"{psc.base}/commandes", data={"ciba": begun["auth_req_id"], "reponse": "accepte"})
    assert "id_token" in httpx.post(f"{protocol}/token", data=poll).json()
    assert httpx.post(f"{protocol}/token", data=poll).json() == {"error": "invalid_grant"}
    assert httpx.post(f"{protocol}/ext/ciba/auth", data=mine | asked | {"login_hint": "8"}).status_code == 400
