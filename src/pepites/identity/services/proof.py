"""What proves or weakens an identity: documents seen, attributes (RNIV-5, §2.1, §2.2)."""

import datetime as dt

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.identity import policies, statuses
from pepites.identity.collisions.service import refuse_frozen
from pepites.identity.enums import Attribute, Homonym
from pepites.identity.models import Device, DocumentCheck, DomainIdentity
from pepites.identity.selectors.labels import age_years
from pepites.identity.services.correction import locked, require_edit, save
from pepites.identity.statuses import Event


def check_document(
    *,
    actor: Actor,
    identity: DomainIdentity,
    device_code: str,
    checked_on: dt.date | None = None,
    companion_code: str = "",
    nursing_home: bool = False,
) -> DocumentCheck:
    """Record a document seen: device, date, operator, structure (RNIV-5).

    A device that proves makes PROV become VALI; a weak one is noted with the reason, and helps matching only (GUY-3).
    A doubtful or fictitious identity keeps its status (§2.1).
    """
    require_edit(actor, identity)
    refuse_frozen(identity.patient_id)
    practice_id, organization_id = actor.practice_id, actor.ref.organization_id
    if practice_id is None or organization_id is None:
        raise Refused(deny(Reason.NO_CONTEXT), code="identity.correct", subject_ids=(identity.patient_id,))
    day = checked_on or today()
    if day > today() or day < identity.birth_date:
        raise DomainError("La date de vérification doit être passée et suivre la naissance.", field="checked_on")
    devices = Device.objects.in_bulk([code for code in (device_code, companion_code) if code])
    device = devices.get(device_code)
    if device is None:
        raise DomainError("Choisissez la pièce présentée dans la liste.", field="device")
    companion = devices.get(companion_code)
    current = locked(identity)
    verdict = policies.judge_document(
        device, age=age_years(current.birth_date, day), companion=companion, nursing_home=nursing_home
    )
    check = DocumentCheck.objects.create(
        patient_id=current.patient_id, identity=current, identity_version=current.version, device=device,
        companion=companion, accepted=verdict.accepted, refusal=verdict.refusal, checked_on=day,
        operator_id=practice_id, organization_id=organization_id, recorded_at=now(),
    )  # fmt: skip
    record(
        "identity.document.checked" if verdict.accepted else "identity.document.noted",
        action="C",
        subjects=(current.patient_id,),
        object_type="device",
        object_id=device.code,
    )
    if verdict.accepted:
        move(actor, current, Event.DOCUMENT_ACCEPTED, "Pièce vérifiée")
    return check


def revoke_document(*, actor: Actor, check: DocumentCheck, reason: str) -> DomainIdentity:
    """A document later found not acceptable: without another one, VALI goes back to PROV (§2.1)."""
    identity = locked(check.identity)
    require_edit(actor, identity)
    if not reason.strip():
        raise DomainError("Dites pourquoi cette pièce n'est pas acceptable.", field="reason")
    if check.revoked_at is not None:
        raise DomainError("Cette vérification est déjà annulée.")
    check.revoked_at, check.revoked_reason = now(), reason.strip()[:200]
    check.save(update_fields=["revoked_at", "revoked_reason"])
    record("identity.document.revoked", action="U", subjects=(identity.patient_id,), object_id=check.public_id)
    others = DocumentCheck.objects.filter(identity=identity, accepted=True, revoked_at__isnull=True)
    if check.accepted and not others.exists():
        move(actor, identity, Event.DOCUMENT_REVOKED, reason)
    return identity


def move(actor: Actor, identity: DomainIdentity, event: Event, reason: str) -> bool:
    """Change the status as the event says (§2.1): the one place where it does, with ``_mark``."""
    status = statuses.next_status(identity.status, event, identity.attributes)
    if status is None or status == identity.status:
        return False
    former, identity.status = identity.status, status
    save(actor, identity, reason)
    record(
        "identity.status.changed",
        action="U",
        subjects=(identity.patient_id,),
        object_type="identity",
        object_id=identity.public_id,
        detail={"from": former, "to": status},
    )
    return True


def set_attribute(*, actor: Actor, identity: DomainIdentity, attribute: Attribute, reason: str) -> DomainIdentity:
    """Mark an identity (§2.2). Doubtful or fictitious brings any status back to PROV; hidden is the cell's alone."""
    return _mark(actor, identity, attribute, carried=True, reason=reason)


def clear_attribute(*, actor: Actor, identity: DomainIdentity, attribute: Attribute, reason: str) -> DomainIdentity:
    """Take a mark away; the status does not come back by itself."""
    return _mark(actor, identity, attribute, carried=False, reason=reason)


def _mark(
    actor: Actor, identity: DomainIdentity, attribute: Attribute, *, carried: bool, reason: str
) -> DomainIdentity:
    require_edit(actor, identity)
    if attribute == Attribute.HIDDEN and not actor.identity_cell:
        require(deny(Reason.ROLE_MISSING), code="identity.correct", subjects=(identity.patient_id,))
    if not reason.strip():
        raise DomainError("Dites pourquoi vous changez cet attribut.", field="reason")
    current = locked(identity)
    after = set(current.attributes)
    if attribute in statuses.HOMONYMS:
        after -= statuses.HOMONYMS
    after = after | {attribute.value} if carried else after - {attribute.value}
    if after == current.attributes:
        return current
    lowered = carried and attribute in (Attribute.DOUBTFUL, Attribute.FICTITIOUS)
    status = str(statuses.next_status(current.status, Event.ATTRIBUTE_SET)) if lowered else current.status
    if not statuses.compatible(status, after):
        raise DomainError(
            "Une identité fictive ne porte aucun autre attribut : retirez-les d'abord.", field="attribute"
        )
    former, current.status = current.status, status
    current.homonym = next(iter(after & statuses.HOMONYMS), Homonym.NONE)
    current.doubtful, current.fictitious = Attribute.DOUBTFUL in after, Attribute.FICTITIOUS in after
    current.hidden = Attribute.HIDDEN in after
    save(actor, current, reason)
    record(
        "identity.attribute.set" if carried else "identity.attribute.cleared",
        action="U",
        subjects=(current.patient_id,),
        object_type="identity",
        object_id=current.public_id,
        detail={"attribute": attribute.value, "from": former, "to": status},
    )
    return current
