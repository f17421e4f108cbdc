"""Reading back a token of ours, whatever its age: a logout hint."""

from __future__ import annotations

from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from pepites_sandbox.psc.state import State


def claims_of(state: State, text: str) -> dict[str, Any] | None:
    """The claims, None for a token that is not ours."""
    if len(text) > 16_384:
        return None
    try:
        return dict(jwt.decode(text, KeySet([state.key, state.next_key]), algorithms=["RS256"]).claims)
    except (JoseError, ValueError, TypeError, RecursionError):
        return None
