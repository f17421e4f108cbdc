"""The identity band of every page of a person (interface §7)."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection

from pepites.common.clock import today
from pepites.identity.collisions.service import collision_state
from pepites.identity.enums import CollisionState
from pepites.identity.ins import InsNumber
from pepites.identity.models import DomainIdentity
from pepites.identity.selectors.insi import active_ins
from pepites.identity.selectors.labels import (
    age_label,
    attribute_labels,
    birth_date_label,
    grouped_regional_id,
    sex_label,
    status_label,
)
from pepites.patients.enums import IdentityStatus
from pepites.patients.languages import language_label
from pepites.patients.models import Patient

_OWN = (
    "FROM identity_domainidentity i{} WHERE i.patient_id = %s AND i.active AND i.domain = 'PEPITES'"
    " ORDER BY i.id LIMIT 1"
)
_PLACE = f"SELECT i.birth_place_cog, '', '' {_OWN.format('')}"
_PLACE_AND_INS = "SELECT i.birth_place_cog, n.oid, n.matricule " + _OWN.format(
    " LEFT JOIN identity_ins n ON n.identity_id = i.id AND n.active AND n.environment = %s"
)
_MIXED = {
    CollisionState.TOLD: "Deux personnes sont peut-être mêlées dans ce dossier : vérifiez avant de vous y fier",
    CollisionState.PROVEN: "Dossier gelé : deux personnes y ont été mêlées, ne vous fiez pas à ce qu'il dit",
}


@dataclass(frozen=True, slots=True)
class Band:
    """Ready to print. ``ins`` only when the identity is qualified (§2.6-1); alerts are sentences."""

    birth_name: str
    first_given_name: str
    used_name: str
    used_given_name: str
    birth_date_label: str
    age_label: str
    sex_label: str
    birth_place_code: str
    status: str
    status_label: str
    regional_id: str = ""
    ins: str = ""
    ipp: str = ""
    attributes: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    frozen: bool = False


def band(patient: Patient) -> Band:
    """Identity band of a person the actor may see: one query, for the birth place and the number when qualified."""
    # Asked for a doubtful identity only, which every file that mixes two persons has (RNIV-14).
    mixed = collision_state(patient.pk) if "DOUT" in patient.identity_flags else None
    place, oid, matricule = _place_and_ins(patient.pk, qualified=patient.identity_status == IdentityStatus.QUALIFIED)
    return Band(
        birth_name=patient.birth_name,
        first_given_name=patient.first_given_name,
        used_name=patient.used_name,
        used_given_name=patient.used_given_name,
        birth_date_label=birth_date_label(patient.birth_date, interpreted=patient.birth_date_interpreted),
        age_label=age_label(patient.birth_date, today(), interpreted=patient.birth_date_interpreted),
        sex_label=sex_label(patient.sex),
        birth_place_code=_place(place),
        status=patient.identity_status,
        status_label=status_label(patient.identity_status),
        regional_id=grouped_regional_id(patient.regional_id),
        ins=InsNumber(oid, matricule).grouped if matricule else "",
        attributes=attribute_labels(patient.identity_flags),
        alerts=[*([_MIXED[mixed]] if mixed else []), *_alerts(patient)],
        frozen=mixed is CollisionState.PROVEN,
    )


def identity_band(identity: DomainIdentity) -> Band:
    """The band from the identity alone, for the cell that does not reach the person's file."""
    return Band(
        birth_name=identity.birth_name,
        first_given_name=identity.first_given_name,
        used_name=identity.used_name,
        used_given_name=identity.used_given_name,
        birth_date_label=birth_date_label(identity.birth_date, interpreted=identity.birth_date_interpreted),
        age_label=age_label(identity.birth_date, today(), interpreted=identity.birth_date_interpreted),
        sex_label=sex_label(identity.sex),
        birth_place_code=_place(identity.birth_place_cog),
        status=identity.status,
        status_label=status_label(identity.status),
        ins=_ins_of(identity),
        attributes=attribute_labels(",".join(sorted(identity.attributes))),
    )


def _place_and_ins(patient_id: int, *, qualified: bool) -> tuple[str, str, str]:
    """A number is asked for a qualified identity only (§2.6-1); the base gives no other."""
    with connection.cursor() as cursor:
        if qualified:
            cursor.execute(_PLACE_AND_INS, [settings.PEPITES_INSI_ENVIRONMENT, patient_id])
        else:
            cursor.execute(_PLACE, [patient_id])
        place, oid, matricule = cursor.fetchone() or ("", "", "")
    return place or "", oid or "", matricule or ""


def _ins_of(identity: DomainIdentity) -> str:
    number = active_ins(identity) if identity.status == IdentityStatus.QUALIFIED else None
    return number.grouped if number else ""


def _place(code: str) -> str:
    return "" if code == "99999" else code


def _alerts(patient: Patient) -> list[str]:
    alerts = []
    if patient.protected_minor:
        alerts.append("Mineur protégé")
    if patient.protected_adult:
        alerts.append("Majeur protégé")
    if patient.interpreter:
        language = language_label(patient.language)
        alerts.append(f"Interprète nécessaire : {language}" if language else "Interprète nécessaire")
    elif patient.language not in ("", "fr"):
        alerts.append(f"Langue : {language_label(patient.language)}")
    return alerts


def band_of(identity: DomainIdentity) -> Band | None:
    """The full band when the actor reaches the person, None for the cell that does not."""
    patient = Patient.objects.filter(pk=identity.patient_id).first()
    return band(patient) if patient else None
