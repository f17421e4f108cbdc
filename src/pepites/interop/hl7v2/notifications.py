"""What a domain is told of its own identities: linked (A24), separated (A37), revised (A31) (§4.2, STIC-9)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from pepites.common.clock import now
from pepites.interop.hl7v2.parsing import escaped
from pepites.interop.hl7v2.pid import authority_of, pid_of
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


@dataclass(frozen=True, slots=True)
class Regional:
    """A regional person: its identifier and no trait, which may be another domain's (STIC-10)."""

    irp: str

    @property
    def identifier(self) -> str:
        """As a repetition of PID-3."""
        return f"{escaped(self.irp)}^^^{authority_of(settings.PEPITES_REGIONAL_SYSTEM, 'REGION')}^RRI"

    @property
    def pid(self) -> str:
        """Its PID; the name that the standard asks for is empty (PID-5, type U)."""
        return segment("PID", "1", "", self.identifier, "", "^^^^^^U")


def linked(header: Header, one: Named, other: Regional) -> bytes:
    """ADT^A24: this identity is that regional person."""
    return message([_msh(header, "A24", "ADT_A24"), _evn(header), one.pid, other.pid])


def separated(header: Header, one: Named, other: Regional) -> bytes:
    """ADT^A37: this identity is no longer that regional person."""
    return message([_msh(header, "A37", "ADT_A37"), _evn(header), one.pid, other.pid])


def revised(header: Header, one: Named, other: Regional) -> bytes:
    """ADT^A31: what is known around an identity changed, its regional person did not."""
    fields = one.pid.split("|")
    fields[3] += f"~{other.identifier}"
    return message([_msh(header, "A31", "ADT_A05"), _evn(header), "|".join(fields), segment("PV1", "1", "N")])


def _msh(header: Header, event: str, structure: str) -> str:
    return msh(header, f"ADT^{event}^{structure}", PROFILE)


def _evn(header: Header) -> str:
    at: datetime = header.at or now()
    return segment("EVN", "", timestamp(at))
