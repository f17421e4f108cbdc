"""The quarterly review of habilitations, for the administrators of networks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from pepites.accounts import administration as reading
from pepites.accounts.views.administration import administrators
from pepites.accounts.views.flow import acting
from pepites.audit.unit import record
from pepites.common.errors import DomainError, NotFound, Refused
from pepites.networks import review
from pepites.networks.services import confirm_membership, drop_suspended, end_membership

MOST = 100


@administrators
@require_http_methods(["GET", "POST"])
def habilitations(request: HttpRequest) -> HttpResponse:
    """Roles to look at again; keep or withdraw those that are ticked."""
    actor = acting(request)
    if request.method == "POST":
        _decide(request)
        return redirect("accounts:habilitations")
    lines, total = review.due(actor)
    context = {"lines": lines, "total": total, "more": total - len(lines)}
    return render(request, "accounts/administration/habilitations.html", context)


def _decide(request: HttpRequest) -> None:
    actor, act = acting(request), request.POST.get("act")
    if act not in {"keep", "withdraw"}:
        raise NotFound
    numbers = [text for text in request.POST.getlist("role") if text.isascii() and text.isdigit() and len(text) < 19]
    chosen = review.chosen(actor, [int(text) for text in numbers[:MOST]])
    if not chosen:
        messages.warning(request, "Cochez au moins un rôle.")
        return
    done = 0
    for one in chosen:
        try:
            if act == "keep":
                reading.undo_on_error(lambda one=one: confirm_membership(actor=actor, membership=one))  # type: ignore[misc]
            elif one.suspended_at:
                drop_suspended(actor=actor, membership=one)
            else:
                end_membership(actor=actor, network_id=one.network_id, membership_id=one.pk)
            done += 1
        except (NotFound, Refused):
            raise
        except DomainError as error:
            messages.error(request, f"{one.practice.professional.display_name} : {error.message}")
    if done:
        words = ("confirmé", "confirmés") if act == "keep" else ("retiré", "retirés")
        messages.success(request, f"{done} rôle {words[0]}." if done == 1 else f"{done} rôles {words[1]}.")


@administrators
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """Every role in force, for an audit, as a file."""
    actor = acting(request)
    text, rows = review.as_csv(actor, reading.account_names(review.reviewers(actor)))
    record("networks.habilitations.exported", action="R", object_type="habilitations", detail={"rows": rows})
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="habilitations.csv"'
    return response
