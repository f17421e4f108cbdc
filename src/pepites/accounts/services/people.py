"""Bringing a professional in: directory entry, place of practice, network role, account, one-time link."""

from dataclasses import dataclass

from pepites.accounts.enrolment.enums import Suspension
from pepites.accounts.models import User
from pepites.accounts.policies import can_administer_account
from pepites.accounts.selectors import local_accounts_alone
from pepites.accounts.services.invitations import create_invitation
from pepites.accounts.services.sessions import end_all_sessions
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import DomainError, Refused
from pepites.directory.models import Professional
from pepites.directory.professions import Profession
from pepites.directory.selectors import professional_by_rpps
from pepites.directory.services import create_practice, create_professional
from pepites.networks.enums import MemberRole
from pepites.networks.selectors import networks_of_professional
from pepites.networks.services import add_membership

TWO_PEOPLE = "Sans numéro RPPS, demandez un compte local : deux personnes l'ouvrent, pour un temps."


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """Who is to come in. Without ``rpps`` the inviting professional is the sponsor and answers for the identity."""

    family_name: str
    given_name: str
    profession: Profession
    organization_id: int
    login: str
    rpps: str = ""
    email: str = ""


def invite_professional(*, actor: Actor, network_id: int, person: InvitedPerson, role: MemberRole) -> str:
    """Path of the one-time link of a new professional, member of the network with ``role``; empty when the person has
    already signed in by Pro Santé Connect, and so needs none: the account that waited gets these rights.

    A professional already in the directory under the same RPPS number is taken as it is. Raises ``DomainError`` when
    the person has an account, or a role in a network that the actor does not administer; ``Refused`` when that is so of
    ``network_id``.
    """
    if not person.rpps and not local_accounts_alone():
        raise DomainError(TWO_PEOPLE, field="rpps")
    professional = _professional(actor, person)
    if User.objects.filter(professional=professional).exists():
        raise DomainError("Cette personne a déjà un compte : ajoutez-la au réseau par la recherche.", field="rpps")
    if not actor.platform_admin and networks_of_professional(professional.pk) - actor.administered:
        # Whoever holds the link works in every place of practice of that person.
        raise DomainError("Cette personne travaille dans un autre réseau : à lui, ou à la plateforme, de l'inviter.")
    practice = create_practice(
        actor=actor,
        professional_id=professional.pk,
        organization_id=person.organization_id,
        role_code=person.profession.role_code,
        role_label=person.profession.label,
    )
    add_membership(actor=actor, network_id=network_id, practice_id=practice.pk, role=role)
    if _awaited_account(professional) or not (person.rpps == "" or local_accounts_alone()):
        return ""  # by Pro Santé Connect, whose first sign-in opens the account
    if User.objects.filter(login=person.login.strip().lower()).exists():
        raise DomainError("Cet identifiant existe déjà. Choisissez-en un autre.", field="login")
    return create_invitation(
        login=person.login, actor=actor, professional_id=professional.pk, network_id=network_id, email=person.email
    )


def _awaited_account(professional: Professional) -> bool:
    """Give the professional to the account that waits under their number, if one does."""
    waiting = User.objects.filter(
        national_id=f"8{professional.rpps}", professional__isnull=True, is_active=True, platform_admin=False
    ).first() if professional.rpps else None  # fmt: skip
    if waiting is None:
        return False
    waiting.professional = professional
    waiting.save(update_fields=["professional"])
    record("accounts.account.attached", action="U", object_type="user", object_id=waiting.public_id)
    return True


def _professional(actor: Actor, person: InvitedPerson) -> Professional:
    if person.rpps:
        known = professional_by_rpps(person.rpps)
        if known is not None:
            return known
    return create_professional(
        actor=actor,
        family_name=person.family_name,
        given_name=person.given_name,
        profession_code=person.profession.code,
        profession_label=person.profession.label,
        category=person.profession.category,
        rpps=person.rpps or None,
        sponsor_id=None if person.rpps else actor.professional_id,
    )


def set_active(*, actor: Actor, user: User, active: bool) -> None:
    """Open or close an account; a closed one is out at its next request, on every device."""
    decision = can_administer_account(actor, user)
    if not decision:
        raise Refused(
            decision, code="accounts.administration.refused", object_type="user", object_id=str(user.public_id)
        )
    if user.pk == actor.user_id:
        raise DomainError("Vous ne pouvez pas désactiver votre propre compte.")
    if active and user.suspension == Suspension.OVER:
        raise DomainError("Le temps accordé à ce compte local est passé : prolongez-le depuis « Comptes locaux ».")
    user.is_active, user.suspension = active, Suspension.NONE
    if active:
        user.last_login = now()  # the ninety days start anew
    user.save(update_fields=["is_active", "suspension", "last_login"])
    if not active:
        end_all_sessions(actor=actor, user=user)
    record(
        "accounts.account.activity",
        action="U",
        object_type="user",
        object_id=user.public_id,
        detail={"active": active},
    )
