"""Reading forms and assessments: the database's policies hide the rest."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q

from pepites.access.models import NetworkPatient
from pepites.assessments.enums import ENDED, AssessmentState, Category, VersionState
from pepites.assessments.models import Assessment, AssessmentScore, Form, FormVersion
from pepites.common.actor import Actor
from pepites.common.clock import now


@dataclass(slots=True)
class Point:
    """One score of one assessment, on its day."""

    on: date
    value: Decimal
    band: str
    tone: str
    assessment_id: UUID


@dataclass(slots=True)
class FormHistory:
    """What a person's file holds of one form: assessments by day, the last first, and the points of each score."""

    form: Form
    title: str
    assessments: list[Assessment] = field(default_factory=list)
    points: dict[str, list[Point]] = field(default_factory=dict)


def forms_open_to(actor: Actor, patient_id: int, level: int) -> list[FormVersion]:
    """Forms that may be begun for a person: the shared ones and those of the networks that follow them."""
    del actor
    moment = now()
    networks = NetworkPatient.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=moment), patient_id__same_person=patient_id, starts_at__lte=moment
    ).values_list("network_id", flat=True)
    categories = [category for category in Category if category.level <= level]
    return list(
        FormVersion.objects.filter(
            Q(form__network=None) | Q(form__network__in=list(networks)), state=VersionState.PUBLISHED,
            form__category__in=categories,
        )
        .select_related("form__network")
        .defer("questionnaire", "scoring")
        .order_by("title")
    )  # fmt: skip


def served_forms() -> list[tuple[str, str]]:
    """Code and title of every form that is served, the shared ones and those of the networks."""
    rows = FormVersion.objects.filter(state=VersionState.PUBLISHED).order_by("title")
    return list(dict(rows.values_list("form__code", "title")).items())


def version_open_to(actor: Actor, patient_id: int, level: int, public_id: UUID) -> FormVersion | None:
    """One of them."""
    return next((one for one in forms_open_to(actor, patient_id, level) if one.public_id == public_id), None)


def history_visible_to(actor: Actor, patient_id: int, form: Form | None = None) -> list[FormHistory]:
    """The ended assessments of a person, by form, the one used last first."""
    del actor
    found = (
        Assessment.objects.filter(patient_id__same_person=patient_id, state__in=ENDED)
        .select_related("form_version__form", "author__professional", "author__organization")
        .defer("answers", "form_version__questionnaire", "form_version__scoring")
        .order_by("-authored_on", "-id")
    )
    if form is not None:
        found = found.filter(form_version__form=form)
    histories: dict[int, FormHistory] = {}
    by_id: dict[int, Assessment] = {}
    for one in found[:400]:
        by_id[one.pk] = one
        version = one.form_version
        histories.setdefault(version.form_id, FormHistory(version.form, version.title)).assessments.append(one)
    _add_points(histories, by_id)
    return list(histories.values())


def _add_points(histories: dict[int, FormHistory], by_id: dict[int, Assessment]) -> None:
    rows: Iterable[AssessmentScore] = AssessmentScore.objects.filter(assessment__in=by_id, value__isnull=False)
    for row in sorted(rows, key=lambda row: (by_id[row.assessment_id].authored_on, row.assessment_id)):
        one = by_id[row.assessment_id]
        assert row.value is not None
        points = histories[one.form_version.form_id].points.setdefault(row.code, [])
        points.append(Point(one.authored_on, row.value.normalize(), row.band, row.tone, one.public_id))


def drafts_of(actor: Actor, patient_id: int) -> list[Assessment]:
    """The actor's own drafts about a person."""
    return list(
        Assessment.objects.filter(
            patient_id__same_person=patient_id, author_id=actor.practice_id, state=AssessmentState.DRAFT
        )
        .select_related("form_version")
        .defer("answers", "form_version__questionnaire", "form_version__scoring")
        .order_by("-updated_at")
    )


def assessment_visible_to(actor: Actor, public_id: UUID) -> Assessment | None:
    """One assessment with its form, if the actor may read it."""
    del actor
    return (
        Assessment.objects.filter(public_id=public_id)
        .select_related("patient", "form_version__form", "author__professional", "author__organization")
        .first()
    )


def former_of(assessment: Assessment) -> list[Assessment]:
    """What an assessment said each time it stood in the file, the last first (rows of its history)."""
    events = assessment.events.filter(state__in=ENDED).order_by("-version")  # type: ignore[attr-defined]
    return list(events)


def form_visible_to(actor: Actor, public_id: UUID) -> Form | None:
    """One form."""
    del actor
    return Form.objects.filter(public_id=public_id).select_related("network").first()


def versions_of_network(network_id: int) -> list[FormVersion]:
    """Every version of the forms of a network, without the definitions, by title then number."""
    return list(
        FormVersion.objects.filter(form__network_id=network_id)
        .select_related("form")
        .defer("questionnaire", "scoring")
        .order_by("title", "form_id", "-number")
    )


def version_visible_to(actor: Actor, public_id: UUID) -> FormVersion | None:
    """One version with its definition."""
    del actor
    return FormVersion.objects.filter(public_id=public_id).select_related("form__network").first()
