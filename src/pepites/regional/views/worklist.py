"""The cell's worklist and its cards (STIC-8)."""

from contextlib import suppress
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.common.addresses import address
from pepites.common.errors import Conflict
from pepites.common.views import actor_of, whole_number
from pepites.identity.views.base import attempt
from pepites.regional import policies, services
from pepites.regional.enums import CardState, Decision, Queue
from pepites.regional.forms import DecisionForm
from pepites.regional.selectors import card as cards
from pepites.regional.selectors import worklist as lists

REFUSED = "regional.card.refused"
DONE = {
    CardState.LINKED: "Les deux identités sont rapprochées.",
    CardState.DISTINCT: "Noté : ce sont deux personnes. Elles ne seront plus proposées.",
    CardState.SECOND: "Premier avis gardé : un autre lecteur doit confirmer.",
    CardState.WAITING: "Complément demandé : la carte attend.",
    CardState.ESCALATED: "Carte escaladée.",
    CardState.SETTLED: "Carte réglée.",
}


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """« Rapprochements »: one queue, its filters, its clock."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    filters = _filters(request)
    page = lists.cards_visible_to(actor, filters)
    kept = {"file": filters.queue, "domaine": filters.domain, "age": filters.age, "classe": filters.cls}
    kept = {name: value for name, value in kept.items() if value}
    context = {
        "page": page,
        "filters": filters,
        "tabs": [
            {
                "url": f"?file={one.value}", "label": one.label, "active": one == filters.queue,
                "badge": page.counts.get(one.value, ""), "badge_label": f"{page.counts.get(one.value, 0)} cartes",
            }
            for one in Queue
        ],
        "domains": lists.domains(),
        "ages": lists.AGES,
        "classes": lists.CLASSES,
        "previous": f"?{urlencode(kept | {'page': filters.page - 1})}" if filters.page > 1 else "",
        "next": f"?{urlencode(kept | {'page': filters.page + 1})}" if page.more else "",
        "page_label": f"Page {filters.page}, {page.total} carte{'s' if page.total > 1 else ''}",
        "title": Queue(filters.queue).label,
    }  # fmt: skip
    return render(request, "regional/worklist.html", context)


def _filters(request: HttpRequest) -> lists.Filters:
    asked = request.GET
    queue = asked.get("file", "")
    domain = asked.get("domaine", "")[:20]
    return lists.Filters(
        queue=queue if queue in Queue.values else Queue.CANDIDATES,
        domain=domain if domain.isalnum() else "",
        age=asked.get("age", "") if asked.get("age", "") in dict(lists.AGES) else "",
        cls=asked.get("classe", "") if asked.get("classe", "") in dict(lists.CLASSES) else "",
        page=min(max(whole_number(asked.get("page"), 1), 1), 400),
    )


@require_http_methods(["GET", "POST"])
def card(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One card: read, then decided."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    form = DecisionForm(request.POST if request.method == "POST" else None)
    conflict = ""
    if request.method == "POST" and form.is_valid():
        try:
            with attempt(form):
                state = services.decide_card(
                    actor=actor, card_id=public_id, decision=Decision(form.cleaned_data["decision"]),
                    reason=form.cleaned_data["reason"],
                )  # fmt: skip
                messages.success(request, DONE.get(state, "Décision gardée."))
                return _next(request, public_id)
        except Conflict as error:
            conflict = error.message
    page = cards.card_visible_to(actor, public_id)
    following = lists.next_card(actor, page.card.queue, public_id)
    context = {"page": page, "form": form, "conflict": conflict, "following": following}
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "regional/card.html", context, status=status)


def _to_list(queue: str) -> HttpResponse:
    return redirect(f"{address('regional:worklist')}?file={queue}")


def _next(request: HttpRequest, done: UUID) -> HttpResponse:
    """The next card of the same queue, taken at once; the list when there is none."""
    actor = actor_of(request)
    queue = cards.queue_of(done)
    following = lists.next_card(actor, queue, done)
    if following is None:
        return _to_list(queue)
    with suppress(Conflict), transaction.atomic():  # somebody took it in between: the page says so
        services.lock_card(actor=actor, card_id=following)
    return redirect("regional:card", following)


@require_POST
def take(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a card for a quarter of an hour."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    try:
        with transaction.atomic():
            services.lock_card(actor=actor, card_id=public_id)
    except Conflict as error:
        messages.warning(request, error.message)
    return redirect("regional:card", public_id)


@require_POST
def take_next(request: HttpRequest) -> HttpResponse:
    """Take the first free card of a queue."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    queue = request.POST.get("file", "")
    queue = queue if queue in Queue.values else Queue.CANDIDATES
    following = lists.next_card(actor, queue)
    if following is None:
        messages.info(request, "Aucune carte libre dans cette file.")
        return _to_list(queue)
    return take(request, following)
