"""Importing a *file active* through the screen."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.errors import DomainError, NotFound
from pepites.common.views import actor_of, posted
from pepites.coordination.importing import storage
from pepites.coordination.importing.enums import WORKING, Outcome, RunState
from pepites.coordination.importing.forms import MappingForm, UploadForm
from pepites.coordination.importing.models import ImportRun
from pepites.coordination.importing.runs import ask_job, can_import, correct_mapping, receive_file
from pepites.coordination.importing.selectors import (
    columns_of,
    importable_networks,
    report_page,
    run_visible_to,
    runs_visible_to,
    tiles,
)
from pepites.networks.models import Network
from pepites.networks.selectors import network_by_slug

REFUSED = "coordination.import.refused"
_FOLDER = "coordination/importing"


def _network(request: HttpRequest, slug: str) -> Network:
    network = network_by_slug(slug)
    if network is None:
        raise NotFound
    require(can_import(actor_of(request), network), code=REFUSED, object_type="network", object_id=network.pk)
    return network


def _run(request: HttpRequest, slug: str, public_id: UUID) -> ImportRun:
    run = run_visible_to(_network(request, slug), public_id)
    if run is None:
        raise NotFound
    return run


@require_safe
def networks(request: HttpRequest) -> HttpResponse:
    """Choose the network to import into; straight there when there is one."""
    found = importable_networks(actor_of(request))
    if len(found) == 1:
        return redirect("coordination:import", found[0].slug)
    return render(request, f"{_FOLDER}/networks.html", {"networks": found})


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the file; the network's last imports."""
    network = _network(request, slug)
    form = UploadForm(posted(request), request.FILES or None)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES)
        if form.is_valid():
            file = form.cleaned_data["file"]
            try:
                run = receive_file(actor=actor_of(request), network=network, name=file.name, chunks=file.chunks())
            except DomainError as error:
                form.add_error("file", error.message)
            else:
                return redirect("coordination:import-run", slug, run.public_id)
    record("coordination.import.read", object_type="network", object_id=network.pk)
    context = {"network": network, "form": form, "runs": runs_visible_to(network)}
    return render(request, f"{_FOLDER}/upload.html", context, status=422 if form.errors else 200)


@require_safe
def import_run(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Where an import stands: its columns, its progress, its check or its result."""
    run = _run(request, slug, public_id)
    if getattr(request, "htmx", False):  # a redirection would put the whole report inside the progress bar
        if run.state in WORKING:
            return render(request, f"{_FOLDER}/run.html#progress", _frame(run))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("coordination:import-run", args=[slug, public_id])
        return response
    if run.state == RunState.DONE:
        return redirect("coordination:import-report", slug, public_id)
    return render(request, f"{_FOLDER}/run.html", _frame(run) | _mapping(run))


def _frame(run: ImportRun) -> dict[str, Any]:
    return {
        "run": run,
        "network": run.network,
        "working": run.state in WORKING,
        "checking": run.state == RunState.CHECKING,
        "checked": run.state == RunState.CHECKED,
        "failed": run.state == RunState.FAILED,
        "tiles": tiles(run.preview.get("counts", {})),
        "refused": run.preview.get("refused", []),
        "url": reverse("coordination:import-run", args=[run.network.slug, run.public_id]),
    }


def _mapping(run: ImportRun, form: MappingForm | None = None) -> dict[str, Any]:
    if run.state in WORKING:
        return {}
    columns = columns_of(run)
    return {"columns": columns, "form": form or (MappingForm(columns) if columns else None)}


@require_POST
def check(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Keep the corrected columns, then have the file checked without writing."""
    run = _run(request, slug, public_id)
    columns = columns_of(run)
    if columns is None:
        raise DomainError("Le fichier n'est plus là : déposez-le de nouveau.")
    form = MappingForm(columns, request.POST)
    if form.is_valid():
        try:
            if form.other_sheet:
                correct_mapping(actor=actor_of(request), run=run, mapping={"sheet": form.other_sheet})
            else:
                correct_mapping(actor=actor_of(request), run=run, mapping=form.mapping(run.mapping))
                ask_job(actor=actor_of(request), run=run, dry_run=True)
            return redirect("coordination:import-run", slug, public_id)
        except DomainError as error:
            form.add_error(None, error.message)
    return render(request, f"{_FOLDER}/run.html", _frame(run) | _mapping(run, form), status=422)


@require_POST
def start(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Import for good what was checked."""
    ask_job(actor=actor_of(request), run=_run(request, slug, public_id), dry_run=False)
    return redirect("coordination:import-run", slug, public_id)


@require_safe
def report(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The report, line by line, by outcome."""
    run = _run(request, slug, public_id)
    outcome = request.GET.get("issue", "")
    outcome = outcome if outcome in set(Outcome) else ""
    number = request.GET.get("page", "1")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    rows, more = report_page(run, outcome, page)
    record("coordination.import.report", object_type="import", object_id=run.public_id)
    base = f"?issue={outcome}&page=" if outcome else "?page="
    context = {
        "run": run,
        "network": run.network,
        "tiles": tiles(run.counts),
        "outcome": outcome,
        "rows": rows,
        "page": page,
        "previous": f"{base}{page - 1}" if page > 1 else "",
        "next": f"{base}{page + 1}" if more else "",
        "kept": storage.report_path(run.public_id).exists(),
    }
    return render(request, f"{_FOLDER}/report.html", context)


@require_safe
def download(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The whole report as CSV."""
    run = _run(request, slug, public_id)
    path = storage.report_path(run.public_id)
    if not path.exists():
        raise NotFound
    record("coordination.import.report", action="E", object_type="import", object_id=run.public_id)
    response = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="compte-rendu-import.csv"'
    return response
