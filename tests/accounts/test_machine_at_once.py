"""The same assertion sent by several threads at the same time: one token, no more (RFC 7523 §3, jti)."""

import threading

import pytest
from django.db import connections
from tests.accounts.machines import ASSERTION_TYPE, AUDIENCE, assertion, keyed_client
from tests.conftest import as_owner

from pepites.accounts.models import AccessToken
from pepites.accounts.services import issue_token
from pepites.accounts.services.tokens import OAuthError, TokenRequest
from pepites.common.actor import ANONYMOUS


@pytest.mark.slow
def test_one_assertion_is_one_token(committed_database: dict[str, str]) -> None:
    with as_owner():
        row = keyed_client()
    asked = TokenRequest(
        grant_type="client_credentials", assertion_type=ASSERTION_TYPE, assertion=assertion(row.client_id),
        audiences=frozenset({AUDIENCE}),
    )  # fmt: skip
    start, outcomes = threading.Barrier(6), list[str]()

    def ask() -> None:
        start.wait()
        try:
            issue_token(actor=ANONYMOUS, asked=asked)
            outcomes.append("jeton")
        except OAuthError as error:
            outcomes.append(error.reason)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["jeton", *["replay"] * 5]
    with as_owner():
        assert AccessToken.objects.count() == 1
