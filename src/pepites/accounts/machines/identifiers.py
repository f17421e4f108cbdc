"""What the public identifier of a machine client looks like."""

import re

_IDENTIFIER = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}", re.ASCII)


def is_identifier(text: str) -> bool:
    """Three to 64 small letters, digits, dots, dashes: safe in a log, a certificate subject, a command."""
    return _IDENTIFIER.fullmatch(text) is not None
