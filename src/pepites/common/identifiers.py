"""Identifiers: public ones that sort by time, and the regional one with its check character."""

import os
import secrets
import time
import uuid

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
REGIONAL_ID_LENGTH = 13
_MISREAD = str.maketrans("OIL", "011")
ISO7064_37 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def new_uuid() -> uuid.UUID:
    """A UUID version 7: 48 bits of milliseconds, then randomness (RFC 9562 §5.7)."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)


def check_character(payload: str) -> str:
    """ISO 7064 MOD 37,36 check character of ``payload`` (letters and digits)."""
    carry = 36
    for character in payload:
        carry = (carry + ISO7064_37.index(character)) % 36 or 36
        carry = carry * 2 % 37
    return ISO7064_37[(37 - carry) % 36]


def new_regional_id() -> str:
    """A regional identifier: ``GF``, ten Crockford characters drawn at random, a check character (STIC-1)."""
    payload = "GF" + "".join(secrets.choice(CROCKFORD) for _ in range(10))
    return payload + check_character(payload)


def read_regional_id(text: str) -> str:
    """A regional identifier as somebody typed it: O is read 0, I and L are read 1 (Crockford)."""
    return text[:2] + text[2:12].translate(_MISREAD) + text[12:]


def is_regional_id(text: str) -> bool:
    """Whether ``text`` is a well-formed regional identifier, check character included (STIC-1)."""
    return (
        len(text) == REGIONAL_ID_LENGTH
        and text.startswith("GF")
        and all(character in CROCKFORD for character in text[2:12])
        and check_character(text[:12]) == text[12]
    )
