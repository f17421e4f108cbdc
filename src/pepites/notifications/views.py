"""The list of notices, and what one chooses to receive."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, posted, status_of, whole_number
from pepites.notifications import selectors, services
from pepites.notifications.delivery import open_channels
from pepites.notifications.enums import Channel
from pepites.notifications.forms import SettingsForm, offered
from pepites.notifications.models import Notification
from pepites.notifications.registry import event_types

FILTERS = (("", "Toutes"), (selectors.UNREAD, "Non lues"), (selectors.TO_TAKE, "À prendre en compte"))


@require_safe
def notice_list(request: HttpRequest) -> HttpResponse:
    """What the reader was told, the last first."""
    actor = actor_of(request)
    asked = request.GET.get("voir", "")
    only = asked if asked in dict(FILTERS) else ""
    page = max(whole_number(request.GET.get("page"), 1), 1)
    lines, total = selectors.list_visible_to(actor, only=only, page=page)
    last = page * selectors.SHOWN >= total
    kept = f"voir={only}&" if only else ""
    context = {
        "lines": lines, "total": total, "unread": selectors.unread_count(actor),
        "filters": [{"url": f"?voir={key}" if key else "?", "label": label, "active": key == only}
                    for key, label in FILTERS],
        "previous": f"?{kept}page={page - 1}" if page > 1 else "", "next": "" if last else f"?{kept}page={page + 1}",
        "page": page,
    }  # fmt: skip
    return render(request, "notifications/list.html", context)


@require_POST
def open_one(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Go where a notice leads: it is read."""
    notice = _own(request, public_id)
    services.mark_read(actor=actor_of(request), notification=notice)
    return redirect(notice.link)


@require_POST
def acknowledge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an alert in hand."""
    actor = actor_of(request)
    alert = services.acknowledge(actor=actor, notification=_own(request, public_id))
    if alert.acknowledged_by_id == actor.practice_id:
        messages.success(request, "C'est noté : les autres voient que vous vous en occupez.")
    else:
        messages.info(request, "Quelqu'un d'autre s'en occupait déjà, ou l'événement a été annulé.")
    return redirect("notifications:list")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything is read."""
    count = services.mark_all_read(actor=actor_of(request))
    if count:
        said = "notifications marquées comme lues" if count > 1 else "notification marquée comme lue"
        messages.success(request, f"{count} {said}.")
    return redirect("notifications:list")


@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """What one receives, by which channel, at what hours."""
    actor = actor_of(request)
    form = SettingsForm(posted(request), initial=_initial(actor) if request.method == "GET" else None)
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.choose(actor=actor, preference=form.preference(), wanted=form.wanted())
        if not form.errors:
            messages.success(request, "Réglages enregistrés.")
            return redirect("notifications:settings")
    context = {
        "form": form, "channels": form.channels(),
        "missing": [one.label for one in Channel if one not in offered()],
        "address": selectors.address_of(actor), "configured": Channel.EMAIL in open_channels(),
    }  # fmt: skip
    return render(request, "notifications/settings.html", context, status=status_of(form))


def _own(request: HttpRequest, public_id: UUID) -> Notification:
    found = selectors.notification_visible_to(actor_of(request), public_id)
    if found is None:
        raise NotFound
    return found


def _initial(actor: Actor) -> dict[str, Any]:
    held = selectors.preference_of(actor)
    user_id = actor.user_id or 0
    choices = selectors.choices_of([user_id])
    boxes = {
        channel: [kind.code for kind in event_types() if selectors.wants(choices, user_id, kind.code, channel)]
        for channel in offered()
    }
    return {**boxes} | {
        "rhythm": held.rhythm, "digest_hour": held.digest_hour, "quiet_from": held.quiet_from,
        "quiet_to": held.quiet_to, "quiet_days": list(held.quiet_days), "urgent_passes": held.urgent_passes,
    }  # fmt: skip
