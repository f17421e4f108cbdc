"""Writing on RPPS+: a structure's contract and managers, each person's steps, departures. Pépites calls no portal: the
structure's gestionnaire does it there, and tells here (§4)."""

import re
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from pepites.accounts.enrolment.models import LocalEnrolment
from pepites.accounts.models import User
from pepites.accounts.policies import can_administer_platform
from pepites.accounts.rppsplus.checking import compare
from pepites.accounts.rppsplus.enums import NEXT, ROLES, ContractState, Step, role_to_register
from pepites.accounts.rppsplus.models import RppsContract, RppsRegistration, StructureManager
from pepites.accounts.rppsplus.policies import can_manage_structure
from pepites.accounts.services.sessions import end_sessions_of_practice
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.decision import Decision
from pepites.common.errors import Conflict, DomainError, NotFound, Refused
from pepites.common.identifiers import new_uuid
from pepites.directory.models import Organization, PractitionerRole
from pepites.directory.professions import PROFESSIONS

REFUSED = "accounts.administration.refused"
RPPS = re.compile(r"\d{11}\Z")
PHONE = re.compile(r"\+?[\d .-]{6,20}\Z")
_DATES = {
    Step.DECLARED: "declared_on",
    Step.RECEIVED: "received_on",
    Step.ACTIVE: "activated_on",
    Step.CLOSED: "closed_on",
}


@dataclass(frozen=True, slots=True)
class NewRegistration:
    """A person to bring in. ``email`` and ``phone`` receive the codes that activate the e-CPS."""

    family_name: str
    given_name: str
    role_code: str
    email: str = ""
    phone: str = ""
    starts_on: date | None = None
    practice: PractitionerRole | None = None


def name_manager(*, actor: Actor, user: User, organization: Organization) -> StructureManager:
    """Name somebody to look after a structure's people; already named, they stay so."""
    _require(can_administer_platform(actor), organization)
    held = StructureManager.objects.filter(user=user, organization=organization, ends_at__isnull=True).first()
    if held is not None:
        return held
    made = StructureManager.objects.create(user=user, organization=organization, named_by_id=actor.user_id)
    record("accounts.manager.named", action="C", object_type="user", object_id=user.public_id,
           detail={"organization": organization.pk})  # fmt: skip
    return made


def end_manager(*, actor: Actor, user: User, organization: Organization) -> None:
    """Somebody no longer looks after a structure: at once."""
    _require(can_administer_platform(actor), organization)
    rows = StructureManager.objects.filter(user=user, organization=organization, ends_at__isnull=True)
    if not rows.update(ends_at=now()):
        raise NotFound
    record("accounts.manager.ended", action="D", object_type="user", object_id=user.public_id,
           detail={"organization": organization.pk})  # fmt: skip


def set_contract(
    *, actor: Actor, organization: Organization, state: ContractState, signed_on: date | None = None,
    keeper_name: str = "", keeper_contact: str = "", keeper_card: bool = False, note: str = "",
) -> RppsContract:  # fmt: skip
    """Say where the structure's contract stands and who its gestionnaire is."""
    _require(can_manage_structure(actor, organization.pk), organization)
    if state == ContractState.SIGNED and signed_on is None:
        raise DomainError("Donnez la date de signature du contrat.", field="signed_on")
    if signed_on is not None and signed_on > today():
        raise DomainError("Le contrat ne peut pas être signé demain.", field="signed_on")
    made, _ = RppsContract.objects.update_or_create(
        organization=organization,
        defaults={
            "state": state, "signed_on": signed_on if state == ContractState.SIGNED else None,
            "keeper_name": keeper_name.strip()[:120], "keeper_contact": keeper_contact.strip()[:120],
            "keeper_card": keeper_card, "note": note.strip()[:300], "changed_at": now(),
        },
    )  # fmt: skip
    record("accounts.rpps.contract", action="U", object_type="organization", object_id=organization.public_id,
           detail={"state": str(state)})  # fmt: skip
    return made


def add_registration(*, actor: Actor, organization: Organization, person: NewRegistration) -> RppsRegistration:
    """Put a person on the structure's list."""
    _require(can_manage_structure(actor, organization.pk), organization)
    if not person.family_name.strip() or not person.given_name.strip():
        raise DomainError("Donnez le nom et le prénom.", field="family_name")
    if person.role_code not in ROLES:
        raise DomainError("Choisissez un rôle de la liste : c'est lui qui décide des droits.", field="role_code")
    if person.phone and not PHONE.match(person.phone):
        raise DomainError("Écrivez le téléphone en chiffres, par exemple 0694 00 00 00.", field="phone")
    if person.practice is not None and person.practice.organization_id != organization.pk:
        raise NotFound
    made = RppsRegistration.objects.create(
        organization=organization, practice=person.practice, family_name=person.family_name.strip(),
        given_name=person.given_name.strip(), email=person.email, phone=person.phone.strip(),
        role_code=person.role_code, starts_on=person.starts_on, step_on=today(), created_by_id=actor.user_id,
    )  # fmt: skip
    record("accounts.rpps.added", action="C", object_type="rpps", object_id=made.public_id)
    return made


def open_from_enrolment(*, actor: Actor, enrolment: LocalEnrolment) -> bool:
    """The line of somebody to whom the actor has just opened a local account, when their role is one of RPPS+; True
    when there is one now. The same account twice makes one line, and a line that waits under their name is theirs."""
    role = role_to_register(PROFESSIONS[enrolment.role_code])
    if not role:
        return False
    public_id = new_uuid()
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_rpps_from_enrolment(%s, %s, %s, %s)", [enrolment.pk, public_id, role, today()])
        opened = bool(cursor.fetchone()[0])
    if opened:
        record("accounts.rpps.added", action="C", object_type="rpps", object_id=public_id)
    del actor
    return True


def advance(
    *, actor: Actor, registration: RppsRegistration, step: Step, on: date | None = None, rpps: str = ""
) -> RppsRegistration:
    """Go to the next step. A number received is compared with the directory at once; raises ``Conflict`` when somebody
    else has already gone on."""
    _require(can_manage_structure(actor, registration.organization_id), registration.organization)
    day = on or today()
    current = RppsRegistration.objects.select_for_update().get(pk=registration.pk)
    if NEXT.get(Step(current.step)) != step:
        raise Conflict("Quelqu'un a déjà fait avancer ce suivi. Rechargez la page.")
    if day > today() or day < current.step_on:
        raise DomainError("La date va de l'étape précédente à aujourd'hui.", field="on")
    if step == Step.RECEIVED:
        _give_number(current, rpps)
    current.step, current.step_on = step, day
    setattr(current, _DATES[step], day)
    try:
        with transaction.atomic():
            current.save()
    except IntegrityError:
        raise DomainError("Ce numéro est déjà celui d'une autre personne de la structure.", field="rpps") from None
    record(
        "accounts.rpps.step", action="U", object_type="rpps", object_id=current.public_id, detail={"step": str(step)}
    )
    return current


def _give_number(registration: RppsRegistration, rpps: str) -> None:
    plain = rpps.replace(" ", "")
    if not RPPS.match(plain):
        raise DomainError("Un numéro RPPS compte onze chiffres.", field="rpps")
    registration.rpps = plain
    registration.check_result, registration.checked_at = compare(registration), now()


def check_number(*, actor: Actor, registration: RppsRegistration) -> RppsRegistration:
    """Compare the number with the directory again: the copy here may be younger than the number."""
    _require(can_manage_structure(actor, registration.organization_id), registration.organization)
    if not registration.rpps:
        raise DomainError("Aucun numéro n'a encore été reçu.", field="rpps")
    registration.check_result, registration.checked_at = compare(registration), now()
    registration.save(update_fields=["check_result", "checked_at"])
    return registration


def person_leaves(*, actor: Actor, registration: RppsRegistration, on: date | None = None) -> RppsRegistration:
    """The person leaves: their place of practice closes at once with its roles and sessions; the situation of the
    portal stays to be closed (§4: the employer must)."""
    _require(can_manage_structure(actor, registration.organization_id), registration.organization)
    current = RppsRegistration.objects.select_for_update().get(pk=registration.pk)
    if current.step in {Step.TO_CLOSE, Step.CLOSED}:
        raise Conflict("Le départ est déjà enregistré.")
    day = on or today()
    if day > today():
        raise DomainError("Enregistrez le départ le jour venu : les droits tombent aussitôt.", field="on")
    if current.practice_id is not None:
        _end_practice(current.practice_id)
    # Nobody was ever declared: nothing stands open at the portal.
    never = current.step == Step.TO_REGISTER
    current.step, current.left_on, current.step_on = (Step.CLOSED if never else Step.TO_CLOSE), day, today()
    current.closed_on = day if never else None
    current.save()
    record("accounts.rpps.left", action="U", object_type="rpps", object_id=current.public_id)
    return current


def _end_practice(practice_id: int) -> None:
    """The database checks who manages the structure, and closes the place of practice with its roles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_end_practice(%s)", [practice_id])
    record("directory.practice.ended", action="U", object_type="practice", object_id=practice_id)
    end_sessions_of_practice(practice_id=practice_id)


def find_registration(public_id: UUID) -> RppsRegistration:
    """A registration, whoever's; rights are for the caller."""
    found = RppsRegistration.objects.select_related("organization").filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def _require(decision: Decision, organization: Organization) -> None:
    if not decision:
        raise Refused(decision, code=REFUSED, object_type="organization", object_id=str(organization.public_id))
