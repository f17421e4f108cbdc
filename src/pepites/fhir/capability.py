"""The CapabilityStatement: written from the registry, so that it lists exactly what is mounted."""

from itertools import groupby
from typing import Any

import pepites
from pepites.fhir.registry import Interaction, Kind, mounted

_PLAIN = (Kind.READ, Kind.SEARCH, Kind.CREATE, Kind.UPDATE, Kind.DELETE)
_INSTANTIATES = (
    "https://profiles.ihe.net/ITI/PIXm/CapabilityStatement/IHE.PIXm.Manager",
    "https://profiles.ihe.net/ITI/PDQm/CapabilityStatement/IHE.PDQm.Supplier",
)
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"
_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


def statement(base: str, token_url: str) -> dict[str, Any]:
    """What this server does, for ``GET /fhir/metadata``."""
    return {
        "resourceType": "CapabilityStatement",
        "url": f"{base}/metadata",
        "version": pepites.__version__,
        "name": "Pepites",
        "title": "Pépites, interface FHIR",
        "status": "active",
        "date": "2026-11-26",
        "publisher": "Pépites",
        "kind": "instance",
        "instantiates": list(_INSTANTIATES),
        "software": {"name": "Pépites", "version": pepites.__version__},
        "implementation": {"description": "Pépites", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["application/fhir+json", "application/fhir+xml"],
        "rest": [{"mode": "server", "security": _security(token_url)} | _resources()],
    }


def _security(token_url: str) -> dict[str, Any]:
    return {
        "extension": [{"url": _URIS, "extension": [{"url": "token", "valueUri": token_url}]}],
        "service": [{"coding": [{"system": _SECURITY, "code": "OAuth"}]}],
        "description": "OAuth 2.0, identifiants du client par clé signée (private_key_jwt) ou TLS mutuel.",
    }


def _resources() -> dict[str, Any]:
    found = [_resource(name, list(group)) for name, group in groupby(mounted(), key=lambda one: one.resource)]
    return {"resource": found} if found else {}


def _resource(name: str, group: list[Interaction]) -> dict[str, Any]:
    kinds = {one.kind for one in group}
    entry: dict[str, Any] = {"type": name}
    if profiles := sorted({profile for one in group for profile in one.profiles}):
        entry["supportedProfile"] = profiles
    if plain := [one for one in group if one.kind in _PLAIN]:
        entry["interaction"] = [_with_words({"code": str(one.kind)}, one.documentation) for one in plain]
    entry["versioning"] = "no-version"
    if Kind.CONDITIONAL_UPDATE in kinds:
        entry |= {"updateCreate": True, "conditionalUpdate": True}
    if Kind.CONDITIONAL_DELETE in kinds:
        entry["conditionalDelete"] = "single"
    if params := [param for one in plain for param in one.params]:
        entry["searchParam"] = [
            _with_words({"name": param.name, "type": param.type}, param.documentation) for param in params
        ]
    if operations := [one for one in group if one.kind is Kind.OPERATION]:
        entry["operation"] = [
            _with_words({"name": one.operation, "definition": one.definition}, one.documentation) for one in operations
        ]
    return entry


def _with_words(entry: dict[str, Any], documentation: str) -> dict[str, Any]:
    return entry | ({"documentation": documentation} if documentation else {})
