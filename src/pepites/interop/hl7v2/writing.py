"""Writing messages: header, acknowledgement, plain segments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pepites.common.clock import CAYENNE, now
from pepites.common.identifiers import new_uuid
from pepites.interop.hl7v2.errors import Hl7Error
from pepites.interop.hl7v2.parsing import Message, escaped

VERSION = "2.5^FRA^2.11"
PROFILE = "2.11^IHE_FRANCE-2.11-PAM"
APPLICATION = "PEPITES"


@dataclass(frozen=True, slots=True)
class Header:
    """Who speaks to whom."""

    facility: str = ""
    to_application: str = ""
    to_facility: str = ""
    processing: str = "P"
    control_id: str = ""
    at: datetime | None = None


def timestamp(moment: datetime) -> str:
    """``20261126101500-0300``."""
    return moment.astimezone(CAYENNE).strftime("%Y%m%d%H%M%S%z")


def segment(*fields: str) -> str:
    """A segment from fields already escaped, the empty ones at the end left out."""
    return "|".join(fields).rstrip("|")


def msh(header: Header, message_type: str, profile: str = "") -> str:
    """The header, in UTF-8."""
    control = header.control_id or new_uuid().hex[:20]
    fields = [
        "MSH", "^~\\&", APPLICATION, escaped(header.facility), escaped(header.to_application),
        escaped(header.to_facility), timestamp(header.at or now()), "", message_type, escaped(control),
        escaped(header.processing), VERSION, "", "", "", "", "FRA", "UNICODE UTF-8", "", "", profile,
    ]  # fmt: skip
    return segment(*fields)


def message(segments: Sequence[str]) -> bytes:
    """The bytes of a message."""
    return "".join(f"{one}\r" for one in segments).encode()


def acknowledgement(asked: Message | None, refusal: Hl7Error | None = None, *, processing: str = "P") -> bytes:
    """The answer to a message, read or not: MSA, and ERR when it is not taken."""
    header, event, control = Header(processing=processing), "", ""
    if asked is not None:
        source = asked.msh
        control, event = source.text(10)[:199], source.text(9, 2)[:3]
        header = Header(
            facility=source.text(6), to_application=source.text(3), to_facility=source.text(4),
            processing=source.text(11)[:3] or "P",
        )  # fmt: skip
    kind = f"ACK^{escaped(event)}^ACK" if event else "ACK"
    word = "AA" if refusal is None else refusal.acknowledgment
    segments = [msh(header, kind), segment("MSA", word, escaped(control))]
    if refusal is not None:
        segments.append(_err(refusal))
    return message(segments)


def _err(refusal: Hl7Error) -> str:
    name, _, number = refusal.where.partition("-")
    location = f"{name}^1^{number}" if number else name
    return segment("ERR", "", location, str(int(refusal.code)), "E", "", "", "", escaped(refusal.text))
