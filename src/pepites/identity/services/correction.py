"""Correcting an identity: traced, versioned, former names kept (RNIV-1, RNIV-7, GUY-2)."""

from django.db import connection

from pepites.access.policies import require
from pepites.access.selectors import level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.identity import policies
from pepites.identity.blocks import hashed_keys
from pepites.identity.enums import AliasKind
from pepites.identity.events import IdentityChanged
from pepites.identity.models import Alias, DomainIdentity, Phone
from pepites.identity.selectors.stored import traits_of
from pepites.identity.traits import STRICT_FIELDS, AliasValue, IdentityTraits
from pepites.identity.written import written


def locked(identity: DomainIdentity, version: int | None = None) -> DomainIdentity:
    """The identity read again under lock; raises ``Conflict`` when someone changed it since ``version``."""
    fresh = DomainIdentity.objects.select_for_update().get(pk=identity.pk)
    if version is not None and fresh.version != version:
        raise Conflict("Cette identité a été modifiée entre-temps. Comparez, puis enregistrez à nouveau.")
    return fresh


def require_edit(actor: Actor, identity: DomainIdentity) -> None:
    """Level social at least on the person, or the identity cell."""
    require(
        policies.can_edit(actor, level_on(identity.patient_id)),
        code="identity.correct",
        subjects=(identity.patient_id,),
        object_type="identity",
        object_id=identity.public_id,
    )


def correct_identity(
    *,
    actor: Actor,
    identity: DomainIdentity,
    traits: IdentityTraits,
    reason: str = "",
    version: int | None = None,
    commune_cog: str | None = None,
    judgment: bool = False,
) -> DomainIdentity:
    """Replace the traits. Strict ones need a reason and the right that the status asks (RNIV-1).

    The former names or date stay as an alias, found by search and matching (GUY-2, RNIV-10).
    """
    require_edit(actor, identity)
    current, new = locked(identity, version), traits.checked()
    columns = new.columns()
    if new.birth_place_cog == current.birth_place_cog:
        columns["birth_place_label"] = current.birth_place_label  # as first written, whatever the list calls the place
    if commune_cog is not None:
        columns["commune_cog"] = commune_cog
    changed = [name for name, value in columns.items() if getattr(current, name) != value]
    strict = [name for name in changed if name in STRICT_FIELDS]
    if not changed:
        return current
    if strict:
        require(
            policies.can_correct_strict(actor, current.status),
            code="identity.correct",
            subjects=(current.patient_id,),
            object_type="identity",
            object_id=current.public_id,
        )
        if not reason.strip():
            raise DomainError("Dites pourquoi vous corrigez un trait d'identité.", field="reason")
        keep_former(actor, current, strict, judgment=judgment)
    for name in changed:
        setattr(current, name, columns[name])
    save(actor, current, reason)
    rebuild_blocks(current)
    record(
        "identity.corrected",
        action="U",
        subjects=(current.patient_id,),
        object_type="identity",
        object_id=current.public_id,
        justification=reason.strip()[:200],
        detail={"fields": changed},
    )
    return current


def save(actor: Actor, identity: DomainIdentity, reason: str) -> None:
    """Write a new version; the history and the person row follow by trigger."""
    identity.version += 1
    identity.change_reason = reason.strip()[:200]
    identity.changed_by_id = actor.practice_id
    identity.changed_at = now()
    identity.save()
    publish(IdentityChanged(identity.patient_id))


def keep_former(actor: Actor, current: DomainIdentity, strict: list[str], *, judgment: bool = False) -> None:
    """The former names or date stay as an alias, found by search and matching (GUY-2, RNIV-10)."""
    if not {"birth_name", "given_names", "birth_date"}.intersection(strict):
        return
    Alias.objects.create(
        patient_id=current.patient_id,
        kind=AliasKind.JUDGMENT if judgment else AliasKind.FORMER,
        birth_name=current.birth_name if "birth_name" in strict else "",
        given_names=current.given_names if "given_names" in strict else "",
        birth_date=current.birth_date if "birth_date" in strict else None,
        typed=f"{current.birth_name_typed} {current.given_names_typed}".strip(),
        added_by_id=actor.practice_id,
        added_at=now(),
    )


def rebuild_blocks(identity: DomainIdentity) -> None:
    """Recompute the blocking keys from the traits, aliases and phones now stored; whoever matches by them is told."""
    aliases = [
        AliasValue(one.birth_name, one.given_names, one.birth_date)
        for one in Alias.objects.filter(patient_id=identity.patient_id)
    ]
    phones = list(Phone.objects.filter(patient_id=identity.patient_id, active=True).values_list("number", flat=True))
    keys = hashed_keys(written(traits_of(identity), phones, aliases, commune=identity.commune_cog))
    with connection.cursor() as cursor:
        cursor.execute("SELECT identity_set_blocks(%s, %s)", [identity.patient_id, keys])
    publish(IdentityChanged(identity.patient_id))
