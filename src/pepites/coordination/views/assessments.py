"""Assessments of a person: the list, beginning one, reading, trend and comparison, withdrawing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.enums import Level
from pepites.assessments import selectors, services
from pepites.assessments.enums import AssessmentState
from pepites.assessments.models import Assessment
from pepites.audit.attempts import attempt
from pepites.common.clock import today
from pepites.common.errors import NotFound
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted, status_of
from pepites.coordination.forms import ReasonForm
from pepites.coordination.reserved.selectors import reader_words
from pepites.coordination.selectors import assessments as lines
from pepites.coordination.selectors.labels import moment_label, short_day, who
from pepites.coordination.views.base import found, open_file
from pepites.coordination.views.plots import plot, sparkline

LIST, READ = "coordination.assessments.read", "coordination.assessment.read"
RESERVED = "coordination.reserved.read"


@require_safe
def assessments(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Forms answered about a person, with their last scores, and the reader's own drafts."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "assessments", LIST)
    rows = lines.list_visible_to(actor, patient.pk, patient.public_id)
    day = today()
    context |= {
        "rows": [(row, sparkline(row.points)) for row in rows],
        "drafts": [
            {
                "title": one.form_version.title,
                "url": reverse("coordination:assessment-fill", args=[one.public_id]),
                "saved": moment_label(one.updated_at, day),
            }
            for one in selectors.drafts_of(actor, patient.pk)
        ],
        "partial": context["level"] < Level.FULL,
    }
    return render(request, "coordination/assessments/list.html", context)


@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose a form and begin."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "assessments", LIST)
    if request.method == "POST":
        chosen = identifier(request.POST.get("formulaire"))
        version = found(selectors.version_open_to(actor, patient.pk, context["level"], chosen) if chosen else None)
        one = services.start_assessment(
            actor=actor, patient=patient, version=version, network_id=version.form.network_id,
            key=identifier(request.POST.get("cle")),
        )  # fmt: skip
        return redirect("coordination:assessment-fill", one.public_id)
    open_forms = selectors.forms_open_to(actor, patient.pk, context["level"])
    asked = request.GET.get("code", "")
    open_forms = [one for one in open_forms if one.form.code == asked] or open_forms
    context |= {
        "shared": [one for one in open_forms if one.form.network_id is None],
        "own": [one for one in open_forms if one.form.network_id is not None],
        "cle": new_uuid(),
    }
    return render(request, "coordination/assessments/choose.html", context)


def opened(request: HttpRequest, public_id: UUID, code: str) -> tuple[Assessment, dict[str, Any]]:
    """An assessment and the frame of its person's file, at the level its answers ask for."""
    one = found(selectors.assessment_visible_to(actor_of(request), public_id))
    code = RESERVED if one.reserved else code
    _, context = open_file(request, one.patient.public_id, "assessments", code, level=one.level)
    return one, context | {"assessment": one, "form_version": one.form_version}


@require_safe
def assessment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Read an assessment: scores with their reference, answers, what it said before."""
    actor = actor_of(request)
    one, context = opened(request, public_id, READ)
    if one.state == AssessmentState.DRAFT:
        return redirect("coordination:assessment-fill", public_id)
    former = selectors.former_of(one)[1:] if one.state == AssessmentState.AMENDED else []
    for event in former:
        event.form_version = one.form_version
    day = today()
    context |= {
        "scores": lines.scores_of(one),
        "lines": lines.answer_lines(one),
        "author": who(one.author),
        "day": short_day(one.authored_on),
        "saved": moment_label(one.updated_at, day),
        "former": [
            {
                "saved": moment_label(event.updated_at, day),
                "reason": event.reason,
                "scores": lines.scores_of(event),
                "lines": lines.answer_lines(event),
            }
            for event in former
        ],
        "mine": one.is_ended and one.author_id == actor.practice_id,
        "readers": reader_words(public_id) if one.reserved and one.author_id == actor.practice_id else [],
        "withdrawn": one.state == AssessmentState.ERROR,
        "trend": reverse(
            "coordination:assessment-trend", args=[one.patient.public_id, one.form_version.form.public_id]
        ),
    }
    return render(request, "coordination/assessments/read.html", context)


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Withdraw what was entered by mistake, or give up a draft."""
    one, context = opened(request, public_id, READ)
    if one.author_id != actor_of(request).practice_id:
        raise NotFound
    back = reverse("coordination:assessment", args=[public_id])
    form = ReasonForm(posted(request))
    if not one.is_ended:
        form.fields["reason"].required = False
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.withdraw_assessment(
                actor=actor_of(request), assessment=one, version=one.version, reason=form.cleaned_data["reason"]
            )
        if not form.errors:
            messages.success(request, "Évaluation retirée.")
            return redirect("coordination:assessments", one.patient.public_id)
    context |= {
        "form": form,
        "title": "Retirer cette évaluation" if one.is_ended else "Abandonner ce brouillon",
        "lead": f"{one.form_version.title}, {short_day(one.authored_on)}. Elle quitte les listes ; sa trace reste.",
        "submit": "Retirer" if one.is_ended else "Abandonner",
        "danger": True,
        "back": back,
    }
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_safe
def trend(request: HttpRequest, public_id: UUID, form_id: UUID) -> HttpResponse:
    """Scores of one form through time, and two dates side by side."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "assessments", LIST)
    form = found(selectors.form_visible_to(actor, form_id))
    histories = selectors.history_visible_to(actor, patient.pk, form)
    history = found(histories[0] if histories else None)
    series = lines.series_of(history)
    for rank, one in enumerate(series):
        one["plot"] = plot(
            one["points"], label=f"{history.title}, {one['label']}", unit=one["unit"], bands=one["bands"],
            low=one["minimum"], high=one["maximum"], ident=f"courbe{rank}",
        )  # fmt: skip
    context |= {
        "title": history.title,
        "series": series,
        "assessments": [
            (one.public_id, short_day(one.authored_on), who(one.author)["name"]) for one in history.assessments
        ],
    } | _compared(request, history.assessments)
    return render(request, "coordination/assessments/trend.html", context)


def _compared(request: HttpRequest, held: list[Assessment]) -> dict[str, Any]:
    """The two dates asked for, else the last two."""
    by_id = {one.public_id: one for one in held}
    asked = [by_id.get(key) if (key := identifier(request.GET.get(name))) else None for name in ("a", "b")]
    if len(held) < 2:
        return {}
    first, second = (chosen or default for chosen, default in zip(asked, (held[1], held[0]), strict=True))
    actor = actor_of(request)
    whole = [selectors.assessment_visible_to(actor, one.public_id) for one in (first, second)]
    rows = lines.differences(found(whole[0]), found(whole[1]))
    return {
        "compared": rows,
        "first": first.public_id,
        "second": second.public_id,
        "first_day": short_day(first.authored_on),
        "second_day": short_day(second.authored_on),
        "changes": _changes(sum(row.differs for row in rows)),
        "first_scores": lines.scores_of(first),
        "second_scores": lines.scores_of(second),
    }


def _changes(count: int) -> str:
    return f"{count} réponses différentes" if count > 1 else f"{count} réponse différente"
