"""Adding and revoking machine clients: for the platform's administrators, or from the server itself."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from pepites.accounts.machines.identifiers import is_identifier
from pepites.accounts.machines.keys import checked_jwks
from pepites.accounts.machines.scopes import checked_scopes
from pepites.accounts.models import ServiceClient
from pepites.accounts.policies import can_administer_platform
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import Organization

LONGEST_DAYS = 3 * 366
FR_CORE = ("2.1", "2.2")
_SYSTEM = re.compile(r"(?:[0-2](?:\.\d{1,20}){1,30}|https?://[\x21-\x7e]{3,180}|urn:[\x21-\x7e]{3,190})", re.ASCII)
_FINGERPRINT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewClient:
    """A client to add; at least one of ``jwks`` and ``certificate_sha256``. With both, both are asked each time."""

    client_id: str
    name: str
    organization: Organization
    domain_system: str
    scopes: Iterable[str]
    jwks: object = None
    certificate_sha256: str = ""
    days: int = 365
    fr_core: str = "2.2"


def add_service_client(*, actor: Actor, client: NewClient) -> ServiceClient:
    """Open the platform to one software of one structure, for one identification domain."""
    _require(actor)
    values = _checked(client)
    try:
        with transaction.atomic():
            created = ServiceClient.objects.create(
                organization=client.organization, created_by_id=actor.user_id,
                expires_at=now() + timedelta(days=client.days), **values,
            )  # fmt: skip
    except IntegrityError:
        raise DomainError(
            "Un client porte déjà cet identifiant ou ce certificat : choisissez un autre identifiant, ou révoquez "
            "d'abord l'ancien client."
        ) from None
    record(
        "accounts.client.created", action="C", object_type="service_client", object_id=created.public_id,
        detail={"client": created.client_id, "domain": created.domain_system, "scopes": created.scopes},
    )  # fmt: skip
    return created


def _checked(client: NewClient) -> dict[str, Any]:
    name, system = client.name.strip(), client.domain_system.strip().removeprefix("urn:oid:")
    fingerprint = client.certificate_sha256.replace(":", "").strip().lower()
    if not is_identifier(client.client_id):
        raise DomainError(
            "L'identifiant du client compte 3 à 64 lettres minuscules, chiffres, points ou tirets.", field="client_id"
        )
    if not name or len(name) > 120 or not name.isprintable():
        raise DomainError("Donnez au client un nom de 120 caractères au plus.", field="name")
    if not _SYSTEM.fullmatch(system):
        raise DomainError("Le domaine d'identification est un OID (1.2.250…) ou une URI.", field="domain_system")
    if fingerprint and not _FINGERPRINT.fullmatch(fingerprint):
        raise DomainError("L'empreinte SHA-256 d'un certificat compte 64 chiffres hexadécimaux.", field="certificate")
    if client.jwks is None and not fingerprint:
        raise DomainError("Donnez les clés publiques du client, son certificat, ou les deux.", field="jwks")
    if client.fr_core not in FR_CORE:
        raise DomainError("La génération de FR Core est 2.1 ou 2.2.", field="fr_core")
    if not 1 <= client.days <= LONGEST_DAYS:
        raise DomainError(f"La durée d'un client va de 1 à {LONGEST_DAYS} jours.", field="days")
    return {
        "client_id": client.client_id, "name": name, "domain_system": system, "fr_core": client.fr_core,
        "jwks": None if client.jwks is None else checked_jwks(client.jwks), "certificate_sha256": fingerprint,
        "scopes": checked_scopes(client.scopes),
    }  # fmt: skip


def revoke_service_client(*, actor: Actor, client: ServiceClient) -> None:
    """Close a client for ever: its next request is refused, tokens in hand included."""
    _require(actor)
    done = ServiceClient.objects.filter(pk=client.pk, is_active=True).update(
        is_active=False, revoked_at=now(), revoked_by_id=actor.user_id
    )
    if not done:
        raise DomainError("Ce client est déjà révoqué.")
    record("accounts.client.revoked", action="U", object_type="service_client", object_id=client.public_id)


def _require(actor: Actor) -> None:
    decision = can_administer_platform(actor)
    if not decision:
        raise Refused(decision, code="accounts.administration.refused", object_type="service_client")
