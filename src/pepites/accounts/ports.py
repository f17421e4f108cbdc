"""Outside means of identification: Pro Santé Connect today, another homologated provider tomorrow (ADR 0008, 0024)."""

from dataclasses import dataclass, field
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from pepites.common.errors import DomainError


class IdentificationFailed(DomainError):
    """The provider's answer does not hold. ``reason`` is a word for the journal, never shown."""

    status = 403
    code = "identification_failed"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Activity:
    """One situation d'exercice as the national directory says it (annuaire-et-authentification §5.3)."""

    role: str = ""  # R21, R85 or R96
    mode: str = ""
    sector: str = ""
    finess_site: str = ""
    finess_legal: str = ""
    siret: str = ""
    former_id: str = ""
    structure: str = ""


@dataclass(frozen=True, slots=True)
class Exercice:
    """One profession practised, with its activities; ``profession`` is empty for an RPPS+ role alone."""

    profession: str = ""
    category: str = ""
    activities: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedIdentity:
    """What a provider vouches for. ``national_id`` is the key; ``subject`` may change and is an alias only (§5.3)."""

    issuer: str
    subject: str
    national_id: str
    family_name: str
    given_name: str
    acr: str
    amr: tuple[str, ...] = ()
    auth_time: int | None = None
    sid: str = ""
    id_token: str = field(default="", repr=False)
    other_ids: tuple[tuple[str, str], ...] = ()  # (origin, identifier)
    exercices: tuple[Exercice, ...] = ()

    @property
    def rpps(self) -> str:
        """The RPPS number, empty when the national identifier is of another kind (§1.2: prefix 8)."""
        return rpps_of(self.national_id)


@dataclass(frozen=True, slots=True)
class LogoutNotice:
    """A back-channel logout: the provider's session that ended, by ``sid``, or every one of ``subject``."""

    issuer: str
    jti: str
    sid: str
    subject: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class AskedSignIn:
    """A sign-in under way: where to send the person, and what must come back unchanged."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class AskedOnPhone:
    """A request that waits on somebody's telephone (CIBA, §5.5). ``message``: two digits shown on both screens."""

    request_id: str
    message: str
    interval: int  # seconds between two questions
    ends_at: int  # seconds since 1970


class IdentityProvider(Protocol):
    """A means of identification outside this house; no button is shown until one is wired."""

    label: str

    def begin(self, *, return_to: str, max_age: int | None = None, fresh: bool = False) -> AskedSignIn:
        """Prepare a sign-in; ``fresh`` asks the provider to identify the person again. ``IdentificationFailed``."""
        ...

    def finish(self, *, code: str, asked: AskedSignIn, return_to: str) -> VerifiedIdentity:
        """Exchange the code and check everything (§8); raises ``IdentificationFailed``."""
        ...

    def begin_on_phone(self, *, national_id: str, message: str) -> AskedOnPhone:
        """Ask somebody to approve on their telephone; raises ``IdentificationFailed``."""
        ...

    def finish_on_phone(self, asked: AskedOnPhone) -> VerifiedIdentity | None:
        """The person once they approved, None while they have not; raises ``IdentificationFailed``."""
        ...

    def is_down(self, *, ask: bool) -> bool:
        """Whether the provider has stopped answering; ``ask`` calls it when that is not known yet."""
        ...

    def logout_url(self, *, id_token: str, return_to: str, state: str) -> str:
        """Where to end the provider's own session; empty when it cannot be said."""
        ...

    def logout_notice(self, token: str) -> LogoutNotice:
        """Check a back-channel logout token (§5.4); raises ``IdentificationFailed``."""
        ...


def rpps_of(national_id: str) -> str:
    """The RPPS number inside a national identifier (type 8), empty for another kind."""
    plain = len(national_id) == 12 and national_id.isascii() and national_id.isdigit()
    return national_id[1:] if plain and national_id.startswith("8") else ""


def psc_configured() -> bool:
    """Whether Pro Santé Connect is wired on this instance."""
    return bool(settings.PEPITES_PSC_METADATA_URL and settings.PEPITES_PSC_CLIENT_ID)


def identity_provider() -> IdentityProvider | None:
    """Pro Santé Connect, None when this instance has none."""
    if not psc_configured():
        return None
    found: IdentityProvider = import_string(settings.PEPITES_GATEWAYS["psc"])()
    return found
