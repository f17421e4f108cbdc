"""Whether a resource is written as the standard says: known elements, types, cardinalities, depth, sizes.

Errors name an element, never its value.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Final

from pepites.fhir.errors import FhirError, invalid
from pepites.fhir.shapes import Element, elements_of, is_resource

MAX_DEPTH: Final = 24
MAX_ITEMS: Final = 500  # in one list
MAX_TEXT: Final = 100_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_DATE = r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])%s)?)?"
_ZONE = r"(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)"
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,9})?"
_PATTERNS: Final = {
    "id": re.compile(r"[A-Za-z0-9.-]{1,64}"),
    "code": re.compile(r"[^\s]+(?: [^\s]+)*"),
    "date": re.compile(_DATE % ""),
    "dateTime": re.compile(_DATE % f"(?:T{_TIME}{_ZONE})?"),
    "instant": re.compile(rf"\d{{4}}-\d\d-\d\dT{_TIME}{_ZONE}"),
    "time": re.compile(_TIME),
    "oid": re.compile(r"urn:oid:[0-2](?:\.(?:0|[1-9]\d*))+"),
    "uri": re.compile(r"\S+"),
    "url": re.compile(r"\S+"),
    "canonical": re.compile(r"\S+"),
    "uuid": re.compile(r"urn:uuid:[0-9a-f-]{36}"),
}


def check(resource: object, expected: str = "") -> dict[str, Any]:
    """The resource itself once found well written; raises ``FhirError`` 400 naming the first element at fault."""
    if not isinstance(resource, dict):
        raise invalid("Le corps de la demande doit être une ressource FHIR.", code="structure")
    name = resource.get("resourceType")
    if not is_resource(name) or (expected and name != expected):
        wanted = f"« {expected} »" if expected else "connue"
        raise invalid(f"La ressource envoyée n'est pas {wanted}.", code="structure", expression=expected)
    _check_type(resource, str(name), str(name), 1)
    return resource


def _check_type(value: object, type_name: str, path: str, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise invalid("La ressource est trop profonde.", code="too-long", expression=path)
    if not isinstance(value, dict) or not value:
        raise _structure(path)
    if type_name == "Resource":
        type_name = value.get("resourceType", "")
        if not is_resource(type_name):
            raise _structure(path)
    known = elements_of(type_name)
    for key, content in value.items():
        if key == "resourceType" and is_resource(type_name):
            continue
        element = known.get(key.removeprefix("_"))
        if element is None or (key.startswith("_") and not element.primitive):
            raise invalid(
                f"L'élément « {_shown(key)} » n'existe pas dans {type_name}.", code="structure", expression=path
            )
        check_one = _check_companion if key.startswith("_") else _check_value
        _check_element(element, content, f"{path}.{element.name}", depth + 1, check_one)


_One = Callable[[Element, object, str, int], None]


def _check_element(element: Element, content: object, path: str, depth: int, check_one: _One) -> None:
    if not element.repeats:
        check_one(element, content, path, depth)
        return
    if not isinstance(content, list) or not content:
        raise _structure(path)
    if len(content) > MAX_ITEMS:
        raise invalid(f"Plus de {MAX_ITEMS} éléments à la suite.", code="too-long", expression=path)
    for item in content:
        if item is not None or not element.primitive:
            check_one(element, item, path, depth)


def _check_value(element: Element, value: object, path: str, depth: int) -> None:
    if element.primitive:
        _check_primitive(element.type, value, path)
    else:
        _check_type(value, element.type, path, depth)


def _check_companion(element: Element, value: object, path: str, depth: int) -> None:
    """``_birthDate``: what goes with a primitive value, its extensions."""
    del element
    if not isinstance(value, dict) or not set(value) <= {"id", "extension"}:
        raise _structure(path)
    _check_type({"url": "x"} | value, "Extension", path, depth)


def _check_primitive(kind: str, value: object, path: str) -> None:
    if kind == "boolean":
        good = isinstance(value, bool)
    elif kind in {"integer", "unsignedInt", "positiveInt"}:
        low = {"integer": -(2**31), "unsignedInt": 0, "positiveInt": 1}[kind]
        good = isinstance(value, int) and not isinstance(value, bool) and low <= value < 2**31
    elif kind == "decimal":
        good = isinstance(value, int | Decimal) and not isinstance(value, bool)
    else:
        good = isinstance(value, str) and _good_text(kind, value)
    if not good:
        raise invalid(f"La valeur de « {path.rpartition('.')[2]} » n'est pas du type {kind}.", code="value",
                      expression=path)  # fmt: skip


def _good_text(kind: str, value: str) -> bool:
    if not value.strip() or len(value) > MAX_TEXT or _CONTROL.search(value):
        return False
    pattern = _PATTERNS.get(kind)
    return pattern is None or pattern.fullmatch(value) is not None


def _structure(path: str) -> FhirError:
    return invalid(f"L'élément « {path} » n'a pas la forme attendue.", code="structure", expression=path)


def _shown(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]", "?", name)[:40]
