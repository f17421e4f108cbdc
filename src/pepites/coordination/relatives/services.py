"""Welcoming the person and their carers in the circle, changing what they may do, ending it (P6, §2.1)."""

from collections.abc import Collection

from pepites.access.enums import ConsentMode, GivenBy, Level
from pepites.access.policies import practising, require
from pepites.access.selectors import level_on, same_person
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.coordination.enums import FilKind
from pepites.coordination.models import CircleRelative, Contact
from pepites.coordination.relatives.enums import RelativeRight
from pepites.coordination.services.fil import write_fil
from pepites.identity.services import refuse_frozen
from pepites.networks.acts import act_left

CODE = "coordination.relative.refused"


def welcome_relative(
    *, actor: Actor, patient_id: int, contact: Contact | None, rights: Collection[str], mode: ConsentMode,
    given_by: GivenBy = GivenBy.PERSON,
) -> CircleRelative:  # fmt: skip
    """Give the person (no ``contact``) or one of their contacts some rights, as the person agreed; again changes them.

    Raises ``Refused`` below the full level or when the network withholds the recording of agreements.
    """
    _may(actor, patient_id)
    refuse_frozen(patient_id)
    if contact is not None and (contact.ended_at is not None or not same_person(contact.patient_id, patient_id)):
        raise DomainError("Ce proche n'est plus dans la liste des contacts.", field="who")
    wanted = [right.value for right in RelativeRight if right in rights]
    if not wanted:
        raise DomainError("Cochez au moins un droit.", field="rights")
    standing = CircleRelative.objects.filter(patient_id__same_person=patient_id, contact=contact, ended_at=None).first()
    if standing is None:
        made = CircleRelative.objects.create(
            patient_id=patient_id, contact=contact, rights=wanted, mode=mode, given_by=given_by,
            recorded_by_id=actor.practice_id,
        )  # fmt: skip
        write_fil(actor=actor, patient_id=patient_id, kind=FilKind.CIRCLE, object_id=made.public_id,
                  title=f"{_name(contact)} : entrée dans le cercle")  # fmt: skip
        return _journal("coordination.relative.welcomed", made, "C")
    standing.rights, standing.mode, standing.given_by = wanted, mode, given_by
    standing.save(update_fields=["rights", "mode", "given_by"])
    return _journal("coordination.relative.changed", standing, "U")


def end_relative(*, actor: Actor, relative: CircleRelative, reason: str) -> None:
    """The person goes back on it, or the carer leaves: nothing is open any more."""
    _may(actor, relative.patient_id)
    if not reason.strip():
        raise DomainError("Dites pourquoi ces droits s'arrêtent.", field="reason")
    if relative.ended_at is not None:
        return
    relative.ended_at, relative.end_reason = now(), reason.strip()[:200]
    relative.save(update_fields=["ended_at", "end_reason"])
    write_fil(actor=actor, patient_id=relative.patient_id, kind=FilKind.CIRCLE, object_id=relative.public_id,
              title=f"{_name(relative.contact)} : sortie du cercle")  # fmt: skip
    _journal("coordination.relative.ended", relative, "U")


def _may(actor: Actor, patient_id: int) -> None:
    require(act_left(actor, "consent.record"), code=CODE, subjects=(patient_id,))
    require(practising(actor, level_on(patient_id), Level.FULL), code=CODE, subjects=(patient_id,))


def _name(contact: Contact | None) -> str:
    return f"{contact.given_name} {contact.family_name}".strip() if contact else "La personne elle-même"


def _journal(code: str, relative: CircleRelative, action: str) -> CircleRelative:
    record(code, action=action, subjects=(relative.patient_id,), object_type="relative", object_id=relative.public_id)
    return relative
