"""A client of one domain, a regional server in memory, and a caller that speaks FHIR."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from tests.accounts.machines import keyed_client, token_form
from tests.conftest import as_owner
from tests.interop.regional_fake import FakeDomain, FakeRegional

from pepites.accounts.models import ServiceClient
from pepites.fhir.limits import bucket
from pepites.interop import gateway

OWN, OTHER = "1.2.250.1.999.40", "1.2.250.1.999.41"
JSON, XML = "application/fhir+json", "application/fhir+xml"


def patient(local_id: str = "IPP-1", **changes: Any) -> dict[str, Any]:
    """A Patient that a hospital could send."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": f"urn:oid:{OWN}", "value": local_id, "use": "usual"}],
        "active": True,
        "name": [{"use": "official", "family": "Test-Guyane", "given": ["Louise"]}],
        "gender": "female",
        "birthDate": "1985-07-14",
    } | changes


@dataclass
class Caller:
    """HTTP requests with a token; answers are Django's, with ``.json()``."""

    http: Client
    token: str
    row: ServiceClient

    def ask(self, method: str, path: str, body: Any = None, **headers: Any) -> Any:
        headers = {"HTTP_AUTHORIZATION": f"Bearer {self.token}", "HTTP_ACCEPT": JSON} | headers
        kind = headers.pop("content_type", JSON)
        data = body if isinstance(body, bytes | str) else json.dumps(body) if body is not None else ""
        return self.http.generic(method, f"/fhir/{path}", data, content_type=kind, **headers)

    def get(self, path: str, **headers: Any) -> Any:
        return self.ask("GET", path, **headers)

    def put(self, local_id: str, body: Any, system: str = f"urn:oid:{OWN}", **headers: Any) -> Any:
        return self.ask("PUT", f"Patient?{urlencode({'identifier': f'{system}|{local_id}'})}", body, **headers)


def caller_of(row: ServiceClient, scope: str = "") -> Caller:
    http = Client()
    answer = http.post(
        "/oauth2/token", urlencode(token_form(row.client_id, scope=scope)),
        content_type="application/x-www-form-urlencoded",
    )  # fmt: skip
    return Caller(http, answer.json()["access_token"], row)


@pytest.fixture
def server() -> Iterator[FakeRegional]:
    fake = FakeRegional(
        [FakeDomain(1, oid=OWN), FakeDomain(2, oid=OTHER), FakeDomain(3, uri="https://dom.example/ipp")]
    )
    before = list(gateway._registered)
    gateway.register(fake)
    bucket.forget()
    yield fake
    gateway.register(before[0] if before else None)
    bucket.forget()


@pytest.fixture
def caller(server: FakeRegional, db: None) -> Caller:
    with as_owner():
        row = keyed_client(domain_system=OWN)
    return caller_of(row)
