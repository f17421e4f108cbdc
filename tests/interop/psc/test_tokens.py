"""ID tokens, signed UserInfo, logout tokens: each rule refused alone (annuaire-et-authentification §5.3, §5.4, §8)."""

import base64
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from tests.interop.psc.signer import (
    ACCESS,
    CLIENT,
    DROPPED,
    ISSUER,
    KEY,
    NEXT,
    NONCE,
    InMemory,
    Shift,
    encoded,
    expected,
    id_token,
    logout_token,
    reason,
)

from pepites.interop.psc.claims import identity
from pepites.interop.psc.tokens import id_claims, logout_claims, userinfo_claims

ALLOWED = ("eidas1", "eidas2", "eidas3")


def read(text: str, published: InMemory | None = None) -> dict[str, Any]:
    return id_claims(
        published or InMemory(), text, expected=expected(), nonce=NONCE, acr_allowed=ALLOWED, access_token=ACCESS
    )


def test_a_right_token_is_read() -> None:
    assert read(id_token())["SubjectNameID"] == "899700000017"
    assert read(id_token(aud=[CLIENT, "autre"]))["azp"] == CLIENT
    assert read(id_token(acr="eidas3"))["acr"] == "eidas3"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://autre.invalid"}, "issuer"),
        ({"iss": DROPPED}, "issuer"),
        ({"aud": "autre"}, "audience"),
        ({"aud": DROPPED}, "audience"),
        ({"aud": [CLIENT, "autre"], "azp": "autre"}, "audience"),
        ({"aud": [CLIENT, "autre"], "azp": DROPPED}, "audience"),
        ({"azp": "autre"}, "audience"),
        ({"exp": Shift(-60)}, "expired"),
        ({"exp": DROPPED}, "exp"),
        ({"exp": "demain"}, "exp"),
        ({"iat": Shift(300)}, "not_yet"),
        ({"iat": DROPPED}, "not_yet"),
        ({"nbf": Shift(300)}, "not_yet"),
        ({"nonce": "n-2"}, "nonce"),
        ({"nonce": DROPPED}, "nonce"),
        ({"sub": DROPPED}, "sub"),
        ({"acr": DROPPED}, "acr"),
        ({"acr": None}, "acr"),
        ({"acr": "0"}, "acr"),
        ({"acr": "eidas4"}, "acr"),
        ({"acr": ["eidas1"]}, "acr"),
        ({"at_hash": "autre"}, "at_hash"),
    ],
)
def test_each_claim_is_checked(changes: dict[str, Any], why: str) -> None:
    assert reason(lambda: read(id_token(**changes))) == why


def test_the_leeway_is_thirty_seconds() -> None:
    assert read(id_token(exp=Shift(-20)))
    assert reason(lambda: read(id_token(exp=Shift(-40)))) == "expired"


def test_signatures_that_are_none() -> None:
    header = base64.urlsafe_b64encode(json.dumps({"alg": "none", "kid": KEY.kid}).encode()).rstrip(b"=").decode()
    unsigned = f"{header}.{id_token().split('.')[1]}."
    assert reason(lambda: read(unsigned)) == "signature"
    body = id_token().rsplit(".", 1)[0]
    assert reason(lambda: read(f"{body}.{'A' * 342}")) == "signature"
    changed = id_token().split(".")
    changed[1] = id_token(SubjectNameID="899700000025").split(".")[1]
    assert reason(lambda: read(".".join(changed))) == "signature"


def test_our_secret_or_their_public_key_signs_nothing() -> None:
    """The classic confusion: HS256 with the public key as a secret, or with the client's own secret."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": KEY.kid}).encode()).rstrip(b"=")
    body = b".".join((head, id_token().split(".")[1].encode()))
    for secret in (KEY.as_pem(private=False), b"secret-du-client-long-de-32-octets!!"):
        mark = base64.urlsafe_b64encode(hmac.new(secret, body, "sha256").digest()).rstrip(b"=")
        forged = b".".join((body, mark)).decode()
        assert reason(lambda forged=forged: read(forged)) == "signature"  # type: ignore[misc]


def test_a_key_that_turned_is_loaded_once_and_an_unknown_one_refused() -> None:
    turning = InMemory(KEY, turned=(KEY, NEXT))
    assert read(id_token(NEXT), turning)
    assert turning.reloads == 1
    unknown = InMemory(KEY)
    assert reason(lambda: read(id_token(NEXT), unknown)) == "key"
    assert unknown.reloads == 1


def test_a_token_names_its_key() -> None:
    nameless = jwt.encode({"alg": "RS256"}, {"iss": ISSUER}, KEY)
    assert reason(lambda: read(nameless)) == "header"


@given(st.text(max_size=300))
def test_any_text_is_refused_in_order(text: str) -> None:
    assert reason(lambda: read(text)) in {"shape", "signature", "key", "header"}


def test_an_oversize_token_is_not_read() -> None:
    assert reason(lambda: read(id_token(long="x" * 70_000))) == "shape"


def test_a_signed_userinfo_is_ours() -> None:
    said = {"sub": "s", "iss": ISSUER, "aud": CLIENT}
    assert userinfo_claims(InMemory(), encoded(said), expected())["sub"] == "s"
    assert userinfo_claims(InMemory(), encoded({"sub": "s"}), expected())["sub"] == "s"
    for changes, why in (({"iss": "https://autre.invalid"}, "issuer"), ({"aud": "autre"}, "audience")):
        text = encoded(said | changes)
        assert reason(lambda text=text: userinfo_claims(InMemory(), text, expected())) == why  # type: ignore[misc]


def test_a_right_logout_token_is_read() -> None:
    assert logout_claims(InMemory(), logout_token(), expected())["sid"] == "s-1"
    assert logout_claims(InMemory(), logout_token(sid=DROPPED), expected())["sub"] == "f:1"
    assert logout_claims(InMemory(), logout_token(header={"typ": "JWT"}), expected())


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"iss": "https://autre.invalid"}, "issuer"),
        ({"aud": "autre"}, "audience"),
        ({"iat": DROPPED}, "not_yet"),
        ({"iat": Shift(300)}, "not_yet"),
        ({"iat": Shift(-900)}, "expired"),
        ({"exp": Shift(-60)}, "expired"),
        ({"jti": DROPPED}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": "x" * 300}, "jti"),
        ({"events": DROPPED}, "events"),
        ({"events": {}}, "events"),
        ({"events": ["http://schemas.openid.net/event/backchannel-logout"]}, "events"),
        ({"nonce": NONCE}, "nonce"),
        ({"sid": DROPPED, "sub": DROPPED}, "subject"),
    ],
)
def test_each_rule_of_a_logout_token(changes: dict[str, Any], why: str) -> None:
    assert reason(lambda: logout_claims(InMemory(), logout_token(**changes), expected())) == why


def test_an_id_token_is_no_logout_token_nor_the_reverse() -> None:
    assert reason(lambda: logout_claims(InMemory(), id_token(), expected())) in {"jti", "events"}
    assert reason(lambda: read(logout_token())) in {"exp", "nonce", "acr"}
    assert reason(lambda: logout_claims(InMemory(), logout_token(header={"typ": "at+jwt"}), expected())) == "header"


def said(**changes: Any) -> dict[str, Any]:
    return {"sub": "s", "SubjectNameID": "899700000017", "given_name": "Ana", "family_name": "ESSAI"} | changes


TOKEN = {"iss": ISSUER, "sub": "s", "acr": "eidas1", "SubjectNameID": "899700000017"}


def test_both_answers_name_the_same_person() -> None:
    assert identity("t", TOKEN, said()).rpps == "99700000017"
    assert identity("t", {**TOKEN, "SubjectNameID": None}, said()).national_id == "899700000017"
    assert reason(lambda: identity("t", TOKEN, said(SubjectNameID="899700000025"))) == "national_id"
    nobody = said(SubjectNameID="")
    assert reason(lambda: identity("t", {**TOKEN, "SubjectNameID": None}, nobody)) == "national_id"
    assert reason(lambda: identity("t", {**TOKEN, "SubjectNameID": "a b"}, nobody)) == "national_id"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
NAMES = ("exercices", "activities", "codeProfession", "numeroFinessSite", "raisonSocialeSite")


@given(json_values, json_values, st.dictionaries(st.sampled_from(NAMES), json_values, max_size=4), json_values)
def test_whatever_the_shape_of_what_is_said(reference: Any, others: Any, exercice: Any, name: Any) -> None:
    """Lying JSON never stops a sign-in: what is not as it should be counts as nothing."""
    for shape in (reference, {"exercices": reference}, {"exercices": [exercice, {"activities": [exercice]}]}):
        read_ = identity("t", TOKEN, said(SubjectRefPro=shape, otherIds=others, given_name=name))
        assert read_.national_id == "899700000017"
        assert all(isinstance(one.profession, str) for one in read_.exercices)
        assert all(isinstance(part.finess_site, str) for one in read_.exercices for part in one.activities)
