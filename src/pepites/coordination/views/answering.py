"""Filling a form: a draft kept as one goes, ended, corrected. The same page works without JavaScript."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from pepites.access.readers import readers_of
from pepites.assessments import services
from pepites.assessments.definitions import answers_of, definition_of, person_of
from pepites.assessments.enums import ENDED, AssessmentState
from pepites.assessments.models import Assessment
from pepites.assessments.posting import Posted, add_one, read_post
from pepites.assessments.questionnaire.answers import Key
from pepites.assessments.questionnaire.checking import problems
from pepites.assessments.questionnaire.running import calculated
from pepites.assessments.services.answering import WrongAnswers
from pepites.assessments.sheet import Sheet
from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE
from pepites.common.errors import Conflict, DomainError, NotFound
from pepites.common.views import actor_of, posted, status_of, whole_number
from pepites.coordination.reserved.forms import AudienceForm
from pepites.coordination.reserved.readers import nameable_readers
from pepites.coordination.selectors.assessments import Difference, words
from pepites.coordination.services.assessments import choose_audience
from pepites.coordination.views.assessments import READ, opened

PAGE = "coordination/assessments/fill.html"


@dataclass(slots=True)
class Outcome:
    """What became of a sending: where it stands, what to mend, what changed meanwhile."""

    status: int = 200
    done: bool = False
    errors: dict[Key, str] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    conflict: list[Difference] = field(default_factory=list)


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Answer a form: each sending keeps the draft; « Terminer » ends it."""
    actor = actor_of(request)
    one, context = opened(request, public_id, READ)
    if one.state != AssessmentState.DRAFT:
        return _ended_meanwhile(request, one, context)
    if request.method == "GET":
        return _page(request, one, context, Posted(dict(answers_of(one))), Outcome())
    ending = request.POST.get("act") == "terminer"

    def write(sent: Posted, version: int, day: date | None) -> None:
        act = services.finish_assessment if ending else services.save_assessment
        act(actor=actor, assessment=one, answers=sent.answers, version=version, authored_on=day)

    sent = _read(request, one)
    outcome = _attempt(request, actor, one, sent, write, ending=ending)
    if outcome.done and ending:
        messages.success(request, "Évaluation terminée et enregistrée au dossier.")
        return redirect("coordination:assessment", public_id)
    if outcome.done and request.POST.get("act") == "lecteurs":
        return redirect("coordination:assessment-readers", public_id)
    return _page(request, one, context, sent, outcome)


def _ended_meanwhile(request: HttpRequest, one: Assessment, context: dict[str, Any]) -> HttpResponse:
    """Ended from another page or device: answers that differ are kept on the page, as a correction to confirm."""
    if request.method == "POST" and one.state in ENDED and one.author_id == actor_of(request).practice_id:
        sent = _read(request, one)
        if changed := _changed(one, sent):
            return _page(request, one, context | {"amending": True}, sent, Outcome(status=409, conflict=changed))
    return redirect("coordination:assessment", one.public_id)


@require_http_methods(["GET", "POST"])
def audience(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Choose, before it is ended, whether the circle or some readers only will read one's assessment."""
    actor = actor_of(request)
    one, context = opened(request, public_id, READ)
    if one.state != AssessmentState.DRAFT:
        raise NotFound
    form = AudienceForm(
        posted(request), nameable=nameable_readers(actor, one.patient_id, level=one.level),
        initial={"audience": "lecteurs" if one.reserved else "cercle", "readers": readers_of(public_id)},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            named = data["readers"] if data["audience"] == "lecteurs" else None
            choose_audience(actor=actor, assessment=one, readers=named)
        if not form.errors:
            messages.success(request, "Lecteurs enregistrés.")
            return redirect("coordination:assessment-fill", public_id)
    context |= {
        "form": form, "title": "Qui pourra lire", "submit": "Enregistrer",
        "lead": f"{one.form_version.title}. Réservée, elle n'existe pas pour les autres membres du cercle : ni dans"
        " les listes, ni dans le fil, ni par une alerte.",
        "back": reverse("coordination:assessment-fill", args=[public_id]),
    }  # fmt: skip
    return render(request, "coordination/act.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Correct what is ended: nothing is kept before « Enregistrer la correction »; the former answers stay."""
    actor = actor_of(request)
    one, context = opened(request, public_id, READ)
    if one.state not in ENDED or one.author_id != actor.practice_id:
        raise NotFound
    context["amending"] = True
    if request.method == "GET":
        return _page(request, one, context, Posted(dict(answers_of(one))), Outcome())
    sent = _read(request, one)
    if request.POST.get("act") != "terminer":
        return _page(request, one, context, sent, Outcome())
    reason = request.POST.get("reason", "")

    def write(posted: Posted, version: int, day: date | None) -> None:
        services.amend_assessment(
            actor=actor, assessment=one, answers=posted.answers, version=version, reason=reason, authored_on=day
        )

    outcome = _attempt(request, actor, one, sent, write, ending=True)
    if outcome.done:
        messages.success(request, "Correction enregistrée. Les réponses d'avant restent lisibles.")
        return redirect("coordination:assessment", public_id)
    return _page(request, one, context, sent, outcome)


def _read(request: HttpRequest, one: Assessment) -> Posted:
    questionnaire = definition_of(one.form_version).questionnaire
    sent = read_post(questionnaire, dict(request.POST.lists()), answers_of(one))
    act = request.POST.get("act", "")
    if act.startswith("ajouter:"):
        add_one(questionnaire, sent, act.removeprefix("ajouter:"))
    return sent


Write = Callable[[Posted, int, date | None], None]


def _attempt(
    request: HttpRequest, actor: Actor, one: Assessment, sent: Posted, write: Write, *, ending: bool
) -> Outcome:
    """Write, and say what stands in the way. An unreadable answer stops an ending, not a draft."""
    outcome = Outcome(errors=dict(sent.errors))
    day, wrong = _day(request.POST.get("le", ""))
    if wrong:
        outcome.messages.append(wrong)
    if ending and (sent.errors or wrong):
        outcome.status = 422
        return outcome
    try:
        try:
            write(sent, whole_number(request.POST.get("version")), day)
        except Conflict:
            changed = _changed(one, sent)
            if changed or one.state == AssessmentState.ERROR:
                outcome.status, outcome.conflict = 409, changed
                return outcome
            write(sent, one.version, day)  # the same answers, kept meanwhile by this very page
        outcome.done = True
    except WrongAnswers as error:
        outcome.errors |= {problem.key: problem.message for problem in error.problems}
    except DomainError as error:
        if error.status != 422:
            raise
        outcome.messages.append(error.message)
    if outcome.errors or outcome.messages:
        outcome.status = 422
    if not ending:
        _soft_problems(one, sent, outcome)
    return outcome


def _soft_problems(one: Assessment, sent: Posted, outcome: Outcome) -> None:
    """What a draft keeps and an ending would refuse: said, without stopping anything."""
    questionnaire = definition_of(one.form_version).questionnaire
    for problem in problems(questionnaire, sent.answers, final=False):
        outcome.errors.setdefault(problem.key, problem.message)


def _changed(one: Assessment, sent: Posted) -> list[Difference]:
    """What is stored beside what was sent, where they differ; ``one`` is read again."""
    one.refresh_from_db(fields=["answers", "version", "state", "updated_at"])
    questionnaire = definition_of(one.form_version).questionnaire
    stored = answers_of(one)
    mine = calculated(questionnaire, sent.answers, person_of(one.patient, one.authored_on))
    keys = sorted(stored.keys() | mine.keys(), key=lambda key: (questionnaire.numbers[key[0]], key[1]))
    rows = []
    for link, index in keys:
        item = questionnaire.by_link[link]
        row = Difference(item.text or link, words(mine, item, index), words(stored, item, index))
        if row.differs:
            rows.append(row)
    return rows


def _day(typed: str) -> tuple[date | None, str]:
    if not typed:
        return None, ""
    try:
        return date.fromisoformat(typed), ""
    except ValueError:
        return None, "Saisissez la date de l'évaluation."


def _page(
    request: HttpRequest, one: Assessment, context: dict[str, Any], sent: Posted, outcome: Outcome
) -> HttpResponse:
    questionnaire = definition_of(one.form_version).questionnaire
    answers = calculated(questionnaire, sent.answers, person_of(one.patient, one.authored_on))
    language = request.POST.get("langue") or request.GET.get("langue", "")
    language = language if language in questionnaire.languages else ""
    sheet = Sheet(questionnaire, answers, outcome.errors, sent.typed, sent.counts, language)
    saved = one.updated_at.astimezone(CAYENNE) if outcome.done else None
    context |= {
        "sheet": sheet.html(),
        "sections": sheet.sections(),
        "summary": sheet.summary() if outcome.status == 422 else [],
        "problems": outcome.messages,
        "conflict": outcome.conflict,
        "conflicted": outcome.status == 409,
        "day": request.POST.get("le") or one.authored_on.isoformat(),
        "reason": request.POST.get("reason", ""),
        "saved": f"{saved.hour} h {saved.minute:02d}" if saved else "",
        "languages": questionnaire.languages,
        "language": language,
    }
    name = f"{PAGE}#questions" if getattr(request, "htmx", False) else PAGE
    return render(request, name, context, status=outcome.status)
