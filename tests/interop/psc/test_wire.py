"""The whole sign-in over real sockets: each negative case of annuaire-et-authentification §7, on the wire."""

import ssl
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from tests.interop.psc.certified import certified
from tests.interop.psc.signer import reason
from tests.interop.psc.stand_ins import (
    BASE,
    NURSE,
    RETURN_TO,
    SECRET,
    Listener,
    StandIn,
    browser_for,
    finish,
    relying_party,
    sandbox,
    walk,
)

pytestmark = [pytest.mark.allow_hosts(["127.0.0.1"]), pytest.mark.xdist_group("psc")]


TOLD = Listener()


KINDS = {"bac à sable": sandbox, "oidc-provider": certified}


@pytest.fixture(scope="module", params=[(kind, mutual) for kind in KINDS for mutual in (False, True)],
                ids=lambda it: f"{it[0]}, {'certificat' if it[1] else 'secret'}")  # fmt: skip
def psc(request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """Our own stand-in, and one that others wrote and had certified: the same contract on both, in both proofs."""
    kind, mutual = request.param
    with KINDS[kind](TOLD.url, mutual=mutual) as found:
        yield found


@pytest.fixture(autouse=True)
def sound(psc: StandIn) -> Iterator[None]:
    yield
    psc.misbehave("aucune")


def test_a_person_is_who_they_say(psc: StandIn) -> None:
    found = walk(psc, relying_party(psc))
    assert (found.national_id, found.rpps, found.given_name) == (NURSE, "99900000011", "Josette")
    assert (found.acr, len(found.amr), bool(found.sid)) == ("eidas1", 1, True)
    [exercice] = found.exercices
    assert exercice.profession == "60"
    assert [one.finess_site for one in exercice.activities] == ["970309911", "970309905"]


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
def test_each_fault_is_refused(psc: StandIn, fault: str, why: str) -> None:
    psc.misbehave(fault)
    assert reason(lambda: walk(psc, relying_party(psc))) == why


def test_a_slow_service_is_not_waited_for(psc: StandIn) -> None:
    psc.misbehave("jeton_lent")
    assert reason(lambda: walk(psc, relying_party(psc, timeout=0.5))) == "unavailable"


def test_discovery_down_is_said_at_once(psc: StandIn) -> None:
    psc.misbehave("decouverte")
    assert reason(lambda: relying_party(psc).begin(return_to=RETURN_TO)) == "unavailable"


def test_a_service_that_fails_again_and_again_is_left_alone(psc: StandIn) -> None:
    psc.misbehave("decouverte")
    party = relying_party(psc)
    for _ in range(5):
        reason(lambda: party.begin(return_to=RETURN_TO))
    psc.misbehave("aucune")
    assert reason(lambda: party.begin(return_to=RETURN_TO)) == "unavailable"  # the breaker is open, for a while


def test_an_outage_is_what_the_provider_no_longer_answers(psc: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emergency codes follow this: nothing is down until it was asked twice in vain, or the breaker is open."""
    monkeypatch.setattr("pepites.interop.psc.directory.ASK_AGAIN", 0.0)
    party = relying_party(psc)
    assert (party.is_down(ask=False), party.is_down(ask=True)) == (False, False)
    psc.misbehave("decouverte")
    assert not party.is_down(ask=False)  # nobody has met it yet
    assert party.is_down(ask=True)
    for _ in range(5):
        reason(lambda: party.begin(return_to=RETURN_TO))
    assert party.is_down(ask=False)
    psc.misbehave("aucune")
    assert party.is_down(ask=True)  # the breaker lets nobody ask for a while
    monkeypatch.setattr("pepites.interop.breaker.PAUSE", 0.0)
    assert not party.is_down(ask=True)
    assert not party.is_down(ask=False)


def test_one_answer_lost_is_no_outage(psc: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    party, answers = relying_party(psc), iter([False, True])
    monkeypatch.setattr(type(party.published), "answers", lambda self, again=False: next(answers))
    assert not party.is_down(ask=True)


def test_a_userinfo_in_a_signed_jwt_is_read(psc: StandIn) -> None:
    psc.misbehave("userinfo_jwt")
    assert walk(psc, relying_party(psc)).national_id == NURSE


def test_a_key_that_turns_is_followed(psc: StandIn) -> None:
    party = relying_party(psc)
    assert walk(psc, party).national_id == NURSE
    psc.misbehave("cle_tournee")
    party.published._keys_at -= 60  # the last reload was not a moment ago
    assert walk(psc, party).national_id == NURSE


def test_a_refusal_on_the_telephone_comes_back_as_one(psc: StandIn) -> None:
    psc.misbehave("refus")
    begun = relying_party(psc).begin(return_to=RETURN_TO)
    with browser_for(psc.mutual) as browser:
        said = dict(parse_qsl(urlsplit(psc.sign_in(browser, begun.url)).query))
    assert (said["error"], said["state"]) == ("access_denied", begun.state)


def test_a_code_serves_once_with_its_own_verifier(psc: StandIn) -> None:
    party = relying_party(psc)
    with browser_for(psc.mutual) as browser:
        begun = party.begin(return_to=RETURN_TO)
        back = psc.sign_in(browser, begun.url)
        finish(party, begun, back)
        assert reason(lambda: finish(party, begun, back)) == "code"
        other, mine = party.begin(return_to=RETURN_TO), party.begin(return_to=RETURN_TO)
        stolen = psc.sign_in(browser, mine.url)
        code = dict(parse_qsl(urlsplit(stolen).query))["code"]
        assert reason(lambda: party.finish(code=code, asked=other, return_to=RETURN_TO)) == "code"


def test_a_code_of_another_sign_in_of_the_same_browser_is_refused(psc: StandIn) -> None:
    """Token substitution: the code is right, the verifier too, but the nonce is another sign-in's."""
    from dataclasses import replace

    party = relying_party(psc)
    with browser_for(psc.mutual) as browser:
        begun = party.begin(return_to=RETURN_TO)
        code = dict(parse_qsl(urlsplit(psc.sign_in(browser, begun.url)).query))["code"]
        swapped = replace(begun, nonce="un-autre")
        assert reason(lambda: party.finish(code=code, asked=swapped, return_to=RETURN_TO)) == "nonce"


def test_a_wrong_proof_is_said_to_the_operator(psc: StandIn) -> None:
    if psc.mutual is None:
        assert reason(lambda: walk(psc, relying_party(psc, secret="faux"))) == "client"
        return
    for certificate in (psc.mutual.neighbour, ""):  # another's, of the same authority; none at all
        assert reason(lambda shown=certificate: walk(psc, relying_party(psc, certificate=shown))) == "client"
    by_secret = relying_party(psc, certificate="", auth="client_secret_post")  # the right secret proves nothing here
    assert reason(lambda: walk(psc, by_secret)) == "client"


def test_a_certificate_of_another_authority_is_refused(psc: StandIn) -> None:
    if psc.mutual is None:
        pytest.skip("no certificate in this proof")
    with browser_for(psc.mutual) as browser:
        begun = relying_party(psc).begin(return_to=RETURN_TO)
        back = psc.sign_in(browser, begun.url)
    stranger = relying_party(psc, certificate=psc.mutual.stranger)
    assert reason(lambda: finish(stranger, begun, back)) in {
        "client",
        "unavailable",
    }  # refused at the handshake or after


def test_what_the_provider_answers_without_our_certificate(psc: StandIn) -> None:
    """The very words of RFC 6749 §5.2, asked without our client."""
    if psc.mutual is None:
        pytest.skip("no certificate in this proof")
    found = relying_party(psc).published.metadata()
    where = found.get("mtls_endpoint_aliases", found)["token_endpoint"]
    asked = {"grant_type": "authorization_code", "client_id": "pepites", "code": "x", "redirect_uri": RETURN_TO}
    shown = ssl.create_default_context(cafile=psc.mutual.authorities)
    shown.load_cert_chain(psc.mutual.neighbour)
    with browser_for(psc.mutual) as bare, httpx.Client(verify=shown) as neighbour:
        answers = [bare.post(where, data=asked), neighbour.post(where, data=asked),
                   bare.post(where, data=asked | {"client_secret": SECRET})]  # fmt: skip
    assert [(one.status_code, one.json()["error"]) for one in answers] == [(401, "invalid_client")] * 3


def test_nothing_goes_out_without_tls() -> None:
    class Elsewhere:
        mutual = None
        metadata_url = "http://psc.invalid/.well-known/wallet-openid-configuration"

    assert reason(lambda: relying_party(Elsewhere()).begin(return_to=RETURN_TO)) == "unavailable"  # type: ignore[arg-type]


def test_logging_out_comes_back_and_tells_us(psc: StandIn) -> None:
    """RP-initiated logout, then the back-channel notice, checked by the same code as in production (§5.4)."""
    party = relying_party(psc)
    with browser_for(psc.mutual) as browser:
        begun = party.begin(return_to=RETURN_TO)
        found = finish(party, begun, psc.sign_in(browser, begun.url))
        after = f"{BASE}/connexion/"
        back = psc.sign_out(browser, party.logout_url(id_token=found.id_token, return_to=after, state="e-1"))
    assert back == f"{after}?state=e-1"
    notice = party.logout_notice(TOLD.tokens.get(timeout=5))
    assert (notice.sid, notice.subject in {"", found.subject}) == (found.sid, True)


def test_an_id_token_ends_no_session(psc: StandIn) -> None:
    party = relying_party(psc)
    token = walk(psc, party).id_token
    assert reason(lambda: party.logout_notice(token)) in {"jti", "events", "header"}
