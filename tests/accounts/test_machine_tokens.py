"""Client credentials: what proves a machine, and everything that does not (RFC 6749, 7523, 8705)."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey
from tests.accounts.machines import (
    ASSERTION_TYPE,
    AUDIENCE,
    assertion,
    certificate,
    ec_key,
    keyed_client,
    pem,
    public_set,
    rsa_key,
    service_client,
    sha256,
    token_form,
)
from tests.conftest import as_owner, as_role

from pepites.accounts.machines.assertions import BadAssertion, claimed_client, verified
from pepites.accounts.models import AccessToken, ServiceClient, UsedAssertion
from pepites.accounts.services import prove_by_certificate, prove_by_token
from pepites.accounts.tasks import sweep_tokens
from pepites.audit.models import Entry
from pepites.common.clock import now

pytestmark = pytest.mark.django_db


def ask(client: Client, form: dict[str, Any], **headers: Any) -> Any:
    return client.post("/oauth2/token", urlencode(form), content_type="application/x-www-form-urlencoded", **headers)


def refusals() -> list[tuple[str, int]]:
    with as_owner():
        return list(Entry.objects.filter(code="accounts.client.refused").values_list("reason", "outcome"))


@pytest.fixture
def row() -> ServiceClient:
    with as_owner():
        return keyed_client()


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_a_signed_assertion_obtains_a_token(client: Client, row: ServiceClient, alg: str) -> None:
    answer = ask(client, token_form(row.client_id, client_assertion=assertion(row.client_id, alg=alg)))
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "Bearer", 300)
    assert body["scope"].split() == sorted(row.scopes)
    assert answer["Cache-Control"] == "no-store"
    proved = prove_by_token(body["access_token"], "")
    assert proved is not None
    assert (proved.row.pk, proved.scopes) == (row.pk, frozenset(row.scopes))
    with as_owner():
        stored = AccessToken.objects.get()
        entry = Entry.objects.get(code="accounts.token.issued")
        row.refresh_from_db()
    assert body["access_token"] not in str(vars(stored))
    assert (entry.service_client_id, entry.actor_kind, entry.auth_method) == (row.pk, "machine", "cle")
    assert row.last_used_at is not None


def test_no_cookie_is_set_nor_asked(client: Client, row: ServiceClient) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = ask(strict, token_form(row.client_id))
    assert answer.status_code == 200
    assert not answer.cookies


def test_scopes_are_narrowed_and_never_widened(client: Client, row: ServiceClient) -> None:
    answer = ask(client, token_form(row.client_id, scope="ITI-83 ITI-999"))
    assert answer.json()["scope"] == "ITI-83"
    answer = ask(client, token_form(row.client_id, scope="ITI-999"))
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_scope"})


def test_the_same_assertion_never_serves_twice(client: Client, row: ServiceClient) -> None:
    form = token_form(row.client_id)
    assert ask(client, form).status_code == 200
    again = ask(client, form)
    assert (again.status_code, again.json()) == (401, {"error": "invalid_client"})
    assert refusals() == [("replay", 4)]
    with as_owner():
        assert AccessToken.objects.count() == UsedAssertion.objects.count() == 1


def _public_pem_as_secret() -> str:
    """HS256, its secret the text of the public key: made by hand, the library refuses to."""
    head = _forged("HS256").rstrip(".")
    signature = hmac.new(rsa_key().as_pem(private=False), head.encode(), hashlib.sha256).digest()
    return f"{head}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "autre émetteur": ({"iss": "autre"}, "issuer"),
    "autre public": ({"aud": "https://ailleurs.example/oauth2/token"}, "audience"),
    "public vide": ({"aud": []}, "audience"),
    "sans expiration": ({"exp": None}, "exp"),
    "expirée": ({"exp": 1_700_000_000}, "expired"),
    "trop longue": ({"exp": 4_000_000_000}, "too_long"),
    "expiration qui n'est pas un nombre": ({"exp": "demain"}, "exp"),
    "expiration infinie": ({"exp": 1e400}, "exp"),
    "émise demain": ({"iat": 4_000_000_000}, "not_yet"),
    "pas encore valable": ({"nbf": 4_000_000_000}, "not_yet"),
    "sans jti": ({"jti": None}, "jti"),
    "jti trop court": ({"jti": "1"}, "jti"),
    "jti qui n'est pas un texte": ({"jti": [1]}, "jti"),
    "extension critique inconnue": ({"header": {"typ": "autre"}}, "header"),
    "signée par une autre clé": ({"key": RSAKey.generate_key(2048, {"kid": "rsa"}, private=True)}, "signature"),
}


@pytest.mark.parametrize("case", BAD, ids=lambda case: case)
def test_a_bad_assertion_is_refused_without_a_word(client: Client, row: ServiceClient, case: str) -> None:
    changes, reason = BAD[case]
    answer = ask(client, token_form(row.client_id, client_assertion=assertion(row.client_id, **changes)))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert "WWW-Authenticate" in answer
    assert refusals() == [(reason, 4)]


def _forged(alg: str, signature: str = "") -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    return f"{part({'alg': alg})}.{part({'iss': 'x', 'sub': 'x', 'aud': AUDIENCE})}.{signature}"


@pytest.mark.parametrize("alg", ["none", "NONE", "HS256", "RS512", "ES384", "", "dir"])
def test_only_the_three_algorithms_are_read(row: ServiceClient, alg: str) -> None:
    with pytest.raises(BadAssertion, match="algorithm"):
        verified(_forged(alg), client_id="x", jwks=row.jwks, audiences={AUDIENCE}, moment=now())


def test_a_public_key_is_no_shared_secret(row: ServiceClient) -> None:
    """The classic confusion: HS256 signed with the text of the public RSA key (SE-15)."""
    with pytest.raises(BadAssertion, match="algorithm"):
        verified(_public_pem_as_secret(), client_id="x", jwks=row.jwks, audiences={AUDIENCE}, moment=now())


def test_unknown_revoked_and_expired_clients_get_the_same_answer(client: Client, row: ServiceClient) -> None:
    with as_owner():
        over = keyed_client(expires_at=now() - timedelta(days=1))
        gone = keyed_client(is_active=False, revoked_at=now())
    answers = [ask(client, token_form(name)) for name in ("inconnu-9", over.client_id, gone.client_id)]
    assert {(a.status_code, a.content) for a in answers} == {(401, b'{"error": "invalid_client"}')}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_assertion_type": "autre"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"client_id": "un-autre"}, "invalid_client"),
        ({"scope": "a\x00b"}, "invalid_request"),
    ],
)
def test_a_malformed_request_is_told_by_the_standard_words(
    client: Client, row: ServiceClient, changes: dict[str, str], error: str
) -> None:
    assert ask(client, token_form(row.client_id, **changes)).json() == {"error": error}


def test_repeated_parameters_other_types_and_long_bodies_are_refused(client: Client, row: ServiceClient) -> None:
    twice = urlencode([*token_form(row.client_id).items(), ("scope", "a"), ("scope", "b")])
    send = lambda body, kind: client.post("/oauth2/token", body, content_type=kind)  # noqa: E731
    assert send(twice, "application/x-www-form-urlencoded").status_code == 400
    assert send(json.dumps(token_form(row.client_id)), "application/json").status_code == 400
    assert send("scope=" + "a" * 20_000, "application/x-www-form-urlencoded").status_code == 413
    assert client.get("/oauth2/token").status_code == 405


def test_a_network_that_fails_waits_and_the_others_do_not(client: Client, row: ServiceClient) -> None:
    bad = lambda: token_form(row.client_id, client_assertion=assertion(row.client_id, aud="autre"))  # noqa: E731
    statuses = [ask(client, bad(), REMOTE_ADDR="198.51.100.7").status_code for _ in range(7)]
    assert statuses[-1] == 429
    assert ask(client, token_form(row.client_id), REMOTE_ADDR="198.51.100.7").status_code == 429
    assert ask(client, token_form(row.client_id), REMOTE_ADDR="203.0.113.7").status_code == 200


def test_the_public_address_alone_is_an_audience_when_it_is_set(
    client: Client, row: ServiceClient, settings: Any
) -> None:
    settings.PEPITES_PUBLIC_URL = "https://pepites.example"
    assert ask(client, token_form(row.client_id)).status_code == 401
    good = assertion(row.client_id, aud="https://pepites.example/oauth2/token")
    assert ask(client, token_form(row.client_id, client_assertion=good)).status_code == 200


def test_a_client_that_asks_without_end_waits(client: Client, row: ServiceClient) -> None:
    statuses = [ask(client, token_form(row.client_id)).status_code for _ in range(17)]
    assert (statuses[0], statuses[-1]) == (200, 429)


def test_a_token_dies_with_its_time_and_with_its_client(client: Client, row: ServiceClient) -> None:
    token = ask(client, token_form(row.client_id)).json()["access_token"]
    assert prove_by_token(token, "")
    assert prove_by_token(token + "x", "") is None
    with time_machine.travel(now() + timedelta(minutes=5, seconds=1)):
        assert prove_by_token(token, "") is None
    with as_owner():
        ServiceClient.objects.filter(pk=row.pk).update(is_active=False, revoked_at=now())
    assert prove_by_token(token, "") is None


def test_what_is_over_is_swept_and_the_rest_stays(client: Client, row: ServiceClient) -> None:
    ask(client, token_form(row.client_id))
    with as_role("pepites_worker"):
        assert sweep_tokens() == 0
    with as_owner():
        AccessToken.objects.update(expires_at=now() - timedelta(minutes=1))
        UsedAssertion.objects.update(expires_at=now() - timedelta(minutes=1))
    with as_role("pepites_worker"):
        assert sweep_tokens() == 2


# Mutual TLS


@pytest.fixture
def proxied(settings: Any) -> None:
    settings.PEPITES_MTLS_HEADER = "X-Client-Cert"
    settings.PEPITES_MTLS_PROXIES = ["127.0.0.1"]


def shown(made: Any) -> dict[str, str]:
    return {"HTTP_X_CLIENT_CERT": quote(pem(made).decode())}


def test_a_certificate_alone_obtains_a_bound_token(client: Client, proxied: None) -> None:
    made, other = certificate(), certificate()
    with as_owner():
        row = service_client(certificate_sha256=sha256(made))
    form = {"grant_type": "client_credentials", "client_id": row.client_id}
    assert ask(client, form).status_code == 401
    assert ask(client, form, **shown(other)).status_code == 401
    token = ask(client, form, **shown(made)).json()["access_token"]
    assert prove_by_token(token, sha256(made))
    assert prove_by_token(token, sha256(other)) is None, "a stolen token is worth nothing without its key (RFC 8705)"
    assert prove_by_token(token, "") is None
    proved = prove_by_certificate(sha256(made))
    assert proved is not None
    assert proved.row.pk == row.pk
    assert prove_by_certificate(sha256(other)) is None
    assert prove_by_certificate("") is None


def test_key_and_certificate_are_both_asked_when_both_are_registered(client: Client, proxied: None) -> None:
    made = certificate()
    with as_owner():
        row = keyed_client(certificate_sha256=sha256(made))
    assert ask(client, token_form(row.client_id)).status_code == 401
    form = {"grant_type": "client_credentials", "client_id": row.client_id}
    assert ask(client, form, **shown(made)).status_code == 401
    token = ask(client, token_form(row.client_id), **shown(made)).json()["access_token"]
    assert prove_by_token(token, "") is None
    assert prove_by_token(token, sha256(made))
    assert prove_by_certificate(sha256(made)) is None


def test_a_certificate_is_believed_from_the_proxy_only(client: Client, proxied: None, settings: Any) -> None:
    made = certificate()
    with as_owner():
        row = service_client(certificate_sha256=sha256(made))
    form = {"grant_type": "client_credentials", "client_id": row.client_id}
    assert ask(client, form, REMOTE_ADDR="198.51.100.9", **shown(made)).status_code == 401
    der = base64.b64encode(made.public_bytes(serialization.Encoding.DER))
    assert ask(client, form, HTTP_X_CLIENT_CERT=f":{der.decode()}:").status_code == 200
    for wrong in ("rien", ":rien:", "%ff", "a" * 20_000):
        assert ask(client, form, HTTP_X_CLIENT_CERT=wrong).status_code == 401
    settings.PEPITES_MTLS_HEADER = ""
    assert ask(client, form, **shown(made)).status_code == 401


# Anything at all


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.one_of(st.text(max_size=300), st.binary(max_size=80).map(lambda b: _forged("RS256", b.hex()))))
def test_no_text_is_an_assertion_by_chance(row: ServiceClient, text: str) -> None:
    for read in (
        lambda: claimed_client(text),
        lambda: verified(text, client_id="x", jwks=row.jwks, audiences={AUDIENCE}, moment=now()),
    ):
        try:
            read()
        except BadAssertion:
            continue
        assert read.__code__.co_names[0] == "claimed_client", "nothing but our own keys verifies"


def test_keys_of_the_tests_are_what_they_say() -> None:
    assert all("d" not in key for key in public_set(rsa_key(), ec_key())["keys"])
    assert ASSERTION_TYPE.endswith("jwt-bearer")
