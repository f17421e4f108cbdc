"""Reading a plan, comparing its versions, validating and signing it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pepites.access.enums import Level
from pepites.audit.attempts import attempt
from pepites.common.clock import CAYENNE, local_day
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, identifier, posted, status_of, whole_number
from pepites.coordination.editions.enums import EditionKind
from pepites.coordination.editions.services import ask_edition
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.models import CarePlan, PlanVersion
from pepites.coordination.plan import selectors
from pepites.coordination.plan.agreeing import confirm_version, sign_version
from pepites.coordination.plan.content import EMPTY, compare
from pepites.coordination.plan.drafting import open_plan
from pepites.coordination.plan.enums import PlanState
from pepites.coordination.plan.forms import OpenForm, SignForm
from pepites.coordination.plan.printing import TRACE
from pepites.coordination.plan.shown import shown
from pepites.coordination.selectors.around import pathways_visible_to
from pepites.coordination.selectors.labels import day_label, short_day, who
from pepites.coordination.views.base import found, open_file

READ = "coordination.plan.read"


def plan_page(request: HttpRequest, public_id: UUID, *, level: int = Level.SOCIAL) -> tuple[CarePlan, dict[str, Any]]:
    """A plan and the frame of its file."""
    plan = found(selectors.plan_visible_to(actor_of(request), public_id))
    patient, context = open_file(request, plan.patient.public_id, "plan", READ, level=level)
    back = f"{reverse('coordination:plan', args=[patient.public_id])}?plan={plan.public_id}"
    return plan, context | {"plan": plan, "back": back}


@require_http_methods(["GET", "POST"])
def summary(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The plan in force, the person's words first; beginning one."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "plan", READ)
    plans = selectors.plans_visible_to(actor, patient.pk)
    taken = {plan.network_id for plan in plans if plan.state != PlanState.CLOSED}
    networks = [
        (one.network_id, one.network.name)
        for one in pathways_visible_to(actor, patient.pk)
        if one.status != PathwayStatus.CLOSED and one.network_id not in taken
    ]
    form = OpenForm(posted(request), networks=networks, initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            made = open_plan(
                actor=actor, patient_id=patient.pk, network_id=form.cleaned_data["network"],
                key=form.cleaned_data["cle"],
            )  # fmt: skip
        if not form.errors:
            return redirect("coordination:plan-draft", made.public_id)
    asked = identifier(request.GET.get("plan", ""))
    plan = next((one for one in plans if one.public_id == asked), plans[0] if plans else None)
    context |= {"form": form, "networks": networks, "plan": plan, "others": [one for one in plans if one != plan]}
    context["may_write"] = context["standing"] >= Level.FULL and not context["identity"].frozen
    if plan is not None:
        context |= _in_force(request, plan)
    return render(request, "coordination/plan/summary.html", context, status=status_of(form))


def _in_force(request: HttpRequest, plan: CarePlan) -> dict[str, Any]:
    late = selectors.to_revise(plan)
    told: dict[str, Any] = {
        "referent": who(plan.referent),
        "late": late,
        "closed": plan.state == PlanState.CLOSED,
        "tone": {"valide": "success", "actif": "info", "revise": "warning"}.get(plan.state, "neutral"),
    }
    current = selectors.version_visible_to(actor_of(request), plan, plan.published)
    if current is None:
        return told
    live = selectors.live_actions(plan) if plan.state != PlanState.CLOSED else None
    content = selectors.contents_of([current])[current.number]
    return told | _version_words(request, current) | {"content": shown(content, live), "version": current}


def _version_words(request: HttpRequest, version: PlanVersion) -> dict[str, Any]:
    named = selectors.validations_of(version)
    mine = actor_of(request).practice_id
    return {
        "published": day_label(local_day(version.published_at)),
        "review": day_label(version.review_on),
        "author": who(version.author)["name"],
        "to_confirm": any(one.practice_id == mine and one.confirmed_at is None for one in named),
        "validations": [{**who(one.practice), "when": _day(one.confirmed_at)} for one in named],
        "signatures": [
            {
                "name": one.name,
                "quality": one.get_quality_display(),
                "lines": one.strokes.split(";") if one.strokes else [],
                "when": f"{one.signed_at.astimezone(CAYENNE):%d/%m/%Y à %H h %M}",
                "by": one.collected_by.professional.display_name,
            }
            for one in selectors.signatures_of(version)
        ],
        "trace": TRACE,
    }  # fmt: skip


def _day(moment: datetime | None) -> str:
    return short_day(local_day(moment)) if moment else ""


@require_GET
def versions(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Versions, and two of them compared in words."""
    plan, context = plan_page(request, public_id)
    listed = selectors.versions_visible_to(actor_of(request), plan)
    by_number = {one.number: one for one in listed}
    after = by_number.get(whole_number(request.GET.get("apres"), plan.published))
    before = by_number.get(whole_number(request.GET.get("avant"), (after.number if after else 1) - 1))
    contents = selectors.contents_of([one for one in (before, after) if one])
    context |= {
        "versions": [
            {
                "number": one.number, "reason": one.reason, "author": who(one.author)["name"],
                "on": _day(one.published_at),
            }
            for one in listed
        ],
        "before": before,
        "after": after,
        "changes": compare(contents[before.number] if before else EMPTY, contents[after.number]) if after else [],
    }  # fmt: skip
    return render(request, "coordination/plan/versions.html", context)


@require_GET
def version(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """One published version as it was."""
    plan, context = plan_page(request, public_id)
    one = found(selectors.version_visible_to(actor_of(request), plan, number))
    context |= _version_words(request, one)
    context |= {"version": one, "content": shown(selectors.contents_of([one])[number])}
    context["back"] = reverse("coordination:plan-versions", args=[plan.public_id])
    return render(request, "coordination/plan/version.html", context)


@require_POST
def pdf(request: HttpRequest, public_id: UUID, number: int) -> HttpResponse:
    """Have a version put on paper: tagged for reading, or for archives with ``norme=archive``."""
    plan, _ = plan_page(request, public_id)
    edition = ask_edition(
        actor=actor_of(request), patient_id=plan.patient_id, kind=EditionKind.PLAN, item=plan.public_id, number=number,
        archive=request.POST.get("norme") == "archive",
    )  # fmt: skip
    return redirect("coordination:edition", edition.public_id)


@require_POST
def confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One of those named says that they validate the version in force."""
    plan, context = plan_page(request, public_id)
    current = found(selectors.version_visible_to(actor_of(request), plan, whole_number(request.POST.get("version"))))
    everybody = confirm_version(actor=actor_of(request), version=current)
    messages.success(request, "Plan validé par tous." if everybody else "Votre validation est enregistrée.")
    return redirect(context["back"])


@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The person, or who speaks for them, agrees to the version that is shown."""
    plan, context = plan_page(request, public_id)
    current = found(selectors.version_visible_to(actor_of(request), plan, plan.published))
    form = SignForm(posted(request), initial={"cle": new_uuid(), "digest": current.digest})
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        with attempt(form):
            sign_version(actor=actor_of(request), version=current, key=data.pop("cle"), **data)
        if not form.errors:
            messages.success(request, "Accord enregistré.")
            return redirect(context["back"])
    status = status_of(form)
    if form.is_bound and form.data.get("digest") not in (
        None,
        "",
        current.digest,
    ):  # another version since: it is the one shown now
        sent = request.POST.copy()
        sent["digest"], status = current.digest, 409
        form.data = sent
    content = shown(selectors.contents_of([current])[current.number])
    context |= {"form": form, "version": current, "content": content, "trace": TRACE}
    return render(request, "coordination/plan/sign.html", context, status=status)
