"""Consent and opposition of the person, with what they open and close in the circle (coordination §2.4-1, 2.4-2)."""

from pepites.access import services as access
from pepites.access.enums import ConsentMode, GivenBy, Regime
from pepites.access.models import ConsentRecord, Opposition
from pepites.access.policies import require
from pepites.access.selectors import standing_level_on
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError
from pepites.common.events import publish
from pepites.coordination import policies
from pepites.coordination.enums import OPEN_MEMBER, OPEN_TASK, FilKind, MemberStatus, TaskKind
from pepites.coordination.events import SharingWithdrawn
from pepites.coordination.models import CareTeamMember, Task
from pepites.coordination.services.circle import join_discussion
from pepites.coordination.services.fil import write_fil
from pepites.coordination.services.tasks import complete_task
from pepites.identity.services import refuse_frozen

CODE = "coordination.consent.refused"


def collect_consent(
    *,
    actor: Actor,
    patient_id: int,
    mode: ConsentMode,
    given_by: GivenBy = GivenBy.PERSON,
    network_id: int | None = None,
    proof: str = "",
    text_version: str = "",
) -> ConsentRecord:
    """Record the person's consent; members who waited for it enter the circle, the task that asked for it is done."""
    _may(actor, patient_id)
    refuse_frozen(patient_id)
    consent = access.record_consent(
        actor=actor, patient_id=patient_id, mode=mode, given_by=given_by, network_id=network_id,
        proof=proof.strip()[:200], text_version=text_version,
    )  # fmt: skip
    waiting = CareTeamMember.objects.filter(patient_id__same_person=patient_id, status=MemberStatus.WAITING_CONSENT)
    for member in waiting:
        member.status = MemberStatus.ACTIVE
        member.save(update_fields=["status"])
        record("coordination.member.activated", action="U", subjects=(patient_id,), object_id=member.public_id)
        join_discussion(actor, member)
    tasks = Task.objects.filter(patient_id__same_person=patient_id, kind=TaskKind.CONSENT, state__in=OPEN_TASK)
    for task in tasks:
        complete_task(actor=actor, task=task)
    _fil(actor, patient_id, f"Consentement recueilli ({mode.label.lower()})")
    return consent


def revoke_consent(*, actor: Actor, consent: ConsentRecord, reason: str) -> None:
    """Withdraw a consent: members outside the care team wait again, unless another one stands."""
    _may(actor, consent.patient_id)
    if not reason.strip():
        raise DomainError("Dites pourquoi le consentement est retiré.", field="reason")
    standing = ConsentRecord.objects.filter(patient_id__same_person=consent.patient_id, withdrawn_at=None).exclude(
        pk=consent.pk
    )
    outside = CareTeamMember.objects.filter(
        patient_id__same_person=consent.patient_id, status=MemberStatus.ACTIVE, regime=Regime.OUTSIDE_TEAM
    )
    for member in () if standing.exists() else outside:
        member.status = MemberStatus.WAITING_CONSENT
        member.save(update_fields=["status"])
        record("coordination.member.paused", action="U", subjects=(consent.patient_id,), object_id=member.public_id)
    _fil(actor, consent.patient_id, "Consentement retiré")
    if not standing.exists():
        publish(SharingWithdrawn(patient_id=consent.patient_id))
    # Last: it may close the file to whoever withdraws it for the person.
    access.withdraw_consent(actor=actor, consent=consent, reason=reason.strip())


def oppose(
    *, actor: Actor, patient_id: int, practice_id: int | None = None, network_id: int | None = None, proof: str = ""
) -> Opposition:
    """Record the person's opposition to one practice, to one network, or to any sharing; what it aims at closes.

    Everything is written before the opposition itself: it may close the file to whoever records it.
    """
    _may(actor, patient_id)
    _fil(actor, patient_id, "Opposition enregistrée")
    members = CareTeamMember.objects.filter(patient_id__same_person=patient_id, status__in=OPEN_MEMBER)
    if practice_id is not None:
        members = members.filter(practice_id=practice_id)
    elif network_id is not None:
        members = members.none()
    else:  # the structure that writes it down goes on caring for the person
        members = members.exclude(practice__organization_id=actor.ref.organization_id or 0)
    for member in members:
        member.status, member.ends_at, member.attending = MemberStatus.ENDED, now(), False
        member.end_reason = "Opposition de la personne"
        member.save(update_fields=["status", "ends_at", "attending", "end_reason"])
        record("coordination.member.removed", action="U", subjects=(patient_id,), object_id=member.public_id)
    return access.record_opposition(
        actor=actor, patient_id=patient_id, practice_id=practice_id, network_id=network_id, proof=proof.strip()[:200]
    )


def lift_opposition(*, actor: Actor, opposition: Opposition, reason: str) -> None:
    """The person goes back on an opposition, and says so: members it took out are invited anew."""
    _may(actor, opposition.patient_id)
    if not reason.strip():
        raise DomainError("Dites comment la personne est revenue sur son opposition.", field="reason")
    access.lift_opposition(actor=actor, opposition=opposition, reason=reason.strip())
    _fil(actor, opposition.patient_id, "Opposition levée")


def _may(actor: Actor, patient_id: int) -> None:
    require(policies.can_record_consent(actor, standing_level_on(patient_id)), code=CODE, subjects=(patient_id,))


def _fil(actor: Actor, patient_id: int, title: str) -> None:
    write_fil(actor=actor, patient_id=patient_id, kind=FilKind.CONSENT, title=title)
