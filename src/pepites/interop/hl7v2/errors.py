"""Why a message is not taken, as an acknowledgement says it (HL7 v2.5, tables 0008 and 0357)."""

from dataclasses import dataclass
from enum import IntEnum


class Code(IntEnum):
    """HL7 error codes (table 0357)."""

    SEGMENT_SEQUENCE = 100
    REQUIRED_FIELD = 101
    DATA_TYPE = 102
    TABLE_VALUE = 103
    UNSUPPORTED_TYPE = 200
    UNSUPPORTED_EVENT = 201
    UNSUPPORTED_PROCESSING = 202
    UNSUPPORTED_VERSION = 203
    UNKNOWN_KEY = 204
    DUPLICATE_KEY = 205
    INTERNAL = 207


@dataclass
class Hl7Error(Exception):
    """A message refused. ``text`` is French, says what to do and never quotes a value; ``where`` is ``PID-5``."""

    text: str
    code: Code = Code.DATA_TYPE
    where: str = ""
    reject: bool = False  # AR: the message itself is at fault; AE: what it asks

    @property
    def acknowledgment(self) -> str:
        """AR or AE (table 0008)."""
        return "AR" if self.reject else "AE"


def rejected(text: str, code: Code = Code.SEGMENT_SEQUENCE, where: str = "MSH") -> Hl7Error:
    """The message cannot even be read, or is not for us."""
    return Hl7Error(text, code, where, reject=True)
