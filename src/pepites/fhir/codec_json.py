"""FHIR JSON in and out: no duplicate key, no infinite number, exact decimals."""

import json
from decimal import Decimal
from typing import Any

from pepites.fhir.errors import invalid


class _Duplicate(ValueError):
    pass


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Duplicate
    return found


def _never(word: str) -> None:
    raise ValueError(word)


def read_json(body: bytes) -> object:
    """The resource of a JSON body; raises ``FhirError`` 400."""
    try:
        return json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_members, parse_constant=_never, parse_float=Decimal
        )
    except _Duplicate:
        raise invalid("Un élément est écrit deux fois dans le même objet JSON.", code="structure") from None
    except (ValueError, RecursionError):
        raise invalid("Le corps n'est pas du JSON en UTF-8.", code="structure") from None


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)


def write_json(resource: dict[str, Any]) -> bytes:
    """A resource as JSON."""
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":"), default=_plain).encode()
