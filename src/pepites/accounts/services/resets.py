"""Giving a lost second factor up: two administrators, never one alone."""

from datetime import timedelta
from uuid import UUID

from pepites.accounts.models import FactorReset, User
from pepites.accounts.policies import can_administer_account
from pepites.accounts.services.factors import disable_all
from pepites.accounts.services.invitations import new_link
from pepites.accounts.services.sessions import end_all_sessions
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError, NotFound, Refused

VALIDITY = timedelta(hours=24)


def request_factor_reset(*, actor: Actor, user: User, motive: str) -> FactorReset:
    """Ask, as one administrator, to give up the factors of ``user``; nothing changes until another confirms."""
    _require(actor, user)
    if len(motive.strip()) < 10:
        raise DomainError("Dites comment vous avez reconnu la personne (10 caractères au moins).", field="motive")
    if user.pk == actor.user_id:
        raise DomainError("Vous ne pouvez pas demander la remise à zéro de votre propre compte.")
    open_ones = FactorReset.objects.filter(user=user, confirmed_at__isnull=True, cancelled_at__isnull=True)
    open_ones.filter(requested_at__lte=now() - VALIDITY).update(cancelled_at=now())
    if open_ones.exists():
        raise DomainError("Une demande attend déjà un second administrateur pour ce compte.")
    reset = FactorReset.objects.create(
        user=user, motive=motive.strip()[:200], requested_by_id=actor.user_id or 0, requested_at=now()
    )
    record("accounts.reset.requested", action="C", object_type="user", object_id=user.public_id)
    return reset


def confirm_factor_reset(*, actor: Actor, public_id: UUID) -> str:
    """Confirm, as another administrator: factors, password and sessions end. Returns the path of a new way in.

    Raises ``DomainError`` for the one who asked, or the person concerned.
    """
    reset = _open_reset(public_id)
    _require(actor, reset.user)
    if actor.user_id in (reset.requested_by_id, reset.user_id):
        raise DomainError("Un autre administrateur que vous doit confirmer cette demande.")
    changed = FactorReset.objects.filter(pk=reset.pk, confirmed_at__isnull=True, cancelled_at__isnull=True).update(
        confirmed_by_id=actor.user_id, confirmed_at=now()
    )
    if not changed:
        raise Conflict("Cette demande a déjà été traitée.")
    user = reset.user
    disable_all(actor=actor, user=user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_all_sessions(actor=actor, user=user)
    record("accounts.reset.confirmed", action="U", object_type="user", object_id=user.public_id)
    return new_link(actor, user)


def cancel_factor_reset(*, actor: Actor, public_id: UUID) -> None:
    """Drop a request that should not have been."""
    reset = _open_reset(public_id)
    _require(actor, reset.user)
    reset.cancelled_at = now()
    reset.save(update_fields=["cancelled_at"])
    record("accounts.reset.cancelled", action="U", object_type="user", object_id=reset.user.public_id)


def _open_reset(public_id: UUID) -> FactorReset:
    reset = (
        FactorReset.objects.select_related("user__professional")
        .filter(
            public_id=public_id, confirmed_at__isnull=True, cancelled_at__isnull=True, requested_at__gt=now() - VALIDITY
        )
        .first()
    )
    if reset is None:
        raise NotFound
    return reset


def _require(actor: Actor, user: User) -> None:
    decision = can_administer_account(actor, user)
    if not decision:
        raise Refused(
            decision, code="accounts.administration.refused", object_type="user", object_id=str(user.public_id)
        )
