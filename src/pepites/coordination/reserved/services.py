"""Writing the trace of an *information préoccupante*, its outcome, its document (coordination §2.3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from pepites.access.policies import require
from pepites.access.readers import is_author, open_reserved, own_practice
from pepites.access.selectors import level_on
from pepites.audit.idempotency import once
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.decision import Reason, deny
from pepites.common.errors import DomainError, Refused
from pepites.common.identifiers import new_uuid
from pepites.coordination.reserved.enums import Addressee, Means, Outcome
from pepites.coordination.reserved.models import ProtectionReport
from pepites.coordination.reserved.policies import can_report, concerns_a_minor
from pepites.coordination.reserved.readers import choose_readers
from pepites.identity.services import refuse_frozen
from pepites.patients.models import Patient

CODE = "coordination.reserved.refused"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is kept of a report: never what it says (§2.3 a)."""

    sent_on: date
    addressee: Addressee
    means: Means
    parents_informed: bool
    not_informed_reason: str = ""
    reference: str = ""


def require_report(actor: Actor, patient: Patient) -> None:
    """Raises ``Refused`` below the social level, ``DomainError`` for an adult."""
    require(can_report(actor, level_on(patient.pk)), code=CODE, subjects=(patient.pk,))
    if not concerns_a_minor(patient.birth_date, today()):
        raise DomainError("Une information préoccupante concerne une personne mineure.")


def keep_report(
    *, actor: Actor, patient: Patient, sent: Sent, readers: Collection[int] = (), key: UUID | None = None
) -> ProtectionReport:
    """Keep the trace of a report that was sent, open to its author and to the ``readers`` named; nothing in the fil."""
    require_report(actor, patient)
    refuse_frozen(patient.pk)
    _check(sent)
    asked = {"patient": patient.pk, "sent": sent, "readers": sorted(readers)}

    def write() -> dict[str, object]:
        public_id = new_uuid()
        open_reserved(
            actor=actor, patient_id=patient.pk, item=public_id, practices=choose_readers(actor, patient.pk, readers)
        )
        made = ProtectionReport.objects.create(
            public_id=public_id, patient=patient, author_id=own_practice(actor), sent_on=sent.sent_on,
            addressee=sent.addressee, means=sent.means, reference=sent.reference.strip()[:60],
            parents_informed=sent.parents_informed,
            not_informed_reason="" if sent.parents_informed else sent.not_informed_reason.strip()[:300],
        )  # fmt: skip
        _journal("coordination.reserved.written", made, "C")
        return {"id": made.pk}

    return ProtectionReport.objects.get(pk=int(str(once(actor, key, asked, write)["id"])))


def _check(sent: Sent) -> None:
    if sent.sent_on > today():
        raise DomainError("La date d'envoi est dans le futur.", field="sent_on")
    if not sent.parents_informed and not sent.not_informed_reason.strip():
        raise DomainError(
            "Dites pourquoi les parents n'ont pas été prévenus : la loi le permet si c'est contraire à l'intérêt"
            " de l'enfant.",
            field="not_informed_reason",
        )


def note_outcome(
    *, actor: Actor, report: ProtectionReport, outcome: Outcome, outcome_on: date, reference: str = ""
) -> None:
    """What the cell answered; written by whoever sent the report."""
    if not is_author(actor, report.public_id):
        raise Refused(deny(Reason.NOT_AUTHOR), code=CODE, subject_ids=(report.patient_id,))
    if outcome == Outcome.WAITING:
        raise DomainError("Choisissez ce qui a été répondu.", field="outcome")
    if not report.sent_on <= outcome_on <= today():
        raise DomainError("La réponse vient après l'envoi, et pas dans le futur.", field="outcome_on")
    report.outcome, report.outcome_on = outcome, outcome_on
    report.reference = reference.strip()[:60] or report.reference
    report.save(update_fields=["outcome", "outcome_on", "reference"])
    _journal("coordination.reserved.written", report, "U")


def _journal(code: str, report: ProtectionReport, action: str) -> None:
    record(code, action=action, subjects=(report.patient_id,), object_type="reserved", object_id=report.public_id)
