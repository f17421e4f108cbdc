"""Plain values of sign-in."""

import ipaddress
from dataclasses import dataclass
from enum import StrEnum


class Method(StrEnum):
    """How a session was opened, as the session and the journal keep it."""

    TOTP = "local+totp"
    PASSKEY = "local+passkey"
    RECOVERY = "local+recuperation"
    DEMO = "demo"
    PSC = "psc"
    EMERGENCY = "secours"  # a code of the sheet, while Pro Santé Connect is down


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a try comes from. ``known_users`` are the accounts that already signed in on this very device."""

    ip: str = ""
    agent: str = ""
    device: str = ""
    known_users: frozenset[int] = frozenset()

    @property
    def network(self) -> str:
        """Network prefix of the address: /24 in IPv4, /48 in IPv6, so that a neighbour's address is the same origin."""
        try:
            address = ipaddress.ip_address(self.ip)
        except ValueError:
            return ""
        length = 24 if address.version == 4 else 48
        return str(ipaddress.ip_network((address, length), strict=False))


class Assurance(StrEnum):
    """How far a session proves who is there (RIE §6.2, §6.3)."""

    HIGH = "eleve"
    SUBSTANTIAL = "substantiel"
    HOMOLOGATED = "local_homologue"
    TRANSITION = "local_transition"
    DEMO = "demo"
    EMERGENCY = "secours"
    NONE = ""


NATIONAL = frozenset({Assurance.HIGH, Assurance.SUBSTANTIAL})
