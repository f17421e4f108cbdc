"""« Annuaire »: the national copy, for whoever is signed in. No patient data here."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from pepites.directory.national.search import search_national
from pepites.directory.national.selectors import last_load, lost_professionals, recent_loads, update_label
from pepites.directory.national.sheet import sheet_of

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
        "update": update_label(last_load()),
        "lost": lost_professionals() if administers and not typed else [],
        "loads": [] if typed else recent_loads(),
    }
    return render(request, "directory/national.html", context)


@require_safe
def national_person(request: HttpRequest, rpps: str) -> HttpResponse:
    """All the directory says of one professional."""
    sheet = sheet_of(rpps)
    if sheet is None:
        raise Http404
    return render(request, "directory/national_person.html", {"sheet": sheet, "update": update_label(last_load())})
