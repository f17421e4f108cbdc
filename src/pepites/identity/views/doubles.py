"""The worklist of likely doubles."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from pepites.access.policies import require
from pepites.common.actor import Actor
from pepites.common.views import actor_of
from pepites.identity import policies, services
from pepites.identity.enums import CardState
from pepites.identity.forms import SettleForm
from pepites.identity.selectors import cards
from pepites.identity.selectors.insi import waiting_issues
from pepites.identity.views.base import attempt

_STATES = (CardState.OPEN, CardState.SAME, CardState.DISTINCT)


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    """« Doublons possibles »: cards of the cell, or of the networks one coordinates."""
    actor = actor_of(request)
    require(policies.can_settle(actor), code="identity.card.settle")
    asked = request.GET.get("etat", "")
    state = CardState(asked) if asked in CardState.values else CardState.OPEN
    text = request.GET.get("page", "1")
    page = min(int(text), 500) if text.isdigit() and int(text) else 1
    shown, more = cards.cards_visible_to(actor, state=state, page=page)
    context = {
        "cards": shown,
        "state": state,
        "open": state == CardState.OPEN,
        "tabs": [{"url": f"?etat={one}", "label": one.label, "active": one == state} for one in _STATES],
        "previous": f"?etat={state}&page={page - 1}" if page > 1 else "",
        "next": f"?etat={state}&page={page + 1}" if more else "",
        "page_label": f"Page {page}",
        "insi_waiting": waiting_issues(actor) if actor.identity_cell else None,
        "may_merge": state == CardState.SAME and bool(policies.can_merge(actor)),
    }
    return render(request, "identity/doubles.html", context)


@require_POST
def settle(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Decide one card."""
    actor = actor_of(request)
    require(policies.can_settle(actor), code="identity.card.settle")
    form = SettleForm(request.POST)
    if form.is_valid():
        same = form.cleaned_data["decision"] == "meme"
        with attempt(form):
            services.settle_card(actor=actor, card_id=public_id, same=same, reason=form.cleaned_data["reason"])
            messages.success(request, "Doublon confirmé." if same else "Noté : ce sont deux personnes.")
            return _after(actor, public_id, same=same)
    card = cards.card_visible_to(actor, public_id)
    return render(request, "identity/double.html", {"card": card, "form": form, "open": True}, status=422)


def _after(actor: Actor, public_id: UUID, *, same: bool) -> HttpResponse:
    """The cell goes on to the merge of two files found to be one person; everybody else back to the list."""
    card = cards.card_visible_to(actor, public_id) if same and policies.can_merge(actor) else None
    if card is None or card.right_is_line:
        return redirect("identity:doubles")
    return redirect("identity:merge-prepare", card.left.public_id, card.right.public_id)
