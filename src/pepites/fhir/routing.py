"""From a path and a method to an interaction (FHIR R4, http.html)."""

import re
from dataclasses import dataclass

from pepites.fhir.errors import FhirError
from pepites.fhir.registry import Interaction, Kind, at, methods_of, resources

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Route:
    """The interaction, and the id in the path when there is one."""

    interaction: Interaction
    id: str = ""
    form: bool = False  # POST _search: the parameters are in the body


def route(method: str, path: str) -> Route:
    """The interaction of a request; raises ``FhirError`` 404 or 405."""
    name, *rest = path.strip("/").split("/")
    if name not in resources():
        raise FhirError(404, "Cette interface n'existe pas : voyez /fhir/metadata.", code="not-supported")
    found = _candidates(name, rest)
    if not found:
        raise FhirError(404, "Cette interface n'existe pas : voyez /fhir/metadata.", code="not-supported")
    method = "GET" if method == "HEAD" else method
    for kind, methods, identifier in found:
        interaction = at(name, kind)
        if interaction is not None and method in methods and method in methods_of(interaction):
            return Route(interaction, identifier, form=rest == ["_search"])
    raise _not_allowed(name, found)


def _not_allowed(name: str, found: list[tuple[str, tuple[str, ...], str]]) -> FhirError:
    allowed: set[str] = set()
    for kind, methods, _ in found:
        interaction = at(name, kind)
        if interaction is not None:
            allowed |= set(methods) & set(methods_of(interaction))
    if not allowed:
        return FhirError(404, "Cette interface n'existe pas : voyez /fhir/metadata.", code="not-supported")
    return FhirError(405, "Cette méthode n'est pas admise ici.", headers={"Allow": ", ".join(sorted(allowed))})


def _candidates(name: str, rest: list[str]) -> list[tuple[str, tuple[str, ...], str]]:
    """What a path may be: kinds, with the methods that this path gives them."""
    if not rest:
        return [
            (Kind.SEARCH, ("GET",), ""), (Kind.CREATE, ("POST",), ""), (Kind.CONDITIONAL_UPDATE, ("PUT",), ""),
            (Kind.CONDITIONAL_DELETE, ("DELETE",), ""),
        ]  # fmt: skip
    if rest == ["_search"]:
        return [(Kind.SEARCH, ("POST",), "")]
    if len(rest) == 1 and rest[0].startswith("$"):
        return [(rest[0], ("GET", "POST"), "")] if at(name, rest[0]) else []
    if len(rest) == 1 and _ID.fullmatch(rest[0]):
        return [(Kind.READ, ("GET",), rest[0]), (Kind.UPDATE, ("PUT",), rest[0]), (Kind.DELETE, ("DELETE",), rest[0])]
    return []
