"""The actor behind a machine client."""

from collections.abc import Iterable

from pepites.accounts.models import ServiceClient
from pepites.common.actor import Actor, ActorKind, ActorRef, Channel, Purpose


def machine_actor(
    client: ServiceClient,
    scopes: Iterable[str],
    *,
    channel: Channel = Channel.API,
    auth_method: str = "",
    session_ref: str = "",
    request_id: str = "",
    ip: str = "",
) -> Actor:
    """The client in its structure, with the scopes of this request; it holds no practice, hence no right on a file."""
    ref = ActorRef(
        kind=ActorKind.MACHINE, service_client_id=client.pk, organization_id=client.organization_id,
        role=client.client_id[:60], auth_method=auth_method, session_ref=session_ref, channel=channel,
        purpose=Purpose.IDENTITY, request_id=request_id, ip=ip,
    )  # fmt: skip
    return Actor(ref=ref, role_label=client.name, scopes=frozenset(scopes))
