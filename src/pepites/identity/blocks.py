"""Blocking keys of a whole identity: every name, alias and phone; hashed, so that the table reads nobody's name."""

import hashlib
from collections.abc import Iterable

from django.conf import settings

from pepites.identity.ins import ACCEPTED
from pepites.identity.insi.sealing import keyed_digest
from pepites.identity.written import Written, blocking_keys


def hashed_keys(one: Written, numbers: Iterable[str] = ()) -> list[int]:
    """Signed 64-bit hashes of every blocking key, sorted: the order in which locks are taken.

    ``numbers``: matricules, each after its authority (``oid|matricule``), or alone when it was typed without (an
    import): then it may be any of this environment's (INS-1, INS-2).
    """
    found = {hashlib.blake2b(key.encode(), digest_size=8).digest() for key in blocking_keys(one)}
    found |= {_number(said) for number in numbers for said in _with_authority(number)}
    return sorted(int.from_bytes(digest, "big", signed=True) for digest in found)


def _with_authority(number: str) -> list[str]:
    return [number] if "|" in number else [f"{oid}|{number}" for oid in ACCEPTED[settings.PEPITES_INSI_ENVIRONMENT]]


def _number(said: str) -> bytes:
    """A number has few possible values: its key is an HMAC, which nobody tries them against (RNIV-7)."""
    return keyed_digest("ins", said)[:8]
