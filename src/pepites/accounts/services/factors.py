"""Second factors: authenticator application (RFC 6238), passkey, recovery codes."""

import secrets
from base64 import b32encode
from typing import Any

from django.conf import settings
from django_otp.oath import TOTP

from pepites.accounts import throttle
from pepites.accounts.crypto import fingerprint, seal, unseal
from pepites.accounts.models import RecoveryCode, TotpDevice, User
from pepites.accounts.services.passkeys import PasskeyRequest, verify_assertion
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Method, Origin
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.identifiers import CROCKFORD

SEED = 20  # bytes, the length RFC 4226 recommends
RECOVERY_CODES = 10
TOLERANCE = 1  # steps of 30 seconds on either side: phones drift
WRONG_CODE = "Ce code n'est pas valable. Saisissez celui que l'application affiche maintenant."


def new_seed() -> bytes:
    """A seed for an authenticator application."""
    return secrets.token_bytes(SEED)


def seed_text(seed: bytes) -> str:
    """The seed as applications take it, in groups of four letters."""
    text = b32encode(seed).decode()
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4))


def matching_step(seed: bytes, code: str, *, after: int = 0) -> int | None:
    """The time step a code belongs to, None when it is wrong or not after the last step used."""
    digits = "".join(code.split())
    if len(digits) != 6 or not digits.isascii() or not digits.isdigit():
        return None
    totp = TOTP(seed)
    totp.time = now().timestamp()
    return totp.t() if totp.verify(int(digits), tolerance=TOLERANCE, min_t=after + 1) else None


def verify_second_factor(
    *,
    user: User,
    code: str = "",
    assertion: dict[str, Any] | None = None,
    challenge: bytes = b"",
    request: PasskeyRequest | None = None,
    origin: Origin | None = None,
) -> Method | None:
    """Check one proof: a code of the application, a recovery code, or a passkey's answer to ``challenge``.

    Returns the method that held, None when none did. Failures are counted: raises ``TooMany`` while the wait lasts. A
    code serves once (RFC 6238 §5.2); the caller keeps the transaction.
    """
    counters = throttle.counters("factor", user.pk, origin or Origin(), user_id=user.pk)
    throttle.guard(counters)
    method = _method_of(user, code, assertion, challenge, request)
    if method is None:
        throttle.fail(counters)
        trace("accounts.factor.failed", user=user, failed=True, reason="factor")
        return None
    throttle.clear(counters)
    return method


def _method_of(
    user: User, code: str, assertion: dict[str, Any] | None, challenge: bytes, request: PasskeyRequest | None
) -> Method | None:
    if assertion is not None and request is not None:
        return Method.PASSKEY if verify_assertion(user, assertion, challenge, request) else None
    if _use_totp(user, code):
        return Method.TOTP
    return Method.RECOVERY if _use_recovery_code(user, code) else None


def _use_totp(user: User, code: str) -> bool:
    device = TotpDevice.objects.filter(user=user, disabled_at__isnull=True).first()
    if device is None:
        return False
    step = matching_step(unseal(device.seed, where=_where(user)), code, after=device.last_step)
    if step is None:
        return False
    # In one statement: of two requests with the same code, one only moves the step.
    return TotpDevice.objects.filter(pk=device.pk, last_step__lt=step).update(last_step=step) == 1


def _use_recovery_code(user: User, code: str) -> bool:
    text = "".join(character for character in code.upper() if character.isalnum())
    if len(text) != 10:
        return False
    text = text.replace("O", "0").replace("I", "1").replace("L", "1")
    return bool(
        RecoveryCode.objects.filter(
            user=user, code_hash=_code_hash(user, text), used_at__isnull=True, disabled_at__isnull=True
        ).update(used_at=now())
    )


def confirm_totp(*, user: User, seed: bytes, code: str) -> None:
    """Adopt an application once it has shown a right code; the former application stops working."""
    step = matching_step(seed, code)
    if step is None:
        raise DomainError(WRONG_CODE, field="code")
    TotpDevice.objects.filter(user=user, disabled_at__isnull=True).update(disabled_at=now())
    TotpDevice.objects.create(user=user, seed=seal(seed, where=_where(user)), last_step=step)
    trace("accounts.factor.added", user=user, action="C", detail={"kind": "totp"})


def new_recovery_codes(*, user: User) -> list[str]:
    """Ten new codes, shown once; those of the former series stop working. Only keyed hashes are kept."""
    RecoveryCode.objects.filter(user=user, disabled_at__isnull=True).update(disabled_at=now())
    codes = ["".join(secrets.choice(CROCKFORD) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create([RecoveryCode(user=user, code_hash=_code_hash(user, code)) for code in codes])
    trace("accounts.recovery.renewed", user=user, action="C")
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def disable_all(*, actor: Actor, user: User) -> None:
    """Stop every factor of an account: what a reset does, and an invitation that replaces it."""
    moment = now()
    TotpDevice.objects.filter(user=user, disabled_at__isnull=True).update(disabled_at=moment)
    user.passkeys.filter(disabled_at__isnull=True).update(disabled_at=moment)
    RecoveryCode.objects.filter(user=user, disabled_at__isnull=True).update(disabled_at=moment)
    record("accounts.factor.disabled", action="D", object_type="user", object_id=user.public_id)
    del actor


def ensure_demo_factor(*, user: User) -> None:
    """Give a demonstration account its application, so that pages asking for a code can be tried."""
    if user.demo and not TotpDevice.objects.filter(user=user, disabled_at__isnull=True).exists():
        TotpDevice.objects.create(user=user, seed=seal(new_seed(), where=_where(user)), last_step=0)


def demo_code(user: User) -> str:
    """The code a demonstration account's application would show: empty for any other account, or in production.

    The last code already used is skipped, so that the page never shows one that would be refused.
    """
    if not (settings.PEPITES_DEMO and user.demo) or settings.PRODUCTION:
        return ""
    device = TotpDevice.objects.filter(user=user, disabled_at__isnull=True).first()
    if device is None:
        return ""
    totp = TOTP(unseal(device.seed, where=_where(user)))
    totp.time = now().timestamp()
    if totp.t() <= device.last_step:
        totp.drift = 1
    return f"{totp.token():06d}"


def _where(user: User) -> str:
    return f"accounts_totpdevice|seed|{user.pk}"


def _code_hash(user: User, code: str) -> str:
    return fingerprint("recovery", user.pk, code)
