"""Inviting, accepting, declining, leaving: the circle of care (CDS §3.2; coordination §2.4-5)."""

from django.db import IntegrityError, transaction

from pepites.access.enums import Basis, Level, Regime
from pepites.access.models import AccessGrant, Opposition
from pepites.access.policies import regime_between, require
from pepites.access.selectors import standing_level_on
from pepites.access.services import accept_access, end_access, offer_access
from pepites.audit.unit import record
from pepites.common.actor import Actor, ProfessionCategory
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.common.events import publish
from pepites.coordination import policies
from pepites.coordination.enums import OPEN_MEMBER, FilKind, MemberRole, MemberStatus, PathwayStatus
from pepites.coordination.events import MemberChanged
from pepites.coordination.measures.selectors import charged_with_person
from pepites.coordination.models import CareTeamMember, Pathway
from pepites.coordination.services.fil import write_fil
from pepites.directory.models import PractitionerRole
from pepites.identity.services import refuse_frozen
from pepites.messaging.models import Conversation
from pepites.messaging.selectors import circle_visible_to
from pepites.messaging.services import add_participant, ensure_circle_conversation
from pepites.networks.acts import act_left

CODE = "coordination.member.refused"
OF_PROPERTY = (
    "Ce mandataire n'est pas chargé de la personne, d'après les mesures notées dans « Accords » :"
    " il ne peut voir que la coordination et le social."
)
_ONE_ATTENDING = "Le cercle a déjà un médecin traitant. Retirez d'abord cette mention au précédent."


def invite_member(
    *,
    actor: Actor,
    patient_id: int,
    practice_id: int,
    role: MemberRole | str,
    level: int,
    regime: Regime | None = None,
    message: str = "",
    attending: bool = False,
) -> CareTeamMember:
    """Invite a place of practice into the circle of a person.

    The regime comes from the structures and categories (L.1110-4) unless given. Outside the care team, the member waits
    for the person's consent whatever their answer. Inviting one's own practice makes it a member at once.
    Raises ``Refused`` (level, category, opposition) and ``DomainError`` (already there, second médecin traitant).
    """
    practice = PractitionerRole.objects.select_related("professional", "organization").get(pk=practice_id)
    held = standing_level_on(patient_id)
    category = ProfessionCategory(practice.professional.category)
    decision = policies.can_invite(actor, held, invitee=category, opposed=_opposed(patient_id, practice_id))
    require(decision, code=CODE, subjects=(patient_id,), object_type="practice", object_id=practice_id)
    refuse_frozen(patient_id)
    if level not in (Level.SOCIAL, Level.FULL):
        raise DomainError("Choisissez ce que la personne invitée pourra voir.", field="level")
    if role == MemberRole.PROTECTION and level == Level.FULL and not charged_with_person(patient_id, practice_id):
        raise DomainError(OF_PROPERTY, field="level")
    if regime is None:
        same = practice.organization_id == actor.ref.organization_id
        regime = regime_between(same_organization=same, sender=actor.category, recipient=category)
    _refuse_double(patient_id, practice, attending)
    offer_access(actor=actor, patient_id=patient_id, practice_id=practice_id, level=level, regime=regime)
    try:
        with transaction.atomic():
            member = CareTeamMember.objects.create(
                patient_id=patient_id, practice=practice, role=role, level=level, regime=regime, attending=attending,
                message=message.strip()[:500], invited_by_id=actor.practice_id, invited_at=now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise Conflict("Cette personne vient d'être invitée dans le cercle. Rechargez la page.") from error
    name = practice.professional.display_name
    _tell(actor, member, "coordination.member.invited", f"{name} est invité dans le cercle", "C")
    _open_discussion(actor, patient_id)
    if practice_id == actor.practice_id:
        return accept_invitation(actor=actor, member=member)
    return member


def accept_invitation(*, actor: Actor, member: CareTeamMember) -> CareTeamMember:
    """Answer yes: the level offered opens, or waits for the person's consent outside the care team."""
    decision = policies.can_answer(actor, member.practice_id, member.status)
    require(decision, code=CODE, subjects=(member.patient_id,), object_type="member", object_id=member.public_id)
    accept_access(actor=actor, patient_id=member.patient_id)
    if not AccessGrant.objects.filter(
        patient_id=member.patient_id, practice_id=member.practice_id, basis=Basis.CIRCLE, ends_at=None
    ).exists():
        raise Conflict("Cette invitation n'est plus valable : demandez à être invité de nouveau.")
    opened = AccessGrant.objects.filter(
        patient_id=member.patient_id,
        practice_id=member.practice_id,
        basis=Basis.CIRCLE,
        ends_at=None,
        level__gt=Level.IDENTITY,
    ).exists()
    status = MemberStatus.ACTIVE if opened else MemberStatus.WAITING_CONSENT
    _move(member, (MemberStatus.INVITED,), status=status, answered_at=now())
    title = f"{actor.professional_name} {'entre dans le cercle' if opened else 'accepte, le consentement manque'}"
    _tell(actor, member, "coordination.member.accepted", title)
    if opened:
        join_discussion(actor, member)
    return member


def decline_invitation(*, actor: Actor, member: CareTeamMember, reason: str = "") -> CareTeamMember:
    """Answer no: nothing stays open."""
    decision = policies.can_answer(actor, member.practice_id, member.status)
    require(decision, code=CODE, subjects=(member.patient_id,), object_type="member", object_id=member.public_id)
    _move(member, (MemberStatus.INVITED,), status=MemberStatus.DECLINED, answered_at=now(), end_reason=reason[:200])
    _tell(actor, member, "coordination.member.declined", f"{actor.professional_name} refuse l'invitation")
    end_access(actor=actor, patient_id=member.patient_id, practice_id=member.practice_id)
    return member


def remove_member(*, actor: Actor, member: CareTeamMember, reason: str = "") -> CareTeamMember:
    """End a member's stay: access and discussion close at once, those of who created the file too; what they wrote
    stays. The last person to follow a file does not leave it: nobody could open it any more."""
    decision = policies.can_remove_member(actor, member.practice_id, standing_level_on(member.patient_id))
    require(decision, code=CODE, subjects=(member.patient_id,), object_type="member", object_id=member.public_id)
    own = member.practice_id == actor.practice_id
    if own and member.status == MemberStatus.ACTIVE and not _followed_without(member):
        raise DomainError("Vous êtes la dernière personne à suivre ce dossier : invitez quelqu'un avant de partir.")
    name = member.practice.professional.display_name
    _tell(actor, member, "coordination.member.removed", f"{name} quitte le cercle")
    _move(member, OPEN_MEMBER, status=MemberStatus.ENDED, ends_at=now(), end_reason=reason[:200], attending=False)
    for basis in (Basis.CREATION, Basis.CIRCLE):
        end_access(actor=actor, patient_id=member.patient_id, practice_id=member.practice_id, basis=basis)
    return member


def _followed_without(member: CareTeamMember) -> bool:
    """Whether somebody else reads the whole file: a member, or the coordination of a network. Two who leave at the
    same time wait for one another."""
    others = CareTeamMember.objects.select_for_update().filter(
        patient_id=member.patient_id, status=MemberStatus.ACTIVE, level=Level.FULL
    )
    if any(one.pk != member.pk for one in others.order_by("pk")):
        return True
    return Pathway.objects.filter(patient_id=member.patient_id).exclude(status=PathwayStatus.CLOSED).exists()


def set_attending(*, actor: Actor, member: CareTeamMember, attending: bool) -> CareTeamMember:
    """Mark a member as the médecin traitant, one at most in the circle."""
    decision = policies.can_invite(
        actor, standing_level_on(member.patient_id), invitee=ProfessionCategory.HEALTH, opposed=False
    )
    require(decision, code=CODE, subjects=(member.patient_id,), object_type="member", object_id=member.public_id)
    if attending:
        _refuse_double(member.patient_id, None, attending=True, but=member.pk)
    try:
        with transaction.atomic():
            _move(member, OPEN_MEMBER, attending=attending)
    except IntegrityError:  # marked on another member at the same time
        raise DomainError(_ONE_ATTENDING, field="attending") from None
    _tell(actor, member, "coordination.member.changed", "Médecin traitant mis à jour")
    return member


def join_discussion(actor: Actor, member: CareTeamMember) -> None:
    """Bring an active member into the discussion of the circle, which they read from now on.

    Leaving needs no twin: messaging closes the discussions of whoever loses every right on the person.
    """
    conversation = _open_discussion(actor, member.patient_id)
    if conversation is not None and member.practice_id != actor.practice_id:
        add_participant(actor=actor, conversation=conversation, practice_id=member.practice_id)


def _open_discussion(actor: Actor, patient_id: int) -> Conversation | None:
    """The circle's discussion; none when a network withholds opening one and none is open: the next member opens it."""
    if not act_left(actor, "talk.open"):
        return circle_visible_to(actor, patient_id)
    return ensure_circle_conversation(actor=actor, patient_id=patient_id)


def _opposed(patient_id: int, practice_id: int) -> bool:
    rows = Opposition.objects.filter(patient_id__same_person=patient_id, lifted_at=None)
    return any(row.practice_id == practice_id or (not row.practice_id and not row.network_id) for row in rows)


def _refuse_double(patient_id: int, practice: PractitionerRole | None, attending: bool, but: int = 0) -> None:
    members = CareTeamMember.objects.filter(patient_id__same_person=patient_id, status__in=OPEN_MEMBER).exclude(pk=but)
    if practice is not None and members.filter(practice=practice).exists():
        name = practice.professional.display_name
        raise DomainError(f"{name} est déjà dans le cercle, ou y est déjà invité.", field="practice")
    if attending and members.filter(attending=True).exists():
        raise DomainError(_ONE_ATTENDING, field="attending")


def _move(member: CareTeamMember, expected: tuple[str, ...], **values: object) -> None:
    if not CareTeamMember.objects.filter(pk=member.pk, status__in=expected).update(**values):
        raise Conflict("Cette invitation a changé entre-temps. Rechargez la page.")
    for name, value in values.items():
        setattr(member, name, value)


def _tell(actor: Actor, member: CareTeamMember, code: str, title: str, action: str = "U") -> None:
    record(
        code,
        action=action,
        subjects=(member.patient_id,),
        object_type="member",
        object_id=member.public_id,
        basis=member.regime,
    )
    write_fil(
        actor=actor,
        patient_id=member.patient_id,
        kind=FilKind.CIRCLE,
        title=title,
        object_id=member.public_id,
    )
    publish(MemberChanged(patient_id=member.patient_id, practice_id=member.practice_id, status=member.status))
