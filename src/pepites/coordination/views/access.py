"""The « Accès au dossier » page."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from pepites.audit.attempts import attempt
from pepites.common.identifiers import new_uuid
from pepites.common.views import actor_of, posted, status_of, whole_number
from pepites.coordination import services
from pepites.coordination.forms import ReportForm
from pepites.coordination.selectors import trace
from pepites.coordination.views.base import open_file

KINDS = (
    ("", "Tout"),
    (trace.READ, "Consultations"),
    (trace.WRITE, "Modifications"),
    (trace.REFUSED, "Refus"),
    (trace.EMERGENCY, "Urgences"),
)


@require_safe
def accesses(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Who opened the file, what, when and why."""
    patient, context = open_file(request, public_id, "access", "access.trace.read")
    kind = request.GET.get("type", "")
    kind = kind if kind in dict(KINDS) else ""
    asked = request.GET.get("page", "1")
    page = min(whole_number(asked) or 1, 200)
    lines, more = trace.trace_visible_to(actor_of(request), patient.pk, kind=kind, page=page)
    kept = f"type={kind}&" if kind else ""
    context |= {
        "lines": lines,
        "kinds": KINDS,
        "kind": kind,
        "previous": f"?{kept}page={page - 1}" if page > 1 else "",
        "next": f"?{kept}page={page + 1}" if more else "",
        "page_label": f"Page {page}",
    }
    return render(request, "coordination/access.html", context)


@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, public_id: UUID, entry: int) -> HttpResponse:
    """« Signaler un accès »."""
    patient, context = open_file(request, public_id, "access", "access.trace.read")
    form = ReportForm(posted(request), initial={"cle": new_uuid()})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with attempt(form):
            services.report_access(
                actor=actor_of(request), patient_id=patient.pk, entry_id=entry, comment=data["comment"], key=data["cle"]
            )
        if not form.errors:
            messages.success(request, "Accès signalé. La coordination du réseau va le vérifier.")
            return redirect("coordination:access", public_id)
    context |= {
        "form": form,
        "title": "Signaler un accès",
        "lead": f"Ligne {entry} de la trace.",
        "submit": "Signaler cet accès",
        "back": reverse("coordination:access", args=[patient.public_id]),
    }
    return render(request, "coordination/act.html", context, status=status_of(form))
