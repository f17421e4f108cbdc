"""The homologation of the house's own means of identification (RIE §6.3): recorded, withdrawn, never changed."""

from datetime import date
from uuid import UUID

from pepites.accounts.models import Homologation
from pepites.accounts.policies import can_administer_platform
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError, NotFound, Refused

REFUSED = "accounts.administration.refused"
LONGEST_YEARS = 3


def record_homologation(
    *, actor: Actor, reference: str, signatory: str, signed_on: date, expires_on: date
) -> Homologation:
    """Record the decision that homologates local accounts; raises ``DomainError`` for dates that cannot be."""
    _require_platform(actor)
    if not reference.strip() or not signatory.strip():
        raise DomainError("Donnez la référence de la décision et le nom du signataire.", field="reference")
    if signed_on > today():
        raise DomainError("La décision ne peut pas être signée demain.", field="signed_on")
    if expires_on <= signed_on:
        raise DomainError("La fin vient après la signature.", field="expires_on")
    if expires_on > _years_after(signed_on, LONGEST_YEARS):
        raise DomainError("Une homologation dure trois ans au plus.", field="expires_on")
    made = Homologation.objects.create(
        reference=reference.strip()[:80], signatory=signatory.strip()[:120], signed_on=signed_on,
        expires_on=expires_on, recorded_by_id=actor.user_id,
    )  # fmt: skip
    record("accounts.homologation.recorded", action="C", object_type="homologation", object_id=made.public_id)
    return made


def withdraw_homologation(*, actor: Actor, public_id: UUID) -> None:
    """Withdraw a decision: local accounts no longer sign in once Pro Santé Connect is wired."""
    _require_platform(actor)
    changed = Homologation.objects.filter(public_id=public_id, withdrawn_at__isnull=True).update(
        withdrawn_at=now(), withdrawn_by_id=actor.user_id
    )
    if not changed:
        raise NotFound
    record("accounts.homologation.withdrawn", action="D", object_type="homologation", object_id=public_id)


def _require_platform(actor: Actor) -> None:
    decision = can_administer_platform(actor)
    if not decision:
        raise Refused(decision, code=REFUSED)


def _years_after(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return day.replace(year=day.year + years, day=28)
