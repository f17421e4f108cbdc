"""JSON or XML, as asked by ``_format`` or ``Accept`` (FHIR R4, http.html#mime-type)."""

import re
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from pepites.fhir.checking import check
from pepites.fhir.codec_json import read_json, write_json
from pepites.fhir.codec_xml import read_xml, write_xml
from pepites.fhir.errors import FhirError

JSON, XML = "application/fhir+json", "application/fhir+xml"
_NAMES = {
    JSON: JSON, "application/json": JSON, "text/json": JSON, "json": JSON,
    XML: XML, "application/xml": XML, "text/xml": XML, "xml": XML,
    "*/*": JSON, "application/*": JSON, "text/*": XML,
}  # fmt: skip
_VERSIONS = {"4.0", "4.0.1"}
MAX_BODY = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Format:
    """The format of an answer."""

    mime: str = JSON

    @property
    def content_type(self) -> str:
        """As the header says it."""
        return f"{self.mime}; fhirVersion=4.0; charset=utf-8"

    def write(self, resource: dict[str, Any]) -> bytes:
        """The resource in that format."""
        return write_json(resource) if self.mime == JSON else write_xml(resource)


def answer_format(request: HttpRequest) -> Format:
    """The format to answer in; raises ``FhirError`` 406 (ITI-78, case 5)."""
    asked = request.GET.get("_format", "").strip().replace(" ", "+")
    wanted = asked or request.headers.get("Accept", "") or "*/*"
    best, quality = "", 0.0
    for part in wanted.split(",")[:20]:
        kind, weight = _media(part)
        if kind and weight > quality:
            best, quality = kind, weight
    if not best:
        raise FhirError(406, "Demandez application/fhir+json ou application/fhir+xml, en FHIR 4.0.")
    return Format(best)


def _media(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    values = dict(re.findall(r"(\w+)\s*=\s*\"?([^\";]*)", ";".join(parameters)))
    if values.get("fhirVersion", "4.0") not in _VERSIONS:
        return "", 0
    try:
        weight = float(values.get("q", "1"))
    except ValueError:
        weight = 0
    return _NAMES.get(name.lower(), ""), weight if 0 <= weight <= 1 else 0


def read_body(request: HttpRequest, expected: str = "") -> dict[str, Any]:
    """The resource sent, checked; raises ``FhirError`` 413, 415 or 400."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length) > MAX_BODY:
        raise FhirError(413, "La demande dépasse 1 Mo : envoyez les ressources une à une.")
    name = (request.content_type or "").lower()
    kind = _NAMES.get(name) if "*" not in name else None
    version = (request.content_params or {}).get("fhirversion", "4.0")  # Django lowers the names
    charset = (request.content_params or {}).get("charset", "utf-8").lower()
    if kind is None or version not in _VERSIONS or charset not in {"utf-8", "utf8"}:
        raise FhirError(415, "Envoyez application/fhir+json ou application/fhir+xml, en UTF-8 et en FHIR 4.0.")
    body = request.read(MAX_BODY + 1)
    return check(read_json(body) if kind == JSON else read_xml(body), expected)
