"""Opening a local account: one administrator saw the person and asks, another approves; ninety days, then renewed."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pepites.accounts.enrolment.enums import LONGEST, Document, Motive, Suspension
from pepites.accounts.enrolment.models import LocalEnrolment
from pepites.accounts.models import User
from pepites.accounts.rppsplus.services import open_from_enrolment
from pepites.accounts.services.invitations import create_invitation
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.directory.professions import PROFESSIONS
from pepites.directory.services import create_practice, create_professional
from pepites.networks.enums import MemberRole
from pepites.networks.models import Network
from pepites.networks.policies import can_administer_network
from pepites.networks.services import add_membership

REFUSED = "accounts.administration.refused"
_LAST4 = re.compile(r"[0-9A-Z]{4}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """The person seen, and the account asked for. ``document_last4``: the last four characters; no copy is kept."""

    family_name: str
    given_name: str
    role_code: str
    organization_id: int
    login: str
    motive: Motive
    document_kind: Document
    document_last4: str
    seen_on: date
    ends_on: date
    email: str = ""
    member_role: MemberRole = MemberRole.MEMBER


def request_enrolment(*, actor: Actor, network: Network, asked: Asked) -> LocalEnrolment:
    """Ask for a local account; nothing is open until another administrator approves."""
    _require(actor, network.pk)
    if actor.professional_id is None:
        raise DomainError("Seul un professionnel de l'annuaire peut être parrain : demandez à un collègue.")
    last4 = asked.document_last4.strip().upper()
    if not _LAST4.match(last4):
        raise DomainError("Écrivez les quatre derniers caractères du numéro de la pièce.", field="document_last4")
    if asked.seen_on > today():
        raise DomainError("La pièce se voit en face à face, avant la demande.", field="seen_on")
    _check_end(asked.ends_on)
    login = asked.login.strip().lower()
    taken = LocalEnrolment.objects.filter(login=login, approved_at__isnull=True, refused_at__isnull=True)
    if User.objects.filter(login=login).exists() or taken.exists():
        raise DomainError("Cet identifiant existe déjà, ou attend déjà une réponse.", field="login")
    made = LocalEnrolment.objects.create(
        network=network, organization_id=asked.organization_id, family_name=asked.family_name.strip(),
        given_name=asked.given_name.strip(), role_code=asked.role_code, member_role=asked.member_role, login=login,
        email=asked.email, motive=asked.motive, document_kind=asked.document_kind, document_last4=last4,
        seen_on=asked.seen_on, ends_on=asked.ends_on, requested_by_id=actor.user_id or 0,
    )  # fmt: skip
    record("accounts.enrolment.requested", action="C", object_type="enrolment", object_id=made.public_id,
           detail={"motive": str(asked.motive)})  # fmt: skip
    return made


def approve_enrolment(*, actor: Actor, public_id: UUID) -> str:
    """Open the account, as another administrator than who asked; the path of its one-time link. Who asked answers for
    the person: they are the sponsor."""
    one = _open(actor, public_id)
    if one.requested_by_id == actor.user_id:
        raise DomainError("Un autre administrateur que vous doit approuver cette demande.")
    _check_end(one.ends_on)
    profession = PROFESSIONS[one.role_code]
    professional = create_professional(
        actor=actor, family_name=one.family_name, given_name=one.given_name, profession_code=profession.code,
        profession_label=profession.label, category=profession.category, sponsor_id=one.requested_by.professional_id,
    )  # fmt: skip
    practice = create_practice(
        actor=actor, professional_id=professional.pk, organization_id=one.organization_id,
        role_code=profession.role_code, role_label=profession.label,
    )  # fmt: skip
    add_membership(actor=actor, network_id=one.network_id, practice_id=practice.pk, role=MemberRole(one.member_role))
    link = create_invitation(
        login=one.login, actor=actor, professional_id=professional.pk, network_id=one.network_id, email=one.email
    )
    changed = LocalEnrolment.objects.filter(pk=one.pk, approved_at__isnull=True, refused_at__isnull=True).update(
        approved_by_id=actor.user_id, approved_at=now(), user=User.objects.get(login=one.login)
    )
    if not changed:
        raise Conflict("Cette demande a déjà reçu une réponse.")
    record("accounts.enrolment.approved", action="U", object_type="enrolment", object_id=one.public_id)
    open_from_enrolment(actor=actor, enrolment=one)
    return link


def refuse_enrolment(*, actor: Actor, public_id: UUID) -> None:
    """Refuse a request, or take one's own back."""
    one = _open(actor, public_id)
    LocalEnrolment.objects.filter(pk=one.pk, approved_at__isnull=True).update(
        refused_by_id=actor.user_id, refused_at=now()
    )
    record("accounts.enrolment.refused", action="U", object_type="enrolment", object_id=one.public_id)


def renew_enrolment(*, actor: Actor, public_id: UUID, ends_on: date) -> LocalEnrolment:
    """Give more time, ninety days at most from today; an account suspended for its end opens again."""
    one = LocalEnrolment.objects.select_related("user").filter(public_id=public_id, approved_at__isnull=False).first()
    if one is None or one.user is None:
        raise NotFound
    _require(actor, one.network_id)
    if one.user_id == actor.user_id:
        raise DomainError("Un autre administrateur doit renouveler votre compte.")
    _check_end(ends_on)
    LocalEnrolment.objects.filter(pk=one.pk).update(ends_on=ends_on)
    if one.user.suspension == Suspension.OVER:
        one.user.is_active, one.user.suspension = True, Suspension.NONE
        one.user.save(update_fields=["is_active", "suspension"])
    record("accounts.enrolment.renewed", action="U", object_type="enrolment", object_id=one.public_id,
           detail={"until": ends_on.isoformat()})  # fmt: skip
    return one


def _open(actor: Actor, public_id: UUID) -> LocalEnrolment:
    one = (
        LocalEnrolment.objects.select_related("requested_by")
        .filter(public_id=public_id, approved_at__isnull=True, refused_at__isnull=True)
        .first()
    )
    if one is None:
        raise NotFound
    _require(actor, one.network_id)
    return one


def _check_end(ends_on: date) -> None:
    if not today() < ends_on <= today() + LONGEST:
        raise DomainError("La fin va de demain à quatre-vingt-dix jours.", field="ends_on")


def _require(actor: Actor, network_id: int) -> None:
    decision = can_administer_network(actor, network_id)
    if not decision or not actor.strong:
        raise Refused(decision, code=REFUSED, object_type="network", object_id=str(network_id))
