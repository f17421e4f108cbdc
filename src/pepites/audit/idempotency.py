"""Writes that may be sent again: the same key gives the same answer, once (design, law 5)."""

import hashlib
import json
from collections.abc import Callable, Mapping
from uuid import UUID

from django.db import connection

from pepites.common.actor import Actor
from pepites.common.errors import Conflict


def request_hash(values: Mapping[str, object]) -> str:
    """Fingerprint of what was asked, to refuse a key used for something else."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()


def _owner(actor: Actor) -> int:
    """Whose keys: an account's, a machine client's (its number, negative), the house's (0)."""
    return actor.user_id or -(actor.service_client_id or 0)


def once(
    actor: Actor, key: UUID | None, asked: Mapping[str, object], work: Callable[[], dict[str, object]]
) -> dict[str, object]:
    """Do ``work`` once for that actor and key; a second call returns the first answer.

    Two calls at the same time wait for one another. ``work`` returns what JSON can hold (ids). Without a key the work
    is simply done. Raises ``Conflict`` when the key served for another request.
    """
    if key is None:
        return work()
    asked_hash = request_hash(asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_idempotencyrecord (user_id, key, request_hash) VALUES (%s, %s, %s)"
            " ON CONFLICT (user_id, key) DO NOTHING",
            [_owner(actor), key, asked_hash],
        )
        if not cursor.rowcount:
            cursor.execute(
                "SELECT request_hash, result FROM audit_idempotencyrecord WHERE user_id = %s AND key = %s",
                [_owner(actor), key],
            )
            seen_hash, result = cursor.fetchone()
            if seen_hash != asked_hash:
                raise Conflict("Cet envoi a déjà servi pour autre chose. Rechargez la page et recommencez.")
            return dict(json.loads(result) if isinstance(result, str) else result)
        done = work()
        cursor.execute(
            "UPDATE audit_idempotencyrecord SET result = %s WHERE user_id = %s AND key = %s",
            [json.dumps(done), _owner(actor), key],
        )
    return done
