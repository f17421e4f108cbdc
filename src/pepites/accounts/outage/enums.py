"""What bounds the emergency codes."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

CODES: Final = 5
CODE_LENGTH: Final = 12  # 60 bits
PIN_DIGITS: Final = 6
VALID: Final = timedelta(days=180)
SESSION_HOURS: Final = 4
LONGEST_OUTAGE: Final = timedelta(hours=12)


class Outage(StrEnum):
    """Why emergency codes let in now."""

    NONE = ""
    DECLARED = "declaree"  # by an administrator of the platform, or a command of the server
    SEEN = "constatee"  # Pro Santé Connect does not answer this server
