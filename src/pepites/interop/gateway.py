"""The regional reconciliation server as the interfaces see it: FHIR (``fhir``) and HL7 v2 (``interop.hl7v2``).

It lies in ``interop``, which both may import. The server registers itself once; the tests register their own.
"""

from collections.abc import Sequence
from typing import Protocol

from pepites.common.actor import Actor
from pepites.common.errors import DomainError
from pepites.regional.values import CrossReference, IncomingRecord, MatchFound, Page, PdqCriteria, PersonFound, Received


class UnknownLocalId(DomainError):
    """The domain is known, the identifier is not."""

    status = 404
    code = "unknown_local_id"

    def __init__(self, message: str = "Cet identifiant n'est pas connu dans ce domaine.") -> None:
        super().__init__(message)


class NoRegionalServer(DomainError):
    """Nothing is behind the interface on this instance."""

    status = 503
    code = "no_regional_server"


class Domain(Protocol):
    """An identification domain, as the server knows it."""

    @property
    def pk(self) -> int: ...
    @property
    def oid(self) -> str: ...
    @property
    def uri(self) -> str: ...
    @property
    def name(self) -> str: ...


class Regional(Protocol):
    """What the reconciliation server does for a domain. Each call checks the actor's own right (STIC-10).

    ``key`` makes a message replay-safe: the same one gives the same answer. ``UnknownLocalId`` for an identifier that
    the domain never sent.
    """

    def domain_by_system(self, system: str) -> Domain | None:
        """The domain of an OID or URI."""
        ...

    def receive_record(self, *, actor: Actor, domain: Domain, record: IncomingRecord, key: str = "") -> Received:
        """Create or update an identity of that domain."""
        ...

    def merge_local_ids(self, *, actor: Actor, domain: Domain, survivor: str, absorbed: str, key: str = "") -> Received:
        """A merge made in the domain (A40, ITI-104 Resolve Duplicate)."""
        ...

    def change_local_id(self, *, actor: Actor, domain: Domain, former: str, new: str, key: str = "") -> Received:
        """A number changed in the domain (A47)."""
        ...

    def withdraw_record(self, *, actor: Actor, domain: Domain, local_id: str, key: str = "") -> None:
        """The domain no longer holds this identity (ITI-104 Remove)."""
        ...

    def ask_link(
        self, *, actor: Actor, one: tuple[Domain, str], other: tuple[Domain, str], reason: str, key: str = ""
    ) -> None:
        """A domain says that two identities are one person (A24): the server or the cell decides."""
        ...

    def ask_unlink(
        self, *, actor: Actor, one: tuple[Domain, str], other: tuple[Domain, str], reason: str, key: str = ""
    ) -> None:
        """A domain says that two identities are two persons (A37)."""
        ...

    def cross_references(
        self, *, actor: Actor, source: Domain, local_id: str, targets: Sequence[Domain]
    ) -> list[CrossReference]:
        """Identifiers of the same person elsewhere (ITI-83); all domains when ``targets`` is empty."""
        ...

    def find_records(self, *, actor: Actor, criteria: PdqCriteria) -> Page:
        """Persons of a demographic query (ITI-78)."""
        ...

    def match_traits(self, *, actor: Actor, record: IncomingRecord, count: int, only_certain: bool) -> list[MatchFound]:
        """Persons that an identity may be (ITI-119)."""
        ...

    def read_person(self, *, actor: Actor, regional_id: str) -> PersonFound | None:
        """One person that the actor may know, by regional identifier; None for any other."""
        ...


_registered: list[Regional] = []


def register(server: Regional | None) -> None:
    """Put a server behind the interfaces, or take it away."""
    _registered[:] = [server] if server is not None else []


def regional() -> Regional:
    """The server; raises ``NoRegionalServer`` when this instance has none."""
    if not _registered:
        raise NoRegionalServer("Le serveur régional d'identités n'est pas en service sur cette instance.")
    return _registered[0]


def systems(domain: Domain) -> set[str]:
    """The names of a domain."""
    return {name for name in (domain.oid, domain.uri) if name}
