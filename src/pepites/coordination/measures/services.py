"""Recording and lifting a measure of protection (coordination §2.2)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pepites.access.enums import Level
from pepites.access.policies import practising, require
from pepites.access.selectors import standing_level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now, today
from pepites.common.errors import DomainError
from pepites.coordination.enums import OPEN_MEMBER, FilKind, MemberRole
from pepites.coordination.measures.enums import Extent, MeasureKind
from pepites.coordination.measures.selectors import charged_with_person, in_force
from pepites.coordination.models import CareTeamMember, Contact, ProtectionMeasure
from pepites.coordination.services.fil import write_fil
from pepites.identity.policies import MAJORITY
from pepites.identity.selectors.labels import age_years
from pepites.identity.services import refuse_frozen
from pepites.networks.acts import act_left
from pepites.patients.models import Patient

CODE = "coordination.measure.refused"


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure as the judgement says it; one holder, a contact or a place of practice."""

    kind: MeasureKind
    extent: Extent
    starts_on: date
    ends_on: date | None = None
    contact: Contact | None = None
    practice_id: int | None = None
    proof: str = ""


def record_measure(*, actor: Actor, patient: Patient, measure: Measure, key: UUID | None = None) -> ProtectionMeasure:
    """Keep a measure; the band then says « Majeur protégé ». Raises ``DomainError`` for a minor or bad dates."""
    _may(actor, patient.pk)
    refuse_frozen(patient.pk)
    _check(patient, measure)

    def write() -> dict[str, object]:
        made = ProtectionMeasure.objects.create(
            patient=patient, kind=measure.kind, extent=measure.extent, starts_on=measure.starts_on,
            ends_on=measure.ends_on, contact=measure.contact, practice_id=measure.practice_id,
            proof=measure.proof.strip()[:200], recorded_by_id=actor.practice_id, recorded_at=now(),
        )  # fmt: skip
        _show(patient)
        _tell(actor, made, "coordination.measure.recorded", f"Mesure de protection : {made.get_kind_display().lower()}")
        return {"id": made.pk}

    asked = {"patient": patient.pk, "measure": measure}
    return ProtectionMeasure.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def lift_measure(*, actor: Actor, measure: ProtectionMeasure, reason: str) -> None:
    """It no longer holds. A mandataire who read care because of it must leave the circle first."""
    _may(actor, measure.patient_id)
    if not reason.strip():
        raise DomainError("Dites pourquoi la mesure prend fin.", field="reason")
    if measure.lifted_at is not None:
        return
    measure.lifted_at, measure.lifted_reason = now(), reason.strip()[:200]
    measure.save(update_fields=["lifted_at", "lifted_reason"])
    held = CareTeamMember.objects.filter(
        patient_id__same_person=measure.patient_id, practice_id=measure.practice_id, role=MemberRole.PROTECTION,
        level__gte=Level.FULL, status__in=OPEN_MEMBER,
    )  # fmt: skip
    if measure.practice_id and held.exists() and not charged_with_person(measure.patient_id, measure.practice_id):
        raise DomainError(
            "Ce mandataire lit le dossier complet du fait de cette mesure : retirez-le d'abord du cercle.",
            field="reason",
        )
    _show(measure.patient)
    _tell(actor, measure, "coordination.measure.lifted", "Fin d'une mesure de protection")


def _check(patient: Patient, measure: Measure) -> None:
    day = today()
    born = patient.birth_date
    if born is not None and age_years(born, day) < MAJORITY:
        raise DomainError("Une mesure de protection concerne une personne majeure.")
    if measure.starts_on > day:
        raise DomainError("La mesure commence dans le futur.", field="starts_on")
    if measure.ends_on is not None and measure.ends_on < measure.starts_on:
        raise DomainError("La fin vient après le début.", field="ends_on")
    if (measure.contact is None) == (measure.practice_id is None):
        raise DomainError("Dites qui exerce la mesure.", field="holder")


def _may(actor: Actor, patient_id: int) -> None:
    require(act_left(actor, "consent.record"), code=CODE, subjects=(patient_id,))
    require(practising(actor, standing_level_on(patient_id), Level.FULL), code=CODE, subjects=(patient_id,))


def _show(patient: Patient) -> None:
    """The band's word follows the measures in force."""
    Patient.objects.filter(pk=patient.pk).update(protected_adult=in_force(patient.pk).exists(), updated_at=now())


def _tell(actor: Actor, measure: ProtectionMeasure, code: str, title: str) -> None:
    write_fil(actor=actor, patient_id=measure.patient_id, kind=FilKind.CONSENT, title=title)
    record(code, action="U", subjects=(measure.patient_id,), object_type="measure", object_id=measure.public_id)
