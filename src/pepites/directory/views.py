"""« Annuaire »: the national copy, for whoever is signed in. No patient data here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from pepites.audit.unit import release_connection, unit_of_work
from pepites.directory.finess.selectors import finess_label, structure_by_finess
from pepites.directory.national import live
from pepites.directory.national.search import search_national
from pepites.directory.national.selectors import last_load, lost_professionals, recent_loads, update_label
from pepites.directory.national.sheet import sheet_of
from pepites.directory.ports import NationalAway, national_directory
from pepites.directory.services import RPPS

MAX_TYPED = 120


@require_safe
def national(request: HttpRequest) -> HttpResponse:
    """One search box and its results."""
    typed = request.GET.get("q", "").replace("\0", "")[:MAX_TYPED].strip()
    actor = getattr(request, "actor", None)
    administers = bool(actor and (actor.platform_admin or actor.administered))
    context = {
        "typed": typed,
        "found": search_national(typed) if typed else None,
        "update": ". ".join(filter(None, (update_label(last_load()), finess_label()))),
        "structure": structure_by_finess(typed),
        "number": typed if RPPS.match(typed) and national_directory() is not None else "",
        "lost": lost_professionals() if administers and not typed else [],
        "loads": [] if typed else recent_loads(),
    }
    return render(request, "directory/national.html", context)


@require_safe
def national_person(request: HttpRequest, rpps: str) -> HttpResponse:
    """All the directory says of one professional."""
    kept = live.fresh(rpps)
    sheet = (live.sheet_from(kept) if kept else None) or sheet_of(rpps)
    if sheet is None:
        raise Http404
    update = live.said_on(kept.asked_at) if kept and kept.found else update_label(last_load())
    context = {"sheet": sheet, "update": update, "may_ask": national_directory() is not None}
    return render(request, "directory/national_person.html", context)


@require_POST
def ask_national(request: HttpRequest) -> HttpResponse:
    """Ask the directory itself about one number.

    Outside the request's unit of work (``OWN_UNIT_PATHS``): another server is waited for, then the answer is kept.
    """
    actor = request.actor  # type: ignore[attr-defined]
    rpps = request.POST.get("rpps", "").replace(" ", "")
    with unit_of_work(actor):
        live.require_may_ask(actor, rpps)
        held = live.fresh(rpps)
    if held is None or request.POST.get("encore"):
        directory = live.connected()
        release_connection()
        try:
            person = directory.find(rpps)
        except NationalAway as away:
            messages.warning(request, away.message)
            return redirect(f"{reverse('directory:national')}?q={rpps}")
        with unit_of_work(actor):
            held = live.keep(rpps, person)
    if held.found:
        return redirect("directory:national-person", rpps=rpps)
    messages.warning(request, f"L'annuaire national ne connaît pas le numéro {rpps}.")
    return redirect(f"{reverse('directory:national')}?q={rpps}")
