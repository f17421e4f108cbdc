"""The work around the person: circle, notes, pathways, demandes, assessments."""

from collections.abc import Iterator
from uuid import UUID, uuid5

from pepites.assessments.enums import ENDED, AssessmentState
from pepites.assessments.models import Assessment
from pepites.coordination.enums import MemberStatus, NoteStatus, NoteType, PathwayStatus
from pepites.coordination.models import CareTeamMember, CircleRelative, LiaisonNote, Pathway, Referral
from pepites.coordination.referrals.enums import ReferralState, Urgency
from pepites.directory.enums import Category
from pepites.fhir.exports.people import People
from pepites.fhir.mappers import guides as g
from pepites.fhir.mappers.care_team import Circle, Stay, to_care_team
from pepites.fhir.mappers.notes import Note, to_document_reference
from pepites.fhir.mappers.parts import Code, Ident, Json, Ref, Span, moment
from pepites.fhir.mappers.pathways import Inclusion, Request, to_episode_of_care, to_service_request
from pepites.fhir.mappers.responses import Response, to_questionnaire_response
from pepites.patients.models import Patient

_EPISODE = {PathwayStatus.ACTIVE: "active", PathwayStatus.SUSPENDED: "onhold", PathwayStatus.CLOSED: "finished"}
_REQUEST = {
    ReferralState.RECEIVED: "active", ReferralState.QUALIFIED: "active", ReferralState.ACCEPTED: "active",
    ReferralState.REDIRECTED: "revoked", ReferralState.REFUSED: "revoked", ReferralState.CLOSED: "completed",
}  # fmt: skip
_RESPONSE = {AssessmentState.FINAL: "completed", AssessmentState.AMENDED: "amended"}


def circle_id(patient: Patient) -> UUID:
    """One circle a person (CDS): it has no row of its own, its number follows from the person's."""
    return uuid5(patient.public_id, "cercle")


def circle_resources(patient: Patient, subject: Ref, people: People) -> Iterator[Json]:
    """Those who entered the circle, and left it; who is only invited is not of it. Nothing for an empty circle."""
    stays = [*_stays(patient, people), *_relatives(patient)]
    if not stays:
        return
    key = circle_id(patient)
    open_now = any(not stay.span.end for stay in stays)
    starts = min(stay.span.start for stay in stays)
    yield to_care_team(
        Circle(
            id=str(key), subject=subject, name=f"Cercle de soins de {subject.display}", stays=tuple(stays),
            idents=(Ident.of(key),), status="active" if open_now else "inactive",
            span=Span(starts, "" if open_now else max(stay.span.end for stay in stays)),
        )
    )  # fmt: skip


def _stays(patient: Patient, people: People) -> Iterator[Stay]:
    entered = CareTeamMember.objects.filter(
        patient_id__same_person=patient.pk, status__in=(MemberStatus.ACTIVE, MemberStatus.ENDED),
        answered_at__isnull=False,
    )  # fmt: skip
    for one in entered.select_related("practice__professional", "practice__organization").order_by("answered_at"):
        health = one.practice.professional.category == Category.HEALTH
        official = Code(g.PARTICIPATION, "PCP") if one.attending else Code(g.ROLE_CLASS, "PROV" if health else "AGNT")
        role = Code(g.house("cercle"), one.role, one.get_role_display())
        yield Stay(people.role(one.practice), (official, role), Span(moment(one.answered_at), moment(one.ends_at)))


def _relatives(patient: Patient) -> Iterator[Stay]:
    """The contacts whom the person let in; the guide knows no place for the person themself."""
    held = CircleRelative.objects.filter(
        patient_id__same_person=patient.pk, contact__isnull=False, contact__ended_at=None, ended_at=None
    )
    for one in held.select_related("contact").order_by("since"):
        contact = one.contact
        assert contact is not None
        codes = [code for code, mark in (("QUAL", contact.trusted), ("CAREGIVER", contact.caregiver)) if mark]
        roles = tuple(Code(g.ROLE_CLASS, code) for code in codes or ["NOK"])
        yield Stay(Ref.to("RelatedPerson", contact.public_id), roles, Span(moment(one.since)))


def note_resources(patient: Patient, subject: Ref, people: People) -> Iterator[Json]:
    """Standing notes. What is reserved to named readers, or a minor's secret, leaves by no file (§2.3)."""
    kept = LiaisonNote.objects.filter(
        patient_id__same_person=patient.pk, status=NoteStatus.CURRENT, reserved=False, minor_secret=False
    ).select_related("author__professional", "author__organization")
    notes = list(kept.order_by("created_at", "id"))
    keys = {one.pk: one.public_id for one in notes}
    for one in notes:
        parent = keys.get(one.reply_to_id or 0)
        yield to_document_reference(
            Note(
                id=str(one.public_id), type=NoteType(one.type), subject=subject, authors=(people.role(one.author),),
                date=moment(one.created_at), text=one.text, ident=Ident.of(one.public_id), emergency=one.emergency,
                reply_to=Ref.to("DocumentReference", parent) if parent else Ref(),
            )
        )  # fmt: skip


def pathway_resources(patient: Patient, subject: Ref, people: People, circle: Ref) -> Iterator[Json]:
    """Inclusions in networks."""
    held = Pathway.objects.filter(patient_id__same_person=patient.pk).select_related("network")
    for one in held.order_by("opened_on", "id"):
        why = Code(g.house("cloture"), one.closing_reason, one.get_closing_reason_display())
        yield to_episode_of_care(
            Inclusion(
                id=str(one.public_id), subject=subject, status=_EPISODE[PathwayStatus(one.status)],
                network=people.network(one.network), idents=(Ident.of(one.public_id),), circle=circle,
                span=Span(moment(one.opened_on), moment(one.closed_on)), closing=why if one.closing_reason else None,
            )
        )  # fmt: skip


def referral_resources(patient: Patient, subject: Ref, people: People) -> Iterator[Json]:
    """Demandes linked to the file, for who asked and who is asked."""
    held = Referral.objects.filter(patient_id__same_person=patient.pk).select_related(
        "network", "organization", "requester_practice__professional", "requester_practice__organization"
    )
    for one in held.order_by("received_at", "id"):
        asker = people.role(one.requester_practice) or Ref(display=one.requester_name)
        level = Code(g.house("niveau-reponse"), one.level, one.get_level_display())
        yield to_service_request(
            Request(
                id=str(one.public_id), subject=subject, status=_REQUEST[ReferralState(one.state)],
                urgent=one.urgency == Urgency.URGENT, requester=asker,
                performer=people.network(one.network) or people.organization(one.organization), motive=one.motive,
                received=moment(one.received_at), level=level if one.level else None, answer=one.answer,
                idents=(Ident.of(one.public_id), Ident(one.reference, g.house("demande"))),
            )
        )  # fmt: skip


def response_resources(patient: Patient, subject: Ref, people: People) -> Iterator[Json]:
    """Assessments that stand in the file; a draft is its author's alone, a reserved one leaves by no file (§2.3)."""
    held = (
        Assessment.objects.filter(patient_id__same_person=patient.pk, state__in=ENDED, reserved=False)
        .select_related("form_version__form", "author__professional", "author__organization")
        .defer("form_version__scoring")
    )
    for one in held.order_by("authored_on", "id"):
        form = one.form_version
        url = str(form.questionnaire.get("url") or f"urn:uuid:{form.form.public_id}")
        author = people.role(one.author)
        yield to_questionnaire_response(
            Response(
                id=str(one.public_id), questionnaire=f"{url}|{form.questionnaire.get('version') or form.number}",
                status=_RESPONSE[AssessmentState(one.state)], subject=subject, authored=moment(one.authored_on),
                items=tuple(one.answers), ident=Ident.of(one.public_id), author=author, source=author,
            )
        )  # fmt: skip
