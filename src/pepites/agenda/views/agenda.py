"""The agenda: list, day and week, of oneself, a team, a colleague or a place."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from pepites.agenda.selectors.lines import Filter, day_words, days_visible_to
from pepites.agenda.selectors.people import colleagues_of, teams_of
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import today
from pepites.common.views import actor_of
from pepites.networks.models import Network

VIEWS = {"liste": ("Liste", 14), "jour": ("Jour", 1), "semaine": ("Semaine", 7)}
ME, TEAM, COLLEAGUE = "moi", "equipe:", "pro:"


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    """Appointments of the days asked for; each person shown is journalled."""
    actor = actor_of(request)
    view = request.GET.get("vue", "")
    view = view if view in VIEWS else "liste"
    first = _first(view, request.GET.get("le", ""))
    teams = teams_of(actor)
    choices = _choices(actor, teams)
    who = request.GET.get("qui", ME)
    who = who if who in dict(choices) else ME
    place = request.GET.get("lieu", "").strip()[:120]
    days, cut = days_visible_to(actor, _filter(actor, who, place), first, VIEWS[view][1])
    lines = [line for day in days for line in day.lines]
    record("agenda.read", subjects=tuple({line.patient_id for line in lines if line.patient_id}))
    length = VIEWS[view][1]
    return render(
        request,
        "agenda/agenda.html",
        {
            "view": view,
            "views": [(key, label) for key, (label, _) in VIEWS.items()],
            "days": days if view != "liste" else [day for day in days if day.lines or day.absences],
            "first": first,
            "title": day_words(first) if view == "jour" else _span_words(first, length),
            "choices": choices,
            "who": who,
            "place": place,
            "cut": cut,
            "previous": _query(view, first - timedelta(days=length), who, place),
            "following": _query(view, first + timedelta(days=length), who, place),
            "now": _query(view, today(), who, place),
            "as_view": {key: _query(key, first, who, place) for key in VIEWS},
        },
    )


def _span_words(first: date, length: int) -> str:
    return f"du {day_words(first)} au {day_words(first + timedelta(days=length - 1))}"


def _first(view: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today()
    day = min(max(day, date(2000, 1, 1)), date(2100, 1, 1))
    return day - timedelta(days=day.weekday()) if view == "semaine" else day


def _query(view: str, day: date, who: str, place: str) -> str:
    values: dict[str, Any] = {"vue": view, "le": day.isoformat()}
    if who != ME:
        values["qui"] = who
    if place:
        values["lieu"] = place
    return f"?{urlencode(values)}"


def _choices(actor: Actor, teams: list[Network]) -> list[tuple[str, str]]:
    named = [(f"{TEAM}{one.pk}", f"L'équipe {one.short_name}") for one in teams]
    people = [(f"{COLLEAGUE}{key}", words) for key, words in colleagues_of(actor, teams) if key != actor.practice_id]
    return [(ME, "Moi"), *named, *people]


def _filter(actor: Actor, who: str, place: str) -> Filter:
    if place:
        return Filter(place=place)
    if who.startswith(TEAM):
        return Filter(network_id=int(who.removeprefix(TEAM)))
    if who.startswith(COLLEAGUE):
        return Filter(practice_id=int(who.removeprefix(COLLEAGUE)))
    return Filter(practice_id=actor.practice_id)
