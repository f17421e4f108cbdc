"""Journal lines of sign-in: written for the account concerned, while the request itself still acts for nobody."""

import dataclasses
from collections.abc import Mapping

from pepites.accounts.models import User
from pepites.audit import journal
from pepites.audit.unit import current
from pepites.common.actor import ActorKind

FAILED = 4


def trace(
    code: str,
    *,
    user: User | None,
    method: str = "",
    action: str = "E",
    failed: bool = False,
    reason: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Write one line for ``user`` (nobody when the identifier is unknown) in the transaction under way."""
    journal.check_code(code)
    ref = current().actor.ref
    if user is not None and ref.user_id is None:
        ref = dataclasses.replace(ref, kind=ActorKind.HUMAN, user_id=user.pk, auth_method=method)
    line = journal.Line(
        code=code,
        action=action,
        object_type="user",
        object_id=str(user.public_id) if user else "",
        outcome=FAILED if failed else 0,
        reason=reason,
        detail=detail or {},
    )
    journal.write(ref, [line])
