"""Hashing made cheap for tests that do not measure it."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from tests.accounts import factories


class CheapArgon2(Argon2PasswordHasher):
    """Argon2id with parameters no one should use."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True)
def cheap_hashing(settings: object) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["tests.accounts.conftest.CheapArgon2"]  # type: ignore[attr-defined]
    yield
    factories._HASH = ""
