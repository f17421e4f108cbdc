"""Seeds at rest, hashing in force, places of origin."""

import pytest
from cryptography.exceptions import InvalidTag
from django.conf import settings as live_settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from hypothesis import given
from hypothesis import strategies as st

from pepites.accounts.crypto import from_text, seal, to_text, unseal
from pepites.accounts.services.factors import matching_step
from pepites.accounts.values import Origin


@given(st.binary(max_size=64))
def test_sealed_seed_opens_in_its_place_only(plain: bytes) -> None:
    sealed = seal(plain, where="accounts_totpdevice|seed|1")
    assert unseal(sealed, where="accounts_totpdevice|seed|1") == plain
    with pytest.raises(InvalidTag):
        unseal(sealed, where="accounts_totpdevice|seed|2")


def test_altered_seed_is_refused() -> None:
    sealed = bytearray(seal(b"graine", where="x"))
    sealed[-1] ^= 1
    with pytest.raises(InvalidTag):
        unseal(bytes(sealed), where="x")


@given(st.binary(max_size=40))
def test_text_form_goes_both_ways(data: bytes) -> None:
    assert from_text(to_text(data)) == data


@given(st.text(max_size=12))
def test_codes_of_any_text_never_crash(code: str) -> None:
    assert matching_step(b"12345678901234567890", code, after=10**12) is None


def test_passwords_are_hashed_by_argon2id() -> None:
    from pepites.config import settings as configured

    assert configured.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    assert Argon2PasswordHasher().encode("x", "saltsaltsalt").startswith("argon2$argon2id$")
    assert live_settings.SESSION_COOKIE_HTTPONLY


@pytest.mark.parametrize(
    ("ip", "network"),
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::9", "2001:db8:1::/48"), ("", ""), ("n'importe quoi", "")],
)
def test_neighbours_are_one_origin(ip: str, network: str) -> None:
    assert Origin(ip=ip).network == network
