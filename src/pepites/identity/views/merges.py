"""Merging two files, second reading, undoing, sorting: the identity cell's own pages (RNIV-13)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.common.errors import Conflict
from pepites.common.views import actor_of, posted, status_of
from pepites.identity import policies, services
from pepites.identity.enums import MergeState, RowDecision
from pepites.identity.forms_merging import DecideForm, MergeForm, SortForm, UndoForm
from pepites.identity.merging import selectors
from pepites.identity.merging.service import REFUSED
from pepites.identity.views.base import attempt

_DONE = "Dossiers fusionnés."
_STATES = (MergeState.ASKED, MergeState.DONE, MergeState.UNDONE, MergeState.REFUSED)


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Merges to read again, done, undone, refused."""
    asked = request.GET.get("etat", "")
    state = MergeState(asked) if asked in MergeState.values else MergeState.ASKED
    text = request.GET.get("page", "1")
    page = min(int(text), 500) if text.isdigit() and int(text) else 1
    lines, more = selectors.merges_visible_to(actor_of(request), state=state, page=page)
    context = {
        "lines": lines,
        "undone": state == MergeState.UNDONE,
        "tabs": [{"url": f"?etat={one}", "label": one.label, "active": one == state} for one in _STATES],
        "previous": f"?etat={state}&page={page - 1}" if page > 1 else "",
        "next": f"?etat={state}&page={page + 1}" if more else "",
        "page_label": f"Page {page}",
    }
    return render(request, "identity/merges.html", context)


@require_http_methods(["GET", "POST"])
def prepare(request: HttpRequest, one: UUID, two: UUID) -> HttpResponse:
    """Side by side, who stays, what follows; then the act."""
    actor = actor_of(request)
    form = MergeForm(posted(request))
    conflict = ""
    if form.is_bound and form.is_valid():
        try:
            with attempt(form):
                merge_id, state = services.ask_merge(actor=actor, one=one, two=two, reason=form.cleaned_data["reason"])
                done = state == MergeState.DONE
                messages.success(request, _DONE if done else "Fusion demandée : un second lecteur décide.")
                return redirect("identity:merge", merge_id)
        except Conflict as refused:
            conflict = refused.message
    context = {"sides": selectors.preview(actor, one, two), "form": form, "conflict": conflict}
    return render(request, "identity/merge_prepare.html", context, status=409 if conflict else status_of(form))


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One merge: what it joined, its story, what may be done."""
    return _page(request, public_id)


@require_POST
def decide(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The second reader's word, or the demand taken back."""
    form = DecideForm(request.POST)
    if not form.is_valid():
        return _page(request, public_id, decide_form=form)
    accept = form.cleaned_data["decision"] == "fusionner"
    try:
        with attempt(form):
            services.decide_merge(
                actor=actor_of(request), merge_id=public_id, accept=accept, reason=form.cleaned_data["reason"]
            )
            messages.success(request, _DONE if accept else "Fusion refusée.")
            return redirect("identity:merge", public_id)
    except Conflict as refused:
        return _page(request, public_id, conflict=refused.message)
    return _page(request, public_id, decide_form=form)


@require_POST
def undo(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Défaire cette fusion »."""
    form = UndoForm(request.POST)
    if form.is_valid():
        try:
            with attempt(form):
                left = services.undo_merge(
                    actor=actor_of(request), merge_id=public_id, reason=form.cleaned_data["reason"]
                )
                after = f" {left} ligne{'s' if left > 1 else ''} à trier." if left else ""
                messages.success(request, f"Fusion défaite : ce sont deux dossiers.{after}")
                return redirect("identity:merge", public_id)
        except Conflict as refused:
            return _page(request, public_id, conflict=refused.message)
    return _page(request, public_id, undo_form=form)


@require_POST
def sort(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Whose one row is; back to its merge."""
    require(policies.can_merge(actor_of(request)), code=REFUSED)
    form = SortForm(request.POST)
    if form.is_valid():
        try:
            services.sort_row(
                actor=actor_of(request), row_id=public_id, decision=RowDecision(form.cleaned_data["decision"])
            )
        except Conflict as refused:
            messages.warning(request, refused.message)
    merge_id, collision_id = form.cleaned_data.get("merge"), form.cleaned_data.get("collision")
    if collision_id:
        return redirect("identity:collision", collision_id)
    return redirect("identity:merge", merge_id) if merge_id else redirect("identity:merges")


def _page(
    request: HttpRequest,
    public_id: UUID,
    *,
    conflict: str = "",
    decide_form: DecideForm | None = None,
    undo_form: UndoForm | None = None,
) -> HttpResponse:
    refused = next((form for form in (decide_form, undo_form) if form is not None), None)
    context = {
        "page": selectors.merge_visible_to(actor_of(request), public_id),
        "conflict": conflict,
        "decide_form": decide_form or DecideForm(),
        "undo_form": undo_form or UndoForm(),
        "wrong": refused,
    }
    return render(request, "identity/merge.html", context, status=409 if conflict else 422 if refused else 200)
