"""The domains and the region: who sends, who answers, what the identities are worth, over time (RNIV §2.7)."""

import csv
import io
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.policies import require
from pepites.common.addresses import address
from pepites.common.views import actor_of, posted, status_of
from pepites.identity.views.base import attempt
from pepites.regional import policies, services
from pepites.regional.forms import DomainForm
from pepites.regional.models import Domain
from pepites.regional.selectors import domains, figures

REFUSED = "regional.link.refused"


@require_safe
def region(request: HttpRequest) -> HttpResponse:
    """The domains and the region in figures."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    context = {
        "region": domains.region_visible_to(actor),
        "dashboard": figures.dashboard(None),
        "export_url": address("regional:region-figures"),
    }
    return render(request, "regional/region.html", context)


@require_http_methods(["GET", "POST"])
def domain(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One domain: its feed, its indicators, who answers for it; Pépites' own included."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code=REFUSED)
    one = domains.domain_visible_to(actor, public_id)
    first = {name: getattr(one, name) for name in DomainForm.base_fields}
    form = DomainForm(posted(request), initial=first)
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            services.set_domain(
                actor=actor, code=one.code, name=one.name, oid=one.oid, uri=one.uri,
                organization_id=one.organization_id, **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, "Domaine enregistré.")
            return redirect("regional:domain", public_id)
    context = {
        "form": form,
        "domain": one,
        "feed": domains.feed_of(one),
        "dashboard": figures.dashboard(one),
        "export_url": address("regional:domain-figures", public_id),
    }
    return render(request, "regional/domain.html", context, status=status_of(form))


@require_safe
def region_figures(request: HttpRequest) -> HttpResponse:
    """A year of counts of every domain and of the region, as CSV: no person in it."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code="regional.figures.refused")
    return _csv(figures.export_visible_to(actor, None), "indicateurs-region.csv")


@require_safe
def domain_figures(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A year of counts of one domain, as CSV."""
    actor = actor_of(request)
    require(policies.is_cell(actor), code="regional.figures.refused")
    one: Domain = domains.domain_visible_to(actor, public_id)
    return _csv(figures.export_visible_to(actor, one), "indicateurs-domaine.csv")


def _csv(lines: list[list[str]], name: str) -> HttpResponse:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    response = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
