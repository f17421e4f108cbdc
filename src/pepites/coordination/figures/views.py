"""The dashboard of a network, its files, its report; the networks side by side."""

from typing import Any, Final
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.clock import today
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, status_of
from pepites.coordination.figures import policies, services
from pepites.coordination.figures.board import Board, Shown, board_of, counted_words, number, said, trend
from pepites.coordination.figures.catalogue import INSIDE, OUTSIDE
from pepites.coordination.figures.comparing import networks_compared
from pepites.coordination.figures.drawing import TOWNS, line_of, map_of, scale_of
from pepites.coordination.figures.exporting import FORMATS, rows_of
from pepites.coordination.figures.forms import NarrowForm, PeriodForm
from pepites.coordination.figures.periods import read_period
from pepites.coordination.figures.printing import report_pdf
from pepites.coordination.figures.selectors import REFUSED, referents_of
from pepites.coordination.selectors.rows import commune_label
from pepites.networks.models import Network
from pepites.networks.selectors import network_by_slug

READ: Final = "coordination.figures.read"


@require_safe
def dashboard(request: HttpRequest, slug: str) -> HttpResponse:
    """The figures of a network, for its coordination and its administration: no name of a person followed."""
    network, form = _asked(request, slug)
    if not form.is_valid():
        return render(
            request, "coordination/figures/board.html", {"network": network, "form": form}, status=status_of(form)
        )
    board = _board(request, network, form)
    _journal(READ, network, board)
    places = board.named("par_commune")
    context = {
        "network": network,
        "form": form,
        "board": board,
        "tiles": [_tile(one) for one in board.figures if one.figure.plotted],
        "curves": [_curve(one) for one in board.figures if one.figure.plotted],
        "splits": [one for one in board.figures if one.now.parts and one.figure.key != "par_commune"],
        "places": places if places and places.now.parts else None,
        "map": map_of(dict(places.now.parts), places.words) if places else "",
        "asked": urlencode({key: request.GET[key] for key in form.fields if request.GET.get(key)}),
        "counted": counted_words(board),
        "formats": [(name, name.upper()) for name in FORMATS],
        "narrowed": bool(form.cleaned_data.get("commune") or form.cleaned_data.get("referent")),
    }
    return render(request, "coordination/figures/board.html", context)


@require_safe
def export(request: HttpRequest, slug: str, suffix: str) -> HttpResponse:
    """The same figures as a file. No person is in it: it may leave at once (design, law 4)."""
    if suffix not in FORMATS:
        raise Http404
    network, form = _asked(request, slug)
    if not form.is_valid():
        raise NotFound
    board = _board(request, network, form)
    _journal("coordination.figures.exported", network, board, action="E")
    write, content_type = FORMATS[suffix]
    return _file(write(rows_of(board)), f"tableau-de-bord.{suffix}", content_type)


@require_safe
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """The activity report, to print."""
    network, form = _asked(request, slug)
    if not form.is_valid():
        raise NotFound
    board = _board(request, network, form)
    actor = actor_of(request)
    content = report_pdf(network=network, board=board, printed_by=actor.professional_name or "Pépites")
    return _file(content, "rapport-activite.pdf", "application/pdf")


@require_POST
def recount(request: HttpRequest, slug: str) -> HttpResponse:
    """« Recompter »: a job does it, the reader goes back to the period they were reading."""
    network = network_by_slug(slug)
    if network is None:
        raise NotFound
    services.ask_recount(actor=actor_of(request), network=network)
    messages.success(request, "Le compte est demandé. Rouvrez cette page dans une minute.")
    period = read_period(request.POST.get("periode", ""), today())
    return redirect(f"{reverse('coordination:figures', args=[slug])}?periode={period.code}")


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """The networks side by side, for the region's cell."""
    actor = actor_of(request)
    require(policies.can_compare(actor), code=REFUSED)
    form = PeriodForm(request.GET)
    period = form.period() if form.is_valid() else read_period("", today())
    record("coordination.figures.compared", detail={"period": period.code})
    context = {"form": form, "period": period, "figures": networks_compared(actor, period), "least": OUTSIDE}
    return render(request, "coordination/figures/compare.html", context)


def _asked(request: HttpRequest, slug: str) -> tuple[Network, PeriodForm]:
    """The network, once the reader is known to read its figures; what they ask of it."""
    actor, network = actor_of(request), network_by_slug(slug)
    if network is None:
        raise NotFound
    require(policies.can_read_figures(actor, network.pk), code=REFUSED, object_type="network", object_id=slug)
    if not policies.can_narrow(actor, network.pk):
        return network, PeriodForm(request.GET)
    communes = [(code, commune_label(code)) for code in TOWNS]
    return network, NarrowForm(request.GET, communes=communes, referents=referents_of(actor, network))


def _board(request: HttpRequest, network: Network, form: PeriodForm) -> Board:
    referent = form.cleaned_data.get("referent")
    return board_of(
        actor_of(request), network, form.period(), commune=form.cleaned_data.get("commune") or "",
        referent=int(referent) if referent else None, least=INSIDE,
    )  # fmt: skip


def _journal(code: str, network: Network, board: Board, action: str = "R") -> None:
    detail = {"period": board.period.code or board.period.label}
    record(code, action=action, object_type="network", object_id=network.slug, detail=detail)


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _tile(one: Shown) -> dict[str, Any]:
    quartiles = one.now.quartiles
    return {
        "label": one.label,
        "value": said(one.figure, one.now),
        "plain": one.now.value is not None,
        "trend": trend(one),
        "target": "" if one.target is None else f"Objectif : {one.target} {one.unit}".strip(),
        "spread": f"La moitié entre {number(quartiles[0])} et {number(quartiles[1])} jours" if quartiles else "",
        "how": one.figure.how,
    }


def _curve(one: Shown) -> dict[str, Any]:
    values = [read.value for _, read in one.series]
    top = scale_of(values)
    return {
        "key": one.figure.key,
        "label": one.label,
        "line": line_of(values, top) if any(value is not None for value in values) else "",
        "scale": f"De 0 à {number(top)} {one.unit}".strip(),
        "months": [(month.label, said(one.figure, read)) for month, read in one.series],
    }
