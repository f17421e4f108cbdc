"""Client credentials (RFC 6749 §4.4, RFC 7523, RFC 8705): who a machine is, and the short token it then shows.

A caller learns nothing of why it was refused; the journal does.
"""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from hmac import compare_digest
from typing import Final

from django.db import IntegrityError, transaction

from pepites.accounts import throttle
from pepites.accounts.crypto import fingerprint
from pepites.accounts.machines.actors import machine_actor
from pepites.accounts.machines.assertions import SKEW, Assertion, BadAssertion, claimed_client, verified
from pepites.accounts.machines.identifiers import is_identifier
from pepites.accounts.models import AccessToken, ServiceClient, UsedAssertion
from pepites.accounts.values import Origin
from pepites.audit import journal
from pepites.audit.unit import current, record, unit_of_work
from pepites.common.actor import Actor, Channel
from pepites.common.clock import now
from pepites.common.errors import TooMany
from pepites.common.rates import Bucket

LIFE: Final = timedelta(minutes=5)
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TOUCH_EVERY: Final = timedelta(minutes=1)
ISSUED_PER_MINUTE: Final = 60  # by client, on each front process: a token serves for five minutes
REFUSED = "accounts.client.refused"
_issues = Bucket()


class OAuthError(Exception):
    """A refusal as OAuth says it (RFC 6749 §5.2); ``reason`` is for the journal only."""

    def __init__(self, error: str, status: int = 400, *, reason: str = "") -> None:
        super().__init__(error)
        self.error, self.status, self.reason = error, status, reason or error


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a client sends to obtain a token, and what the connection says of it."""

    grant_type: str
    client_id: str = ""
    assertion_type: str = ""
    assertion: str = ""
    scope: str = ""
    certificate_sha256: str = ""
    audiences: frozenset[str] = frozenset()
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True, slots=True)
class IssuedToken:
    """A token to hand over once, and what it opens."""

    token: str
    scopes: list[str]
    seconds: int


@dataclass(frozen=True, slots=True)
class ProvedClient:
    """A client that proved itself: by ``method``, for ``scopes``."""

    row: ServiceClient
    scopes: frozenset[str]
    method: str
    session_ref: str = ""


def issue_token(*, actor: Actor, asked: TokenRequest) -> IssuedToken:
    """A token of five minutes for a client that proves itself; raises ``OAuthError`` or ``TooMany``.

    Two units of work: nobody's, which keeps failures counted and journalled; then the client's own.
    """
    with unit_of_work(actor):
        proved, refusal = _prove(asked)
    if refusal is not None:
        raise refusal
    assert proved is not None
    row, assertion, scopes, method = proved
    if wait := _issues.take(row.client_id, ISSUED_PER_MINUTE):
        raise TooMany(f"Trop de jetons demandés : gardez chacun cinq minutes. Attendez {wait} secondes.")
    ref = actor.ref
    owner = machine_actor(row, scopes, auth_method=method, request_id=ref.request_id, ip=ref.ip)
    with unit_of_work(owner):
        if assertion is None or _first_use(row, assertion):
            return _issued(row, scopes, asked.certificate_sha256)
        _refusal_line("replay")
    raise OAuthError("invalid_client", 401, reason="replay")


_Proof = tuple[ServiceClient, Assertion | None, list[str], str]


def _prove(asked: TokenRequest) -> tuple[_Proof | None, OAuthError | None]:
    """The client and the scopes it gets, or why not; counts and writes the refusals in the unit under way."""
    client_id = asked.client_id
    try:
        if asked.grant_type != "client_credentials":
            raise OAuthError("unsupported_grant_type")
        if asked.assertion:
            client_id = _asserted(asked)
        elif not (asked.client_id and asked.certificate_sha256):
            raise OAuthError("invalid_client", 401, reason="no_proof")
        watched = _counters(client_id, asked.origin)
        throttle.guard(watched)
        try:
            row, assertion, method = _authenticated(client_id, asked)
        except OAuthError:
            throttle.fail(watched)
            raise
        throttle.clear(watched)
        return (row, assertion, _narrowed(row.scopes, asked.scope), method), None
    except OAuthError as error:
        _refusal_line(error.reason, client_id)
        return None, error


def _counters(client_id: str, origin: Origin) -> tuple[throttle.Counter, ...]:
    """A key is not guessed: only the network that fails is slowed, or anybody could shut a hospital out."""
    return (
        throttle.Counter(fingerprint("throttle", "machine", client_id, origin.network), throttle.FREE_TRIES),
        throttle.Counter(
            fingerprint("throttle", "machine", "everybody", origin.network), throttle.FREE_TRIES_NETWORK, alone=False
        ),
    )


def _asserted(asked: TokenRequest) -> str:
    if asked.assertion_type != ASSERTION_TYPE:
        raise OAuthError("invalid_request", reason="assertion_type")
    try:
        client_id = claimed_client(asked.assertion)
    except BadAssertion as bad:
        raise OAuthError("invalid_client", 401, reason=bad.reason) from None
    if asked.client_id and asked.client_id != client_id:
        raise OAuthError("invalid_client", 401, reason="client_id")
    return client_id


def _authenticated(client_id: str, asked: TokenRequest) -> tuple[ServiceClient, Assertion | None, str]:
    moment = now()
    row = ServiceClient.objects.filter(client_id=client_id, is_active=True, expires_at__gt=moment).first()
    if row is None:
        raise OAuthError("invalid_client", 401, reason="unknown")
    if row.certificate_sha256 and not compare_digest(row.certificate_sha256, asked.certificate_sha256):
        raise OAuthError("invalid_client", 401, reason="certificate")
    if row.jwks is None:
        if asked.assertion:
            raise OAuthError("invalid_client", 401, reason="no_key")
        return row, None, "mtls"
    if not asked.assertion:
        raise OAuthError("invalid_client", 401, reason="no_assertion")
    try:
        assertion = verified(
            asked.assertion, client_id=client_id, jwks=row.jwks, audiences=asked.audiences, moment=moment
        )
    except BadAssertion as bad:
        raise OAuthError("invalid_client", 401, reason=bad.reason) from None
    return row, assertion, "cle+mtls" if row.certificate_sha256 else "cle"


def _narrowed(held: list[str], asked: str) -> list[str]:
    """The scopes asked for that the client holds, all of its own when none is asked; never one more."""
    wanted = asked.split()
    given = sorted(set(held) & set(wanted)) if wanted else sorted(held)
    if not given:
        raise OAuthError("invalid_scope")
    return given


def _first_use(row: ServiceClient, assertion: Assertion) -> bool:
    """Remember the assertion; False when it was seen (RFC 7523 §3, jti)."""
    jti = fingerprint("assertion", row.pk, assertion.jti)
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(client=row, jti=jti, expires_at=assertion.expires_at + 2 * SKEW)
    except IntegrityError:
        return False
    return True


def _issued(row: ServiceClient, scopes: list[str], certificate_sha256: str) -> IssuedToken:
    token, moment = secrets.token_urlsafe(32), now()
    AccessToken.objects.create(
        token_hash=fingerprint("access token", token), client=row, scopes=scopes,
        certificate_sha256=certificate_sha256, expires_at=moment + LIFE,
    )  # fmt: skip
    ServiceClient.objects.filter(pk=row.pk).update(last_used_at=moment)
    record("accounts.token.issued", action="E", object_type="service_client", object_id=row.public_id,
           detail={"scopes": scopes, "bound": bool(certificate_sha256)})  # fmt: skip
    return IssuedToken(token, scopes, int(LIFE.total_seconds()))


def _refusal_line(reason: str, client_id: str = "") -> None:
    """Written in the transaction under way, which is kept. A client that nobody knows is named by its word only."""
    named = client_id[:60] if is_identifier(client_id) else ""
    line = journal.Line(
        code=REFUSED, action="E", object_type="service_client", object_id=named, outcome=4, reason=reason
    )
    current().lines.append(line)


def prove_by_token(token: str, certificate_sha256: str) -> ProvedClient | None:
    """The client behind a bearer token, None when it is unknown, over, revoked, or bound to another certificate."""
    hashed = fingerprint("access token", token)
    found = (
        AccessToken.objects.select_related("client")
        .filter(token_hash=hashed, expires_at__gt=now(), client__is_active=True, client__expires_at__gt=now())
        .first()
    )
    if found is None:
        return None
    bound = found.certificate_sha256
    if bound and not compare_digest(bound, certificate_sha256):
        return None
    return ProvedClient(found.client, frozenset(found.scopes), "jeton+mtls" if bound else "jeton", hashed[:8])


def prove_by_certificate(certificate_sha256: str) -> ProvedClient | None:
    """The client of a verified certificate, when a certificate is all it was registered with."""
    if not certificate_sha256:
        return None
    row = ServiceClient.objects.filter(
        certificate_sha256=certificate_sha256, jwks__isnull=True, is_active=True, expires_at__gt=now()
    ).first()
    return ProvedClient(row, frozenset(row.scopes), "mtls") if row else None


def prove_by_address(client_id: str) -> ProvedClient | None:
    """The client of an address that the operator tied to it (a private link, HL7 v2 without TLS)."""
    row = ServiceClient.objects.filter(client_id=client_id, is_active=True, expires_at__gt=now()).first()
    return ProvedClient(row, frozenset(row.scopes), "adresse") if row else None


def acting_as(proved: ProvedClient, *, channel: Channel = Channel.API, request_id: str = "", ip: str = "") -> Actor:
    """The actor of a proved client; notes that it was used, at most once a minute, in a unit of its own."""
    actor = machine_actor(
        proved.row, proved.scopes, channel=channel, auth_method=proved.method, session_ref=proved.session_ref,
        request_id=request_id, ip=ip,
    )  # fmt: skip
    last = proved.row.last_used_at
    if last is None or now() - last > TOUCH_EVERY:
        with unit_of_work(actor):
            ServiceClient.objects.filter(pk=proved.row.pk).update(last_used_at=now())
    return actor
