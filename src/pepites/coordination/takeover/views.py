"""Taking over the history of another tool through the screen, and reading it in a person's file."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.access.policies import require
from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.errors import NotFound
from pepites.common.views import actor_of, identifier, posted, status_of
from pepites.coordination.importing.enums import WORKING, RunState
from pepites.coordination.takeover import report, selectors
from pepites.coordination.takeover.enums import OUTCOME_LABELS
from pepites.coordination.takeover.forms import ArchiveForm
from pepites.coordination.takeover.matching import REFUSED
from pepites.coordination.takeover.models import HistoryRun
from pepites.coordination.takeover.runs import ask_takeover, can_take_over, receive_archive
from pepites.coordination.views.base import found, open_file
from pepites.documents import store
from pepites.networks.models import Network
from pepites.networks.selectors import network_by_slug

_FOLDER = "coordination/takeover"
_SHOWN = 200


def _network(request: HttpRequest, slug: str) -> Network:
    network = found(network_by_slug(slug))
    decision = can_take_over(actor_of(request), network)
    require(decision, code=REFUSED, object_type="network", object_id=network.pk)
    return network


def _run(request: HttpRequest, slug: str, public_id: UUID) -> HistoryRun:
    return found(selectors.run_visible_to(_network(request, slug), public_id))


@require_http_methods(["GET", "HEAD", "POST"])
def takeover(request: HttpRequest, slug: str) -> HttpResponse:
    """Send the archive; the network's last takeovers."""
    network = _network(request, slug)
    form = ArchiveForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with attempt(form):
            run = receive_archive(
                actor=actor_of(request), network=network, tool=form.cleaned_data["tool"], name=file.name,
                chunks=file.chunks(),
            )  # fmt: skip
        if not form.errors:
            ask_takeover(actor=actor_of(request), run=run, dry_run=True)
            return redirect("coordination:takeover-run", slug, run.public_id)
    record("coordination.takeover.read", object_type="network", object_id=network.pk)
    context = {"network": network, "form": form, "runs": selectors.runs_visible_to(network)}
    return render(request, f"{_FOLDER}/upload.html", context, status=status_of(form))


@require_safe
def takeover_run(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Where a takeover stands: its progress, what the check says, what was taken over, what was left aside."""
    run = _run(request, slug, public_id)
    if getattr(request, "htmx", False):
        if run.state in WORKING:
            return render(request, f"{_FOLDER}/run.html#progress", _frame(run))
        response = HttpResponse(status=204)
        response["HX-Redirect"] = reverse("coordination:takeover-run", args=[slug, public_id])
        return response
    record("coordination.takeover.read", object_type="takeover", object_id=run.public_id)
    return render(request, f"{_FOLDER}/run.html", _frame(run))


def _frame(run: HistoryRun) -> dict[str, Any]:
    working = run.state in WORKING
    rows, more = ([], False) if working else selectors.report_lines(run, _SHOWN)
    return {
        "run": run,
        "network": run.network,
        "state": selectors.run_state(run),
        "working": working,
        "checked": run.state == RunState.CHECKED,
        "failed": run.state == RunState.FAILED,
        "done": run.state == RunState.DONE,
        "outcomes": list(OUTCOME_LABELS.values()),
        "tables": selectors.counted(run),
        "rows": rows,
        "more": more,
        "shown": _SHOWN,
        "url": reverse("coordination:takeover-run", args=[run.network.slug, run.public_id]),
    }


@require_POST
def takeover_check(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Check the same archive again: persons may have been imported since."""
    ask_takeover(actor=actor_of(request), run=_run(request, slug, public_id), dry_run=True)
    return redirect("coordination:takeover-run", slug, public_id)


@require_POST
def takeover_start(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Take over for good what was checked."""
    ask_takeover(actor=actor_of(request), run=_run(request, slug, public_id), dry_run=False)
    return redirect("coordination:takeover-run", slug, public_id)


@require_safe
def takeover_report(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Every line left aside, with its reason, as CSV."""
    run = _run(request, slug, public_id)
    path = report.report_path(run.public_id)
    if not path.exists():
        raise NotFound
    record("coordination.takeover.report", action="E", object_type="takeover", object_id=run.public_id)
    response = HttpResponse(path.read_bytes(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="reprise-lignes-laissees.csv"'
    return response


@require_safe
def history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """What was taken over about a person: notes and documents by level, conversations of those who took part."""
    actor = actor_of(request)
    patient, context = open_file(request, public_id, "file", "coordination.history.read")
    asked = identifier(request.GET.get("conversation", ""))
    thread = found(selectors.thread_visible_to(actor, patient.pk, asked)) if asked else None
    number = request.GET.get("page", "1")
    page = max(1, int(number)) if number.isdecimal() and len(number) < 6 else 1
    rows, more = selectors.history_visible_to(actor, patient.pk, page, thread)
    base = f"?conversation={asked}&page=" if asked else "?page="
    context |= {
        "rows": rows,
        "thread": thread,
        "threads": [] if thread or page > 1 else selectors.threads_visible_to(actor, patient.pk),
        "previous": f"{base}{page - 1}" if page > 1 else "",
        "next": f"{base}{page + 1}" if more else "",
    }
    return render(request, f"{_FOLDER}/history.html", context)


@require_safe
def history_file(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A document taken over: a photo in the page, a PDF as a download. Each opening is journalled."""
    file = found(selectors.file_visible_to(actor_of(request), public_id))
    record("coordination.history.opened", subjects=(file.patient_id,), object_type="history", object_id=public_id)
    response = HttpResponse(store.read(file.blob, sha256=file.sha256), content_type=file.content_type)
    kind = "inline" if file.content_type == "image/jpeg" else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(file.name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
