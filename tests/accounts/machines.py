"""Machine clients of the tests, with real keys. Call ``service_client`` inside ``as_owner()``."""

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from tests import factories

from pepites.accounts.models import ServiceClient
from pepites.common.actor import Actor, ActorKind, ActorRef, Channel, Purpose
from pepites.common.clock import now

AUDIENCE = "http://testserver/oauth2/token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_count = itertools.count(1)


@cache
def rsa_key(name: str = "rsa") -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name}, private=True)


@cache
def ec_key(name: str = "ec") -> ECKey:
    return ECKey.generate_key("P-256", {"kid": name}, private=True)


def public_set(*keys: RSAKey | ECKey) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


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


def keyed_client(**values: Any) -> ServiceClient:
    """A client that signs with ``rsa_key()`` or ``ec_key()``, and has no certificate."""
    return service_client(**{"jwks": public_set(rsa_key(), ec_key()), "certificate_sha256": ""} | values)


def machine_actor(client: ServiceClient) -> Actor:
    ref = ActorRef(
        kind=ActorKind.MACHINE, service_client_id=client.pk, organization_id=client.organization_id,
        role=client.client_id[:60], channel=Channel.API, purpose=Purpose.IDENTITY,
    )  # fmt: skip
    return Actor(ref=ref, scopes=frozenset(client.scopes))


def assertion(
    client_id: str, *, key: RSAKey | ECKey | None = None, alg: str = "RS256", header: Any = None, **changes: Any
) -> str:
    """A good assertion, but for ``changes`` of its claims (None takes one away)."""
    signer = key or (ec_key() if alg == "ES256" else rsa_key())
    moment = now().timestamp()
    claims = {
        "iss": client_id, "sub": client_id, "aud": AUDIENCE, "iat": int(moment), "exp": int(moment) + 120,
        "jti": str(uuid.uuid4()),
    } | changes  # fmt: skip
    claims = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg, "kid": signer.kid} | (header or {}), claims, signer, algorithms=[alg])


def token_form(name: str, /, **changes: Any) -> dict[str, Any]:
    return {
        "grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": assertion(name),
    } | changes  # fmt: skip


def certificate(common_name: str = "essai") -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    start = datetime(2026, 1, 1, tzinfo=UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
        .not_valid_before(start).not_valid_after(start + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )  # fmt: skip


def pem(made: x509.Certificate) -> bytes:
    return made.public_bytes(serialization.Encoding.PEM)


def sha256(made: x509.Certificate) -> str:
    return made.fingerprint(hashes.SHA256()).hex()
