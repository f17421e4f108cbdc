"""What a domain is told by HL7 v2: identities linked (A24), separated (A37), revised (A31) (§4.2, STIC-9)."""

from dataclasses import dataclass
from datetime import datetime

from pepites.common.clock import now
from pepites.interop.hl7v2.pid import pid_of
from pepites.interop.hl7v2.writing import PROFILE, Header, message, msh, segment, timestamp
from pepites.regional.values import IncomingRecord


@dataclass(frozen=True, slots=True)
class Named:
    """An identity in its domain."""

    record: IncomingRecord
    system: str
    namespace: str = ""

    @property
    def pid(self) -> str:
        """Its PID."""
        return pid_of(self.record, system=self.system, namespace=self.namespace)


def linked(header: Header, one: Named, other: Named) -> bytes:
    """ADT^A24: two identities are one person."""
    return message([_msh(header, "A24", "ADT_A24"), _evn(header), one.pid, other.pid])


def separated(header: Header, one: Named, other: Named) -> bytes:
    """ADT^A37: two identities are two persons again."""
    return message([_msh(header, "A37", "ADT_A37"), _evn(header), one.pid, other.pid])


def revised(header: Header, identity: Named) -> bytes:
    """ADT^A31: what is known of an identity changed."""
    return message([_msh(header, "A31", "ADT_A05"), _evn(header), identity.pid, segment("PV1", "1", "N")])


def _msh(header: Header, event: str, structure: str) -> str:
    return msh(header, f"ADT^{event}^{structure}", PROFILE)


def _evn(header: Header) -> str:
    at: datetime = header.at or now()
    return segment("EVN", "", timestamp(at))
