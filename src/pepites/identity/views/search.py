"""Search before creation, creation, and the places to choose from."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pepites.access.policies import can_break_glass, require
from pepites.audit.idempotency import once
from pepites.common.actor import Actor
from pepites.common.errors import DomainError, TooMany
from pepites.common.identifiers import new_uuid
from pepites.common.text import words
from pepites.common.views import actor_of, posted, status_of
from pepites.identity import policies, services
from pepites.identity.dates import PartialDate
from pepites.identity.forms import CreateForm, SearchForm
from pepites.identity.ins import ACCEPTED, InsNumber
from pepites.identity.insi.datamatrix import InsCode
from pepites.identity.models import SearchTrace
from pepites.identity.normalisation import TraitError, strict_ins
from pepites.identity.selectors.compare import TraitRow, compare, trait_row
from pepites.identity.selectors.known import Candidate
from pepites.identity.selectors.labels import birth_date_label
from pepites.identity.selectors.pages import own_search
from pepites.identity.services.search import Found
from pepites.identity.traits import IdentityTraits
from pepites.identity.views.base import address, attempt
from pepites.networks.acts import act_left
from pepites.terminology.selectors import place_suggestions

_NEARNESS = {
    1: "",
    2: "jour et mois inversés",
    3: "date d'avant une correction",
    4: "date interprétée ou proche, même année",
    5: "année voisine",
}


@require_http_methods(["GET", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """« Rechercher une personne », before any creation. POST: a birth date never goes into an address."""
    actor = actor_of(request)
    require(policies.can_search(actor), code="identity.search.refused")
    form = SearchForm(posted(request))
    context: dict[str, Any] = {"form": form, "searched": False, "may_settle": bool(policies.can_settle(actor))}
    status = 200
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            with attempt(form):
                if values["scanned"] is not None:
                    context |= _scanned(request, values["scanned"])
                elif values["date"] is None:
                    context |= _results(request, _by_number(actor, values["number"]), by_date=False)
                else:
                    result = services.search_before_create(
                        actor=actor, birth_date=values["date"], letters=values["letters"]
                    )
                    context |= _results(request, result, by_date=True)
        except TooMany as error:
            form.add_error(None, error.message)
            status = error.status
    return render(request, "identity/search.html", context, status=max(status, status_of(form)))


def _by_number(actor: Actor, number: str) -> services.SearchResult:
    """A regional identifier, or a complete INS typed without its authority: this environment's own are tried."""
    try:
        matricule = strict_ins(number)
    except TraitError:
        return services.search_by_number(actor=actor, number=number)
    for oid in sorted(ACCEPTED[settings.PEPITES_INSI_ENVIRONMENT]):
        result = services.search_by_ins(actor=actor, number=InsNumber(oid, matricule))
        if result.found:
            break
    return result


def _scanned(request: HttpRequest, code: InsCode) -> dict[str, Any]:
    """A scanned code: its number first, then its date and the first letters of the name; nothing is believed (§1.6)."""
    actor = actor_of(request)
    if not code.number.accepted_in(settings.PEPITES_INSI_ENVIRONMENT):
        raise DomainError(
            "Ce code porte un numéro d'essai, ou d'un autre environnement : il ne vaut pas ici.", field="number"
        )
    found = services.search_by_ins(actor=actor, number=code.number)
    by_date = not found.found
    if by_date:
        letters = words(code.birth_name).replace(" ", "")[:3]
        found = services.search_before_create(actor=actor, birth_date=PartialDate(code.birth_date), letters=letters)
    born = code.birth_date
    filled = SearchForm(
        initial={"birth_day": f"{born:%d}", "birth_month": f"{born:%m}", "birth_year": f"{born.year:04}"}
    )
    return {"form": filled, "scanned": code} | _results(request, found, by_date=by_date)


def _results(request: HttpRequest, result: services.SearchResult, *, by_date: bool) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "searched": True,
        "results": [_result(found) for found in result.found],
        "full": len(result.found) >= 20,
        "create_url": f"{address('identity:create')}?recherche={result.search_id}" if by_date else "",
        "may_break_glass": bool(can_break_glass(actor)),
        "may_include": bool(actor.coordinated) and bool(act_left(actor, "pathway.open")),
    }


def _result(found: Found) -> dict[str, Any]:
    row = trait_row(
        birth_name=found.birth_name, given_names=found.given_names, birth_date=found.birth_date,
        interpreted=found.interpreted, sex=found.sex, birth_place_cog=found.birth_place_cog, status=found.status,
        flags=found.flags, public_id=found.public_id, visible=found.visible,
    )  # fmt: skip
    return {"row": row, "nearness": _NEARNESS.get(found.nearness, ""), **_ways_in(row)}


def _ways_in(row: TraitRow) -> dict[str, str]:
    return {
        "open_url": (address("coordination:file", row.public_id) or address("identity:page", row.public_id))
        if row.visible
        else "",
        "emergency_url": address("access:emergency", row.public_id),
        "include_url": address("coordination:pathway-open", row.public_id),
    }


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """« Créer une identité », only behind a search of one's own on the same date (RNIV-9)."""
    actor = actor_of(request)
    asked = request.GET.get("recherche") or request.POST.get("recherche", "")
    trace = own_search(actor, _uuid(asked))
    if trace is None:
        messages.warning(
            request, "Cherchez d'abord la personne par sa date de naissance : la création suit la recherche."
        )
        return redirect("identity:search")
    form = CreateForm(posted(request), initial=_date_parts(trace))
    context: dict[str, Any] = {"form": form, "trace": trace, "cle": request.POST.get("cle") or new_uuid()}
    status = 200
    if form.is_bound and form.is_valid():
        try:
            services.count_attempt(actor=actor, search_id=trace.public_id)
            with attempt(form):
                return _created(request, form, trace)
        except TooMany as error:
            form.add_error(None, error.message)
            status = error.status
        except services.LikelyDoubles as warned:
            form.add_error(
                "not_same_reason", "Comparez avec la personne déjà connue, puis dites pourquoi ce n'est pas elle."
            )
            form.fields["not_same_reason"].required = True
            context |= _doubles(form.traits(), warned.candidates)
    context["born"] = birth_date_label(trace.birth_date, interpreted=trace.precision != "JOUR")
    return render(request, "identity/create.html", context, status=max(status, status_of(form)))


def _created(request: HttpRequest, form: CreateForm, trace: SearchTrace) -> HttpResponse:
    actor, values = actor_of(request), form.cleaned_data
    seen = [found for text in values["seen"].split() if (found := _uuid(text))]

    def work() -> dict[str, object]:
        patient = services.create_identity(
            actor=actor,
            traits=form.traits(),
            search_id=trace.public_id,
            phones=[values["phone"]],
            commune_cog=values["commune"],
            not_same_reason=values["not_same_reason"],
            seen=seen,
        )
        return {"patient": str(patient.public_id)}

    asked = {name: value for name, value in request.POST.items() if name not in ("csrfmiddlewaretoken", "cle")}
    done = once(actor, _uuid(request.POST.get("cle", "")), asked, work)
    messages.success(request, "Identité créée. Elle est provisoire tant qu'aucune pièce n'a été vérifiée.")
    return redirect("identity:page", done["patient"])


def _date_parts(trace: SearchTrace) -> dict[str, Any]:
    """The searched date as it was typed: what was unknown stays empty (§1.4)."""
    born = trace.birth_date
    assert born is not None
    parts: dict[str, Any] = {"birth_day": f"{born:%d}", "birth_month": f"{born:%m}", "birth_year": f"{born:%Y}"}
    if trace.precision == "MOIS":
        parts["birth_day"] = ""
    elif trace.precision != "JOUR":
        parts["birth_month"] = ""
        if (born.month, born.day) == (12, 31):
            parts["birth_day"] = ""
    return parts


def _doubles(traits: IdentityTraits, candidates: list[Candidate]) -> dict[str, Any]:
    checked = traits.checked()
    typed = trait_row(
        birth_name=checked.birth_name, given_names=checked.given_names, birth_date=checked.birth_date.stored,
        interpreted=checked.birth_date.interpreted, sex=checked.sex, birth_place_cog=checked.birth_place_cog,
    )  # fmt: skip
    doubles = []
    for one in candidates:
        row = trait_row(
            birth_name=one.birth_name, given_names=one.given_names, birth_date=one.birth_date,
            interpreted=one.interpreted, sex=one.sex, birth_place_cog=one.birth_place_cog, status=one.status,
            flags=one.flags, public_id=one.public_id, visible=one.visible,
        )  # fmt: skip
        doubles.append(
            {"row": row, "rows": compare(row, typed), "reasons": one.reasons, "twins": one.twin_risk, **_ways_in(row)}
        )
    return {"doubles": doubles, "shown": " ".join(str(one.public_id) for one in candidates)}


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


@require_safe
def places(request: HttpRequest) -> JsonResponse:
    """Communes and countries for the comboboxes (INS-21); no personal data."""
    return JsonResponse({"results": place_suggestions(request.GET.get("q", "")[:60])})
