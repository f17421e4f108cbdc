"""Where another means of identification (Pro Santé Connect, a homologated one) will plug in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """What a provider vouches for. ``subject`` is its own identifier, ``rpps`` the national one when it has it."""

    provider: str
    subject: str
    rpps: str
    auth_method: str
    strong: bool


class IdentityProvider(Protocol):
    """An outside means of identification (annuaire-et-authentification §5); no button is shown until one is wired."""

    label: str

    def authorization_url(self, *, state: str, nonce: str, return_to: str) -> str:
        """Where to send the person."""
        ...

    def verify_return(self, *, parameters: Mapping[str, str], state: str, nonce: str) -> VerifiedIdentity:
        """Check the answer (issuer, audience, nonce, level); raises ``DomainError`` when it does not hold."""
        ...
