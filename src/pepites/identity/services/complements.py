"""Other names and phones of a person."""

from collections.abc import Callable
from functools import partial

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.identity.collisions.service import refuse_frozen
from pepites.identity.enums import AliasKind, PhoneKind
from pepites.identity.models import Alias, DomainIdentity, Phone
from pepites.identity.normalisation import TraitError, strict_birth_name, strict_given_name
from pepites.identity.phones import clean_phone, phone_tail
from pepites.identity.services.correction import locked, rebuild_blocks, require_edit


def add_alias(
    *,
    actor: Actor,
    identity: DomainIdentity,
    kind: AliasKind = AliasKind.USUAL,
    birth_name: str = "",
    given_names: str = "",
) -> Alias:
    """Keep another name of the person (GUY-2, GUY-8): found by search and matching, never deleted.

    The same one again changes nothing.
    """
    require_edit(actor, identity)
    refuse_frozen(identity.patient_id)
    if not (birth_name.strip() or given_names.strip()):
        raise DomainError("Écrivez un nom ou un prénom.", field="alias_name")
    strict_name = _strict("alias_name", partial(strict_birth_name, label="nom"), birth_name)
    strict_given = _strict("alias_given", strict_given_name, given_names)
    locked(identity)
    known = Alias.objects.filter(
        patient_id=identity.patient_id, birth_name=strict_name, given_names=strict_given, birth_date=None
    ).first()
    if known:
        return known
    alias = Alias.objects.create(
        patient_id=identity.patient_id,
        kind=kind,
        birth_name=strict_name,
        given_names=strict_given,
        typed=f"{birth_name.strip()} {given_names.strip()}".strip()[:201],
        added_by_id=actor.practice_id,
        added_at=now(),
    )
    rebuild_blocks(identity)
    record("identity.alias.added", action="C", subjects=(identity.patient_id,), object_id=alias.public_id)
    return alias


def _strict(field: str, rule: Callable[[str], str], raw: str) -> str:
    try:
        return rule(raw) if raw.strip() else ""
    except TraitError as error:
        raise DomainError(error.message, field=field) from None


def add_phone(*, actor: Actor, identity: DomainIdentity, number: str, kind: PhoneKind = PhoneKind.OWN) -> Phone:
    """Add a phone number; the same one again changes nothing."""
    require_edit(actor, identity)
    refuse_frozen(identity.patient_id)
    number = clean_phone(number)
    locked(identity)
    key = phone_tail(number)
    known = Phone.objects.filter(patient_id=identity.patient_id, key=key, active=True).first()
    if known:
        return known
    phone = Phone.objects.create(patient_id=identity.patient_id, number=number, key=key, kind=kind, added_at=now())
    rebuild_blocks(identity)
    record("identity.phone.added", action="C", subjects=(identity.patient_id,), object_id=phone.public_id)
    return phone


def remove_phone(*, actor: Actor, identity: DomainIdentity, phone: Phone) -> None:
    """Stop using a number; the row stays."""
    require_edit(actor, identity)
    if phone.patient_id != identity.patient_id:
        raise DomainError("Ce numéro n'est pas celui de cette personne.")
    phone.active = False
    phone.save(update_fields=["active"])
    rebuild_blocks(identity)
    record("identity.phone.removed", action="U", subjects=(identity.patient_id,), object_id=phone.public_id)
