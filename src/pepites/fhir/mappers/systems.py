"""Names of identification domains: an OID in the base, ``urn:oid:…`` in FHIR; a URI is the same in both."""

import re

_OID = re.compile(r"[0-2](?:\.(?:0|[1-9]\d*))+", re.ASCII)


def to_uri(system: str) -> str:
    """As FHIR writes it."""
    return f"urn:oid:{system}" if _OID.fullmatch(system) else system


def from_uri(uri: str) -> str:
    """As the base keeps it."""
    return uri.removeprefix("urn:oid:")
