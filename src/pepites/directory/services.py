"""Writing in the directory: structures, professionals, places of practice."""

import re

from django.db import IntegrityError, transaction

from pepites.audit.unit import record
from pepites.common.actor import Actor, ActorKind
from pepites.common.clock import now
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.common.text import sort_key
from pepites.directory.enums import Category, OrganizationKind
from pepites.directory.models import Organization, PractitionerRole, Professional

RPPS = re.compile(r"^\d{11}$")
FINESS = re.compile(r"^\d[\dAB]\d{7}$")
ADMIN = "ADMIN"  # profession code of an account that only administers


def create_organization(
    *,
    actor: Actor,
    name: str,
    kind: OrganizationKind,
    finess: str | None = None,
    finess_legal: str | None = None,
    commune_cog: str = "",
) -> Organization:
    """Add a structure; one FINESS number names one structure."""
    _require_administrator(actor)
    if not name.strip():
        raise DomainError("Donnez le nom de la structure.", field="name")
    for number in filter(None, (finess, finess_legal)):
        if not FINESS.match(number):
            raise DomainError("Un numéro FINESS compte neuf caractères.", field="finess")
    if finess and Organization.objects.filter(finess=finess).exists():
        raise DomainError("Une structure porte déjà ce numéro FINESS.", field="finess")
    organization = Organization.objects.create(
        name=name.strip(), sort_key=sort_key(name), kind=kind, finess=finess or None, finess_legal=finess_legal or None,
        commune_cog=commune_cog,
    )  # fmt: skip
    record("directory.organization.created", action="C", object_type="organization", object_id=organization.public_id)
    return organization


def create_professional(
    *,
    actor: Actor,
    family_name: str,
    given_name: str,
    profession_code: str,
    profession_label: str,
    category: Category,
    rpps: str | None = None,
    sponsor_id: int | None = None,
    civility: str = "",
) -> Professional:
    """Add a professional: a RPPS number, or a sponsor who answers for the person (annuaire §6.3)."""
    _require_administrator(actor)
    if rpps and not RPPS.match(rpps):
        raise DomainError("Un numéro RPPS compte onze chiffres.", field="rpps")
    if rpps and Professional.objects.filter(rpps=rpps).exists():
        raise DomainError("Ce numéro RPPS est déjà dans l'annuaire.", field="rpps")
    if not rpps and sponsor_id is None and profession_code != ADMIN:
        raise DomainError("Sans numéro RPPS, il faut un parrain dans la structure.", field="rpps")
    if not family_name.strip() or not given_name.strip():
        raise DomainError("Donnez le nom et le prénom.", field="family_name")
    professional = Professional.objects.create(
        rpps=rpps or None, sponsor_id=sponsor_id, family_name=family_name.strip(), given_name=given_name.strip(),
        civility=civility, sort_key=sort_key(f"{family_name} {given_name}"), profession_code=profession_code,
        profession_label=profession_label, category=category,
    )  # fmt: skip
    record("directory.professional.created", action="C", object_type="professional", object_id=professional.public_id)
    return professional


def create_practice(
    *,
    actor: Actor,
    professional_id: int,
    organization_id: int,
    role_code: str,
    role_label: str,
    identity_cell: bool = False,
) -> PractitionerRole:
    """Add a place of practice; the one already open with the same role is returned as it is.

    The identity cell and the data protection officer are named by the platform's administrators only.
    """
    _require_administrator(actor)
    if (identity_cell or role_code == "dpo") and not (actor.platform_admin or _trusted(actor)):
        raise Refused(deny(Reason.ROLE_MISSING), code="directory.refused")
    try:
        with transaction.atomic():
            practice = PractitionerRole.objects.create(
                professional_id=professional_id, organization_id=organization_id, role_code=role_code,
                role_label=role_label, identity_cell=identity_cell,
            )  # fmt: skip
    except IntegrityError:
        return PractitionerRole.objects.get(
            professional_id=professional_id, organization_id=organization_id, role_code=role_code, ends_at__isnull=True
        )
    record("directory.practice.created", action="C", object_type="practice", object_id=practice.public_id)
    return practice


def end_practice(*, actor: Actor, practice: PractitionerRole) -> None:
    """Close a place of practice: its holder is out of it at the next request."""
    _require_administrator(actor)
    practice.ends_at = now()
    practice.save(update_fields=["ends_at"])
    record("directory.practice.ended", action="U", object_type="practice", object_id=practice.public_id)


def _trusted(actor: Actor) -> bool:
    return actor.ref.kind in (ActorKind.SYSTEM, ActorKind.JOB)


def _require_administrator(actor: Actor) -> None:
    if not (_trusted(actor) or actor.platform_admin or actor.administered):
        raise Refused(deny(Reason.ROLE_MISSING), code="directory.refused")
