"""Printing emergency codes, entering with one, declaring an outage, looking at each use (annuaire §6.4 b)."""

import re
import secrets
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import check_password as hash_matches
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from pepites.accounts import throttle
from pepites.accounts.crypto import fingerprint
from pepites.accounts.models import DeclaredOutage, EmergencyCode, EmergencySeries, User
from pepites.accounts.outage.enums import CODE_LENGTH, CODES, LONGEST_OUTAGE, PIN_DIGITS, VALID, Outage
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.services.sessions import External, open_session
from pepites.accounts.services.traces import trace
from pepites.accounts.values import Assurance, Method, Origin
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.common.identifiers import CROCKFORD

WRONG = "Numéro, code de secours ou code personnel incorrect."
STANDING = (
    "Pro Santé Connect répond : identifiez-vous avec lui. Les codes de secours ne servent que lorsqu'il est en panne."
)
REFUSED = "accounts.administration.refused"
_PIN = re.compile(rf"\d{{{PIN_DIGITS}}}\Z", re.ASCII)
_ROWS = ("01234567890", "09876543210")


def print_codes(*, actor: Actor, user: User, pin: str, exercices: list[object]) -> list[str]:
    """Five new codes, shown once; the former sheet stops working. Only somebody Pro Santé Connect let in prints any:
    a sheet is never made from a sheet."""
    if actor.ref.auth_method != Method.PSC or actor.user_id != user.pk or not user.national_id:
        raise Refused(deny(Reason.WEAK_AUTHENTICATION), code="accounts.emergency.refused")
    _require_pin(pin)
    moment = now()
    EmergencySeries.objects.filter(user=user, disabled_at__isnull=True).update(disabled_at=moment)
    series = EmergencySeries.objects.create(
        user=user, pin_hash=make_password(pin), exercices=exercices, expires_at=moment + VALID
    )
    codes = ["".join(secrets.choice(CROCKFORD) for _ in range(CODE_LENGTH)) for _ in range(CODES)]
    EmergencyCode.objects.bulk_create([EmergencyCode(series=series, code_hash=_hash(user, code)) for code in codes])
    record("accounts.emergency.issued", action="C", object_type="user", object_id=user.public_id)
    return ["-".join(code[i : i + 4] for i in range(0, CODE_LENGTH, 4)) for code in codes]


def _require_pin(pin: str) -> None:
    if not _PIN.match(pin):
        raise DomainError(f"Le code personnel compte {PIN_DIGITS} chiffres.", field="pin")
    if len(set(pin)) < 3 or any(pin in row for row in _ROWS):
        raise DomainError("Ce code personnel se devine trop vite : évitez les suites et les répétitions.", field="pin")


def sign_in_emergency(
    *, request: HttpRequest, number: str, code: str, pin: str, outage: Outage, origin: Origin
) -> User:
    """Open a short session with one code of the sheet and the personal code, while Pro Santé Connect is down.

    The same words and the same work for a number that is unknown, one without a sheet, and a wrong code. Raises
    ``TooMany`` while the wait lasts, ``DomainError`` otherwise; the caller keeps the transaction, or the count is lost.
    """
    if outage is Outage.NONE:
        trace("accounts.emergency.refused", user=None, failed=True, reason="psc_up")
        raise DomainError(STANDING)
    plain = "".join(number.split()).lower()
    user = _account_of(plain)
    counters = throttle.counters("emergency", plain, origin, user_id=user.pk if user else None)
    throttle.guard(counters)
    found = _matching(user, code, pin)
    # In one statement: of two requests with the same code, one only takes it.
    taken = found is not None and EmergencyCode.objects.filter(pk=found.pk, used_at__isnull=True).update(
        used_at=now(), used_from=origin.ip[:45]
    )
    if user is None or found is None or not taken:
        throttle.fail(counters)
        trace("accounts.emergency.refused", user=user, failed=True, reason="code")
        raise DomainError(WRONG)
    throttle.clear(counters)
    open_session(
        request=request, user=user, method=Method.EMERGENCY, origin=origin, assurance=Assurance.EMERGENCY,
        external=External("", "", "", "", found.series.exercices),
    )  # fmt: skip
    trace("accounts.emergency.used", user=user, method=str(Method.EMERGENCY), detail={"outage": str(outage)})
    return user


def _account_of(number: str) -> User | None:
    """By the national identifier, or the RPPS number inside it."""
    if not 0 < len(number) <= 60:
        return None
    national = f"8{number}" if len(number) == 11 and number.isdigit() else number.upper()
    return User.objects.select_related("professional").filter(national_id=national).first()


def _matching(user: User | None, code: str, pin: str) -> EmergencyCode | None:
    held = EmergencySeries.objects.filter(user=user, disabled_at__isnull=True, expires_at__gt=now())
    series = held.first() if user is not None else None
    if series is None:
        make_password(pin)
        good = False
    else:
        good = hash_matches(pin, series.pin_hash)
    if user is None or series is None or not good or not user.is_active:
        return None
    text = "".join(character for character in code.upper() if character.isalnum())
    text = text.replace("O", "0").replace("I", "1").replace("L", "1")
    return series.codes.select_related("series").filter(code_hash=_hash(user, text), used_at__isnull=True).first()


def _hash(user: User, code: str) -> str:
    return fingerprint("emergency", user.pk, code)


def declare_outage(*, actor: Actor, reason: str, hours: int) -> DeclaredOutage:
    """Say that Pro Santé Connect lets nobody in, for a time; written in the journal, ended as soon as it is over."""
    _require_platform(actor)
    if len(reason.strip()) < 5:
        raise DomainError("Dites ce qui est constaté, par exemple : « panne annoncée par l'ANS ».", field="reason")
    length = timedelta(hours=hours)
    if not timedelta(0) < length <= LONGEST_OUTAGE:
        raise DomainError("Une panne se déclare pour douze heures au plus.", field="hours")
    made = DeclaredOutage.objects.create(
        reason=reason.strip()[:200], declared_by_id=actor.user_id, starts_at=now(), ends_at=now() + length
    )
    record("accounts.outage.declared", action="C", object_type="outage", object_id=made.public_id)
    return made


def end_outage(*, actor: Actor) -> None:
    """Pro Santé Connect is back: emergency codes no longer let in."""
    _require_platform(actor)
    if DeclaredOutage.objects.filter(ends_at__gt=now()).update(ends_at=now()):
        record("accounts.outage.ended", action="U", object_type="outage")


def review_use(*, actor: Actor, public_id: UUID) -> None:
    """An administrator has looked at one use, which is not their own."""
    _require_platform(actor)
    rows = EmergencyCode.objects.filter(public_id=public_id, used_at__isnull=False, reviewed_at__isnull=True)
    if not rows.exclude(series__user_id=actor.user_id or 0).update(reviewed_by_id=actor.user_id, reviewed_at=now()):
        raise NotFound
    record("accounts.emergency.reviewed", action="U", object_type="emergency_code", object_id=public_id)


def _require_platform(actor: Actor) -> None:
    decision = can_administer_platform(actor)
    if not decision:
        raise Refused(decision, code=REFUSED)
