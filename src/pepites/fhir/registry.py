"""What is mounted under ``/fhir/``. A later issue adds an interaction here, and nothing else (docs/developpeurs)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pepites.accounts.models import ServiceClient
from pepites.common.actor import Actor


class Kind(StrEnum):
    """Kinds of interaction, as the CapabilityStatement names them; an operation has its own name beside."""

    READ = "read"
    SEARCH = "search-type"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CONDITIONAL_UPDATE = "conditional-update"
    CONDITIONAL_DELETE = "conditional-delete"
    OPERATION = "operation"


@dataclass(frozen=True, slots=True)
class Call:
    """One request that passed every check but the domain's own."""

    actor: Actor
    client: ServiceClient
    base: str
    params: Mapping[str, Sequence[str]] = field(default_factory=dict)
    resource: dict[str, Any] | None = None
    id: str = ""
    if_match: str = ""
    key: str = ""
    path: str = ""

    def values(self, name: str) -> list[str]:
        """The values of a search parameter, empty ones left out."""
        return [value for value in self.params.get(name, ()) if value.strip()]


@dataclass(frozen=True, slots=True)
class Result:
    """What an interaction answers. ``subjects`` are patient ids for the journal, ``detail`` counts and codes only."""

    resource: dict[str, Any] | None = None
    status: int = 200
    etag: str = ""
    location: str = ""
    subjects: tuple[int, ...] = ()
    detail: Mapping[str, object] = field(default_factory=dict)
    action: str = ""  # C for a creation told apart from an update


Handler = Callable[[Call], Result]


@dataclass(frozen=True, slots=True)
class SearchParam:
    """A search parameter, as the CapabilityStatement shows it."""

    name: str
    type: str
    documentation: str = ""


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction: its handler, the scope it asks, its journal code. ``safe`` writes nothing but the journal."""

    resource: str
    kind: Kind
    handler: Handler
    scope: str
    code: str
    action: str = "R"
    safe: bool = True
    operation: str = ""
    methods: tuple[str, ...] = ()
    body: str = ""  # resource expected in the body, empty for none; "*" for any
    params: tuple[SearchParam, ...] = ()
    definition: str = ""
    profiles: tuple[str, ...] = ()
    documentation: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Where it is mounted: kind, or the operation's name after ``$``."""
        return self.resource, f"${self.operation}" if self.kind is Kind.OPERATION else self.kind


_METHODS = {
    Kind.READ: ("GET",), Kind.SEARCH: ("GET", "POST"), Kind.CREATE: ("POST",), Kind.UPDATE: ("PUT",),
    Kind.DELETE: ("DELETE",), Kind.CONDITIONAL_UPDATE: ("PUT",), Kind.CONDITIONAL_DELETE: ("DELETE",),
    Kind.OPERATION: ("GET",),
}  # fmt: skip
_mounted: dict[tuple[str, str], Interaction] = {}


def register(interaction: Interaction) -> None:
    """Mount an interaction; a second one at the same place is a mistake."""
    if interaction.key in _mounted and _mounted[interaction.key] != interaction:
        raise ValueError(f"already mounted: {interaction.key}")
    _mounted[interaction.key] = interaction


def mounted() -> list[Interaction]:
    """Everything mounted, in a stable order."""
    return [_mounted[key] for key in sorted(_mounted)]


def methods_of(interaction: Interaction) -> tuple[str, ...]:
    """HTTP methods of an interaction."""
    return interaction.methods or _METHODS[interaction.kind]


def at(resource: str, kind: str) -> Interaction | None:
    """The interaction mounted there."""
    return _mounted.get((resource, kind))


def resources() -> set[str]:
    """Types of resource that have an interaction."""
    return {name for name, _ in _mounted}
