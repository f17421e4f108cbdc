"""Passkeys (WebAuthn): registration and assertion, checked by the ``webauthn`` library."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import webauthn
from webauthn.helpers.exceptions import InvalidAuthenticationResponse, InvalidJSONStructure, InvalidRegistrationResponse
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pepites.accounts.crypto import from_text, to_text
from pepites.accounts.models import Passkey, User
from pepites.accounts.services.traces import trace
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, NotFound

_UNREADABLE = "La clé d'accès n'a pas pu être vérifiée. Recommencez, ou utilisez un code."


@dataclass(frozen=True, slots=True)
class PasskeyRequest:
    """The site a passkey speaks to: ``rp_id`` is the host name, ``origin`` the address with its scheme and port."""

    rp_id: str
    origin: str


def registration_options(*, user: User, request: PasskeyRequest) -> tuple[dict[str, Any], str]:
    """Options for ``navigator.credentials.create`` and the challenge to keep in the session."""
    options = webauthn.generate_registration_options(
        rp_id=request.rp_id,
        rp_name="Pépites",
        user_id=user.public_id.bytes,
        user_name=user.login,
        user_display_name=str(user.professional or user.login),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.DISCOURAGED, user_verification=UserVerificationRequirement.PREFERRED
        ),
        exclude_credentials=_descriptors(user),
    )
    return json.loads(webauthn.options_to_json(options)), to_text(options.challenge)


def assertion_options(*, user: User, request: PasskeyRequest) -> tuple[dict[str, Any], str]:
    """Options for ``navigator.credentials.get`` and the challenge to keep in the session."""
    options = webauthn.generate_authentication_options(
        rp_id=request.rp_id,
        allow_credentials=_descriptors(user),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.loads(webauthn.options_to_json(options)), to_text(options.challenge)


def register_passkey(*, user: User, answer: str, challenge: str, request: PasskeyRequest, name: str = "") -> Passkey:
    """Adopt a passkey; raises ``DomainError`` when the browser's answer does not hold."""
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=from_text(challenge),
            expected_rp_id=request.rp_id,
            expected_origin=request.origin,
        )
    except (InvalidRegistrationResponse, InvalidJSONStructure, ValueError, KeyError) as error:
        raise DomainError(_UNREADABLE) from error
    if Passkey.objects.filter(credential_id=verified.credential_id).exists():
        raise DomainError("Cette clé d'accès est déjà enregistrée.")
    passkey = Passkey.objects.create(
        user=user,
        name=(name.strip() or "Clé d'accès")[:60],
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
    )
    trace("accounts.factor.added", user=user, action="C", detail={"kind": "passkey"})
    return passkey


def verify_assertion(user: User, assertion: dict[str, Any], challenge: bytes, request: PasskeyRequest) -> bool:
    """Whether a passkey of ``user`` signed that challenge for this site; a counter that goes back is refused."""
    try:
        credential_id = from_text(str(assertion.get("id", "")))
    except ValueError:
        return False
    passkey = Passkey.objects.filter(user=user, credential_id=credential_id, disabled_at__isnull=True).first()
    if passkey is None or not challenge:
        return False
    try:
        verified = webauthn.verify_authentication_response(
            credential=assertion,
            expected_challenge=challenge,
            expected_rp_id=request.rp_id,
            expected_origin=request.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
        )
    except (InvalidAuthenticationResponse, InvalidJSONStructure, ValueError, KeyError):
        return False
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, now()
    passkey.save(update_fields=["sign_count", "last_used_at"])
    return True


def remove_passkey(*, actor: Actor, user: User, public_id: UUID, other_factor: bool) -> None:
    """Stop one passkey; the last second factor of an account cannot be removed."""
    passkey = Passkey.objects.filter(user=user, public_id=public_id, disabled_at__isnull=True).first()
    if passkey is None:
        raise NotFound
    if not other_factor:
        raise DomainError("C'est votre seul second facteur. Ajoutez-en un autre avant de retirer cette clé.")
    passkey.disabled_at = now()
    passkey.save(update_fields=["disabled_at"])
    record("accounts.factor.disabled", action="D", object_type="passkey", object_id=public_id)
    del actor


def _descriptors(user: User) -> list[PublicKeyCredentialDescriptor]:
    keys = Passkey.objects.filter(user=user, disabled_at__isnull=True)
    return [PublicKeyCredentialDescriptor(id=bytes(key.credential_id)) for key in keys]
