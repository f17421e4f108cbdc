"""The page of a document being made, and its file."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from pepites.assessments.selectors import assessment_visible_to
from pepites.common.clock import today
from pepites.common.errors import Conflict
from pepites.common.views import actor_of
from pepites.coordination.editions.enums import EditionKind, EditionState
from pepites.coordination.editions.models import Edition
from pepites.coordination.editions.selectors import edition_visible_to, is_over
from pepites.coordination.editions.services import ask_edition, hand_over
from pepites.coordination.editions.sources import paper_of
from pepites.coordination.selectors.labels import moment_label
from pepites.coordination.views.base import found, open_file

READ = "coordination.edition.read"
PAGE = "coordination/editions/edition.html"
_TABS = {EditionKind.PLAN: "plan", EditionKind.ASSESSMENT: "assessments"}


def _opened(request: HttpRequest, public_id: UUID) -> tuple[Edition, dict[str, Any]]:
    edition = found(edition_visible_to(actor_of(request), public_id))
    _, context = open_file(
        request, edition.patient.public_id, _TABS[EditionKind(edition.kind)], READ, level=edition.level
    )
    return edition, context


@require_POST
def ask_assessment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Have an assessment put on paper."""
    actor = actor_of(request)
    one = found(assessment_visible_to(actor, public_id))
    edition = ask_edition(actor=actor, patient_id=one.patient_id, kind=EditionKind.ASSESSMENT, item=one.public_id)
    return redirect("coordination:edition", edition.public_id)


@require_safe
def edition(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Where a document stands; the page looks again by itself until it is ready."""
    one, context = _opened(request, public_id)
    url = reverse("coordination:edition", args=[public_id])
    if getattr(request, "htmx", False):
        if one.state == EditionState.ASKED:
            return render(request, f"{PAGE}#progress", {"url": url})
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return render(request, PAGE, context | _frame(request, one) | {"url": url})


def _frame(request: HttpRequest, one: Edition) -> dict[str, Any]:
    paper = paper_of(actor_of(request), one)
    ready = one.state == EditionState.READY and not is_over(one)
    same = paper is not None and paper.digest == one.digest
    return {
        "label": paper.label if paper else EditionKind(one.kind).label,
        "back": paper.path if paper else "",
        "working": one.state == EditionState.ASKED,
        "ready": ready and same,
        "changed": ready and not same,
        "failed": one.state == EditionState.FAILED,
        "message": one.message,
        "until": moment_label(one.ends_at, today()) if one.ends_at else "",
        "file": reverse("coordination:edition-file", args=[one.public_id]),
    }


@require_safe
def edition_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The file, after every right was checked again; the page says why when there is none."""
    one, _ = _opened(request, public_id)
    try:
        name, content = hand_over(actor=actor_of(request), edition=one)
    except Conflict:
        return redirect("coordination:edition", public_id)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
