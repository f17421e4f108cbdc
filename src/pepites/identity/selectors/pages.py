"""What the identity page shows: traits, proofs, other names, history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps

from pepites.access.selectors import level_on, patient_for
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.identity import policies
from pepites.identity.enums import Homonym, Strength
from pepites.identity.functions import TRACE_MINUTES
from pepites.identity.models import Alias, Device, DocumentCheck, DomainIdentity, Phone, SearchTrace
from pepites.identity.selectors.compare import Compared
from pepites.identity.selectors.labels import sex_label, status_label
from pepites.patients.enums import IdentityStatus
from pepites.terminology.selectors import place_label

HISTORY_SHOWN = 50
_FIELDS = {
    "birth_name": "Nom de naissance",
    "first_given_name": "Premier prénom",
    "given_names": "Prénoms",
    "birth_date": "Date de naissance",
    "birth_date_interpreted": "Date interprétée",
    "sex": "Sexe",
    "birth_place_cog": "Lieu de naissance",
    "used_name": "Nom utilisé",
    "used_given_name": "Prénom utilisé",
    "mother_name": "Nom de la mère",
    "commune_cog": "Commune",
    "address": "Adresse",
    "status": "Statut",
    "homonym": "Homonyme",
    "doubtful": "Douteuse",
    "fictitious": "Fictive",
    "hidden": "Cachée",
    "registration_pending": "Immatriculation en cours",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one version: former and new value, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the history."""

    when: str
    who: str
    reason: str
    changes: list[Change]


@dataclass(frozen=True, slots=True)
class Check:
    """One document seen."""

    public_id: UUID
    label: str
    companion: str
    accepted: bool
    refusal: str
    day: str
    operator: str
    organization: str
    revoked: str


def identity_for(actor: Actor, public_id: UUID, *, level: int = 1) -> DomainIdentity:
    """The active identity of a page's person; the same refusal as ``patient_for`` for whoever may not know the person.

    The identity cell reaches every identity, and nothing else of the file.
    """
    found = DomainIdentity.objects.filter(patient_public_id=public_id, active=True, domain="PEPITES").first()
    if found is not None and actor.identity_cell:
        return found
    patient = patient_for(actor, public_id, level=level, code="identity.correct" if level > 1 else "access.refused")
    if found is None or found.patient_id != patient.pk:  # a file merged into another: the one that stays is shown
        found = DomainIdentity.objects.filter(patient_id=patient.pk, active=True, domain="PEPITES").first()
    if found is None:
        raise NotFound
    return found


def read_identity(actor: Actor, public_id: UUID) -> DomainIdentity:
    """The identity to show; the reading is journalled."""
    identity = identity_for(actor, public_id)
    record(
        "identity.read", action="R", subjects=(identity.patient_id,), object_id=identity.public_id,
        detail={"ins": identity.status == IdentityStatus.QUALIFIED},  # a full INS was on the page (RNIV-7)
    )  # fmt: skip
    return identity


def may_edit(actor: Actor, identity: DomainIdentity) -> bool:
    """Whether the screen offers to write."""
    return bool(policies.can_edit(actor, level_on(identity.patient_id)))


def may_correct_strict(actor: Actor, identity: DomainIdentity) -> bool:
    """Whether strict traits may be corrected by this actor now (RNIV-1)."""
    return bool(policies.can_correct_strict(actor, identity.status))


def trait_facts(identity: DomainIdentity) -> list[tuple[str, str]]:
    """Traits as label and value, typed forms shown when they differ."""
    typed = f"{identity.birth_name_typed} {identity.given_names_typed}".strip()
    facts = [
        ("Nom de naissance", identity.birth_name),
        ("Premier prénom", identity.first_given_name),
        ("Prénoms de naissance", identity.given_names),
        ("Date de naissance", shown("birth_date", identity.birth_date) + _marker(identity)),
        ("Sexe", sex_label(identity.sex)),
        ("Lieu de naissance", shown("birth_place_cog", identity.birth_place_cog)),
    ]
    extra = [
        ("Tel que saisi", typed if typed != f"{identity.birth_name} {identity.given_names}" else ""),
        ("Nom utilisé", identity.used_name),
        ("Prénom utilisé", identity.used_given_name),
        ("Nom de la mère", identity.mother_name),
        ("Naissance multiple", "oui" if identity.multiple_birth else ""),
        ("Commune", place_label(identity.commune_cog) if identity.commune_cog else ""),
        ("Adresse", identity.address),
    ]
    return facts + [(label, value) for label, value in extra if value]


def _marker(identity: DomainIdentity) -> str:
    return " (interprétée)" if identity.birth_date_interpreted else ""


def aliases_of(identity: DomainIdentity) -> list[Alias]:
    """Other names and dates, oldest first."""
    return list(Alias.objects.filter(patient_id=identity.patient_id).order_by("added_at", "id"))


def phones_of(identity: DomainIdentity) -> list[Phone]:
    """Numbers in use; empty below level social."""
    return list(Phone.objects.filter(patient_id=identity.patient_id, active=True).order_by("id"))


def phone_for(identity: DomainIdentity, public_id: UUID) -> Phone:
    """One number of that person."""
    phone = Phone.objects.filter(patient_id=identity.patient_id, public_id=public_id, active=True).first()
    if phone is None:
        raise NotFound
    return phone


def checks_of(identity: DomainIdentity) -> list[Check]:
    """Documents seen, newest first; empty below level social."""
    rows = DocumentCheck.objects.filter(patient_id=identity.patient_id).select_related(
        "device", "companion", "operator__professional", "organization"
    )
    return [
        Check(
            public_id=row.public_id,
            label=row.device.label,
            companion=row.companion.label if row.companion else "",
            accepted=row.accepted,
            refusal=row.refusal,
            day=f"{row.checked_on:%d/%m/%Y}",
            operator=row.operator.professional.display_name,
            organization=row.organization.name,
            revoked=row.revoked_reason if row.revoked_at else "",
        )
        for row in rows.order_by("-recorded_at", "-id")
    ]


def check_for(identity: DomainIdentity, public_id: UUID) -> DocumentCheck:
    """One document check of that person."""
    check = (
        DocumentCheck.objects.select_related("identity")
        .filter(patient_id=identity.patient_id, public_id=public_id)
        .first()
    )
    if check is None:
        raise NotFound
    return check


def device_choices(*, companions: bool = False) -> list[tuple[str, str]]:
    """Papers to choose from, those that prove first; ``companions``: what a parent or guardian may show."""
    rows = Device.objects.filter(active=True).order_by("rank")
    if companions:
        rows = rows.filter(strength=Strength.HIGH, needs_companion=False, population="tous")
    return list(rows.values_list("code", "label"))


def history_of(identity: DomainIdentity) -> list[Version]:
    """Versions of the identity, newest first, each with what changed (RNIV-7)."""
    model: Any = apps.get_model("identity", "DomainIdentityEvent")
    rows: list[Any] = list(
        model.objects.filter(patient_id=identity.patient_id, pgh_obj_id=identity.pk)
        .select_related("changed_by__professional")
        .order_by("-pgh_id")[: HISTORY_SHOWN + 1]
    )[::-1]
    older = rows.pop(0) if len(rows) > HISTORY_SHOWN else None
    versions = []
    for former, row in zip([older, *rows], rows, strict=False):
        changes = [] if former is None else _changes(former, row)
        if former is None or changes:
            who = row.changed_by.professional.display_name if row.changed_by else "le système"
            reason = row.change_reason if former is not None else "Création"
            versions.append(Version(f"{row.changed_at:%d/%m/%Y}", who, reason, changes))
    return versions[::-1]


def _changes(former: Any, row: Any) -> list[Change]:
    return [
        Change(label, shown(name, getattr(former, name)), shown(name, getattr(row, name)))
        for name, label in _FIELDS.items()
        if getattr(former, name) != getattr(row, name)
    ]


def differences(identity: DomainIdentity, columns: Mapping[str, object]) -> list[Compared]:
    """What is stored beside what somebody wants to store, for the fields that differ."""
    return [
        Compared(label, shown(name, getattr(identity, name)), shown(name, columns[name]), same=False)
        for name, label in _FIELDS.items()
        if name in columns and getattr(identity, name) != columns[name]
    ]


def shown(name: str, value: Any) -> str:
    """One value of an identity, in words."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name == "birth_date":
        return f"{value:%d/%m/%Y}"
    if name == "status":
        return status_label(value)
    if name == "sex":
        return sex_label(value)
    if name == "homonym":
        return Homonym(value).label
    if name in ("birth_place_cog", "commune_cog") and value:
        label = place_label(value)
        return label if value == "99999" else f"{label or 'code'} ({value})"
    return str(value) or "aucun"


def own_search(actor: Actor, search_id: UUID | None) -> SearchTrace | None:
    """The actor's own search behind a creation, None when there is none or it is too old (RNIV-9)."""
    if search_id is None or actor.user_id is None:
        return None
    since = now() - dt.timedelta(minutes=TRACE_MINUTES)
    return SearchTrace.objects.filter(
        public_id=search_id, practice_id=actor.practice_id, kind="date", created_at__gt=since
    ).first()
