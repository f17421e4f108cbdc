"""Our stand-in of Pro Santé Connect, as a third party would find it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.interop.psc.signer import reason
from tests.interop.psc.stand_ins import NURSE, RETURN_TO, SECRET, Sandbox, finish, relying_party, sandbox, walk

from pepites.demo.directory import staff_numbers
from pepites.demo.places import STRUCTURES
from pepites.interop.psc.client import from_settings
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


@pytest.mark.parametrize("person", PERSONS, ids=lambda person: person.hint)
def test_everyone_of_the_stand_in_is_read(psc: Sandbox, person: object) -> None:
    number = person.number  # type: ignore[attr-defined]
    found = walk(psc, relying_party(psc), number)
    assert found.national_id == number
    assert len(found.exercices) == len(person.exercices)  # type: ignore[attr-defined]


def test_another_state_comes_back_changed(psc: Sandbox) -> None:
    begun = relying_party(psc).begin(return_to=RETURN_TO)
    psc.misbehave("etat")
    with httpx.Client() as browser:
        back = psc.sign_in(browser, begun.url)
    assert dict(parse_qsl(urlsplit(back).query))["state"] != begun.state


def test_the_metadata_of_another_issuer_is_refused(psc: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psc.server, "issuer", "http://127.0.0.1:1/auth/realms/esante-wallet")
    assert reason(lambda: relying_party(psc).begin(return_to=RETURN_TO)) == "metadata"


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


def test_the_stand_in_knows_the_people_of_the_demonstration() -> None:
    """The two lists are written apart, since neither side imports the other: the same numbers name the same people."""
    staff = {f"8{rpps}": spec for spec, rpps in staff_numbers() if rpps}
    places = {place.finess: place.name for place in STRUCTURES}
    known = [one for one in PERSONS if one.number in staff]
    assert len(known) == 3
    for one in known:
        spec = staff[one.number]
        assert (one.given, one.family) == (spec.given, spec.family)
        assert [code for code, _ in one.exercices] == [spec.profession[0]]
    for one in PERSONS:
        for _, there in one.exercices:
            assert all(places[place.finess] == place.name for place in there if place.finess in places)


def test_our_client_waits_for_the_telephone(psc: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """CIBA with our own client: pending, approved, refused, over; an unknown number waits like any other (§5.5)."""
    monkeypatch.setattr("pepites_sandbox.psc.endpoints.CIBA_INTERVAL", 0)
    party = relying_party(psc)
    asked = party.begin_on_phone(national_id=NURSE, message="42")
    assert party.finish_on_phone(asked) is None
    httpx.post(f"{psc.base}/commandes", data={"ciba": asked.request_id, "reponse": "accepte"})
    found = party.finish_on_phone(asked)
    assert found is not None
    assert found.national_id == NURSE
    assert reason(lambda: party.finish_on_phone(asked)) == "client"  # used
    denied = party.begin_on_phone(national_id=NURSE, message="43")
    httpx.post(f"{psc.base}/commandes", data={"ciba": denied.request_id, "reponse": "refuse"})
    assert reason(lambda: party.finish_on_phone(denied)) == "phone_denied"
    nobody = party.begin_on_phone(national_id="899999999999", message="44")
    assert party.finish_on_phone(nobody) is None
    assert reason(lambda: party.finish_on_phone(replace(asked, ends_at=0))) == "phone_expired"
    psc.misbehave("sans_acr")
    weak = party.begin_on_phone(national_id=NURSE, message="45")
    httpx.post(f"{psc.base}/commandes", data={"ciba": weak.request_id, "reponse": "accepte"})
    assert reason(lambda: party.finish_on_phone(weak)) == "acr"
    wrong = relying_party(psc, secret="faux")
    assert reason(lambda: wrong.begin_on_phone(national_id=NURSE, message="46")) == "client"


def test_with_a_certificate_no_secret_is_sent(settings: Any) -> None:
    """``tls_client_auth``: the certificate is shown by the connection, the form names the client only (§5.2)."""
    settings.PEPITES_PSC_METADATA_URL, settings.PEPITES_PSC_CLIENT_ID = "https://psc.invalid/x", "pepites"
    settings.PEPITES_PSC_CLIENT_SECRET, settings.PEPITES_PSC_CLIENT_AUTH = "secret", "tls_client_auth"
    settings.PEPITES_PSC_TLS_CERT, settings.PEPITES_PSC_TLS_KEY = "c.pem", "k.pem"
    by_certificate = from_settings()
    assert by_certificate._proof() == {"client_id": "pepites"}
    assert (by_certificate.published.peer.certificate, by_certificate.published.peer.key) == ("c.pem", "k.pem")
    settings.PEPITES_PSC_CLIENT_AUTH = "client_secret_post"
    by_secret = from_settings()
    assert by_secret._proof() == {"client_id": "pepites", "client_secret": "secret"}
    assert by_secret.published.peer.certificate == ""
