"""Reserved items that the actor was named to read; row-level security decides."""

from dataclasses import dataclass
from uuid import UUID

from pepites.access.enums import Level
from pepites.access.readers import is_author, readers_of
from pepites.assessments.selectors import assessment_visible_to
from pepites.common.actor import Actor
from pepites.common.addresses import address
from pepites.coordination.enums import NoteStatus
from pepites.coordination.models import LiaisonNote, ProtectionReport
from pepites.coordination.selectors.labels import whos

_AUTHOR = ("patient", "author__professional", "author__organization")


def reports_visible_to(actor: Actor, patient_id: int) -> list[ProtectionReport]:
    """Traces about a person, the last first."""
    del actor
    return list(
        ProtectionReport.objects.filter(patient_id__same_person=patient_id)
        .select_related(*_AUTHOR)
        .order_by("-sent_on", "-id")[:100]
    )


def report_visible_to(actor: Actor, public_id: UUID) -> ProtectionReport | None:
    """One trace."""
    del actor
    return ProtectionReport.objects.filter(public_id=public_id).select_related(*_AUTHOR).first()


@dataclass(frozen=True, slots=True)
class OwnItem:
    """A reserved item of the actor's own: whose file, the level its readers need, a note's text, its page."""

    person: UUID
    level: int
    html: str
    page: str


def own_reserved(actor: Actor, public_id: UUID) -> OwnItem | None:
    """A reserved item of the actor's own: they alone choose its readers."""
    if not is_author(actor, public_id):
        return None
    notes = LiaisonNote.objects.filter(public_id=public_id, reserved=True, status=NoteStatus.CURRENT)
    note = notes.select_related("patient").first()
    if note is not None:
        return OwnItem(
            note.patient.public_id, note.level, note.html, address("coordination:file", note.patient.public_id)
        )
    one = assessment_visible_to(actor, public_id)
    if one is not None:
        page = address("coordination:assessment", public_id)
        return OwnItem(one.patient.public_id, one.level, "", page) if one.reserved and one.is_ended else None
    report = report_visible_to(actor, public_id)
    if report is None:
        return None
    return OwnItem(report.patient.public_id, Level.SOCIAL, "", address("coordination:protection-report", public_id))


def reader_words(item: UUID) -> list[str]:
    """Who may read an item, in words, for its author."""
    return sorted(f"{words['name']}, {words['organization']}" for words in whos(set(readers_of(item))).values())
