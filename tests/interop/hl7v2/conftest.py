"""A proved peer and a regional server in memory."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.accounts.machines import service_client
from tests.conftest import as_owner
from tests.interop.hl7v2.samples import OTHER, OWN
from tests.interop.regional_fake import FakeDomain, FakeRegional

from pepites.accounts.models import ServiceClient
from pepites.interop import gateway
from pepites.interop.hl7v2.processing import _unknown

ADDRESS = "127.0.0.1"


@pytest.fixture
def server() -> Iterator[FakeRegional]:
    fake = FakeRegional([FakeDomain(1, oid=OWN), FakeDomain(2, oid=OTHER)])
    before = list(gateway._registered)
    gateway.register(fake)
    _unknown.forget()
    yield fake
    gateway.register(before[0] if before else None)


@pytest.fixture
def peer(server: FakeRegional, db: None, settings: Any) -> ServiceClient:
    with as_owner():
        row = service_client(domain_system=OWN, scopes=["hl7v2.pam"], client_id="gam-essai")
    settings.PEPITES_HL7_PEERS = {ADDRESS: "gam-essai"}
    return row
