"""One's own agenda: absences, usual hours, calendar addresses, a calendar taken in."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.agenda import services
from pepites.agenda.calendar_files import LARGEST, calendar_of
from pepites.agenda.forms import WEEKDAYS, AbsenceForm, CalendarForm, FeedForm, HoursForm
from pepites.agenda.selectors import people
from pepites.agenda.selectors.feed import feed_lines
from pepites.agenda.services.feeds import digest_of
from pepites.agenda.services.planning import own_practice
from pepites.audit.attempts import attempt
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, posted, public, status_of


def _placed(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    own_practice(actor)
    return actor


@require_http_methods(["GET", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    """One's absences; a new one, with its replacement."""
    actor = _placed(request)
    others = [
        (key, words) for key, words in people.colleagues_of(actor, people.teams_of(actor)) if key != actor.practice_id
    ]
    form = AbsenceForm(posted(request), colleagues=others)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            _, handed = services.declare_absence(
                actor=actor, starts_on=data["starts_on"], ends_on=data["ends_on"], replaced_by=data["replaced_by"]
            )
        if not form.errors:
            more = (
                f" {handed} rendez-vous confiés : vérifiez que chacun a son remplaçant dans le cercle."
                if handed
                else ""
            )
            messages.success(request, f"Absence notée.{more}")
            return redirect("agenda:absences")
    context = {"form": form, "absences": people.absences_of(actor), "back": reverse("agenda:agenda")}
    return render(request, "agenda/absences.html", context, status=status_of(form))


@require_POST
def end_absence(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Back after all."""
    actor = _placed(request)
    absence = people.own_absence(actor, public_id)
    if absence is None:
        raise NotFound
    services.cancel_absence(actor=actor, absence=absence)
    messages.success(request, "Absence retirée.")
    return redirect("agenda:absences")


@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """The usual week."""
    actor = _placed(request)
    standing = people.hours_of(actor)
    initial = {f"opens_{day}": one.opens for day, one in standing.items()}
    initial |= {f"closes_{day}": one.closes for day, one in standing.items()}
    form = HoursForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.set_usual_hours(actor=actor, hours=form.hours())
        if not form.errors:
            messages.success(request, "Horaires enregistrés.")
            return redirect("agenda:hours")
    week = [(name, form[f"opens_{day}"], form[f"closes_{day}"]) for day, name in enumerate(WEEKDAYS)]
    context = {"form": form, "week": week, "back": reverse("agenda:agenda")}
    return render(request, "agenda/hours.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """Calendar addresses; a new one is shown once, in the answer that makes it."""
    actor = _placed(request)
    form = FeedForm(posted(request))
    address = ""
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            secret = services.open_feed(actor=actor, label=form.cleaned_data["label"])
            address = request.build_absolute_uri(reverse("agenda:feed", args=[secret]))
    context = {"form": form, "address": address, "feeds": people.feeds_of(actor), "back": reverse("agenda:agenda")}
    response = render(request, "agenda/feeds.html", context, status=status_of(form))
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def end_feed(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Revoke an address."""
    actor = _placed(request)
    feed = people.own_feed(actor, public_id)
    if feed is None:
        raise NotFound
    services.revoke_feed(actor=actor, feed=feed)
    messages.success(request, "Adresse révoquée : elle ne répond plus.")
    return redirect("agenda:feeds")


@public
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What a calendar reads: neutral titles, nothing of anybody."""
    lines = feed_lines(digest_of(secret))
    if lines is None:
        raise NotFound
    response = HttpResponse(calendar_of(lines, now()), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Busy times of one's calendar elsewhere."""
    actor = _placed(request)
    form = CalendarForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            content = form.cleaned_data["file"].read(LARGEST + 1)
            added, gone = services.import_calendar(actor=actor, content=content)
        if not form.errors:
            messages.success(request, f"{added} créneaux occupés ajoutés, {gone} retirés.")
            return redirect("agenda:agenda")
    context = {"form": form, "back": reverse("agenda:agenda")}
    return render(request, "agenda/import.html", context, status=status_of(form))
