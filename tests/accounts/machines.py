"""Machine clients of the tests. Call ``service_client`` inside ``as_owner()``."""

import itertools
from datetime import timedelta
from typing import Any

from tests import factories

from pepites.accounts.models import ServiceClient
from pepites.common.actor import Actor, ActorKind, ActorRef, Channel, Purpose
from pepites.common.clock import now

_count = itertools.count(1)


def service_client(**values: Any) -> ServiceClient:
    n = next(_count)
    defaults = {
        "client_id": f"client-{n}",
        "name": f"Logiciel {n}",
        "domain_system": f"1.2.250.1.999.{n}",
        "certificate_sha256": f"{n:064x}",
        "scopes": ["ITI-78", "ITI-83", "ITI-104", "ITI-119"],
        "expires_at": now() + timedelta(days=365),
    }
    if "organization" not in values:
        values["organization"] = factories.organization()
    return ServiceClient.objects.create(**defaults | values)


def machine_actor(client: ServiceClient) -> Actor:
    ref = ActorRef(
        kind=ActorKind.MACHINE, service_client_id=client.pk, organization_id=client.organization_id,
        role=client.client_id[:60], channel=Channel.API, purpose=Purpose.IDENTITY,
    )  # fmt: skip
    return Actor(ref=ref, scopes=frozenset(client.scopes))
