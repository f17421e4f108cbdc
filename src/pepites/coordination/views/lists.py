"""The *file active*: one table, one search box, filters, sort, pages."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from pepites.audit.unit import record
from pepites.common.addresses import address
from pepites.common.clock import today
from pepites.common.views import actor_of, whole_number
from pepites.coordination.enums import PathwayStatus
from pepites.coordination.selectors.file_active import TOTAL_CAP, ListFilters, find_patients
from pepites.coordination.selectors.query import parse_query
from pepites.coordination.selectors.rows import commune_label, list_rows
from pepites.coordination.views.printing import options, table_rows
from pepites.messaging.selectors import unread_counts
from pepites.networks.models import Network
from pepites.terminology.cog_facts import GUIANA

KEPT = ("q", "reseau", "commune", "statut", "retard", "nonlus", "tri", "sens", "lignes")
_COMMUNES = tuple(sorted(((code, names[0]) for code, names in GUIANA.items()), key=lambda pair: pair[1]))
COMMUNE_CHOICES = (("", "Toutes"), *_COMMUNES)
STATUSES = (("", "En cours"), *PathwayStatus.choices, ("tous", "Tous"))


@require_safe
def patient_list(request: HttpRequest) -> HttpResponse:
    """The reader's *file active*; an htmx request gets the results alone."""
    actor = actor_of(request)
    networks = {network.pk: network for network in Network.objects.all()}
    phone = request.headers.get("Sec-CH-UA-Mobile") == "?1"
    filters = _filters(request.GET, networks, phone=phone)
    unread = unread_counts(actor)
    found = find_patients(actor, filters, today(), unread)
    rows = list_rows(found.rows, unread, networks, today())
    if filters.query.regional_id and len(rows) == 1:
        return redirect(rows[0].url)
    code = "coordination.list.read" if filters.query.empty else "coordination.list.searched"
    record(code, subjects=tuple(found.ids), detail={"shown": len(rows)})
    context = (
        _frame(request, filters, networks)
        | _pages(request.GET, filters, found.total, len(rows))
        | {"rows": table_rows(rows)}
    )
    template = "coordination/patient_list.html"
    return render(request, f"{template}#results" if _fragment(request) else template, context)


def _fragment(request: HttpRequest) -> bool:
    return bool(getattr(request, "htmx", False)) and request.headers.get("HX-Target", "").lstrip("#") == "results"


def _filters(asked: QueryDict, networks: dict[int, Network], *, phone: bool) -> ListFilters:
    slugs = {network.slug: key for key, network in networks.items()}
    page = asked.get("page", "1")
    return ListFilters(
        query=parse_query(asked.get("q", "")),
        network=slugs.get(asked.get("reseau", "")),
        commune="".join(c for c in asked.get("commune", "")[:5] if c.isalnum()),
        status=asked.get("statut", ""),
        late=asked.get("retard") == "1",
        unread=asked.get("nonlus") == "1",
        sort="naissance" if asked.get("tri") == "naissance" else "nom",
        descending=asked.get("sens") == "desc",
        page=min(whole_number(page) or 1, 400),
        size=25 if phone or asked.get("lignes") == "25" else 50,  # interface §8
    )


def _address(asked: QueryDict, **changes: str) -> str:
    values = {name: asked.get(name, "") for name in KEPT} | changes
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{address('coordination:patient-list')}?{query}" if query else address("coordination:patient-list")


def _frame(request: HttpRequest, filters: ListFilters, networks: dict[int, Network]) -> dict[str, Any]:
    asked = request.GET
    return {
        "q": asked.get("q", ""),
        "asked": {name: asked.get(name, "") for name in KEPT},
        "networks": options(_choices(networks), asked.get("reseau", "")),
        "communes": options(COMMUNE_CHOICES, asked.get("commune", "")),
        "statuses": options(STATUSES, asked.get("statut", "")),
        "tags": _tags(asked, filters, networks),
        "clear": address("coordination:patient-list"),
        "filtered": any(asked.get(name) for name in ("reseau", "commune", "statut", "retard", "nonlus")),
        "sorts": {name: _sort(asked, filters, name) for name in ("nom", "naissance")},
    }


def _choices(networks: dict[int, Network]) -> tuple[tuple[str, str], ...]:
    ordered = sorted(networks.values(), key=lambda network: network.name)
    return (("", "Tous"), *((network.slug, network.short_name) for network in ordered))


def _tags(asked: QueryDict, filters: ListFilters, networks: dict[int, Network]) -> list[dict[str, str]]:
    tags = []
    if asked.get("q"):
        tags.append({"url": _address(asked, q=""), "label": f"« {asked['q'][:40]} »"})
    if filters.network:
        tags.append({"url": _address(asked, reseau=""), "label": networks[filters.network].short_name})
    if filters.commune:
        tags.append({"url": _address(asked, commune=""), "label": commune_label(filters.commune) or filters.commune})
    if filters.status:
        label = dict(STATUSES).get(filters.status, filters.status)
        tags.append({"url": _address(asked, statut=""), "label": f"Statut : {label}"})
    if filters.late:
        tags.append({"url": _address(asked, retard=""), "label": "En retard"})
    if filters.unread:
        tags.append({"url": _address(asked, nonlus=""), "label": "Non lus"})
    return tags


def _sort(asked: QueryDict, filters: ListFilters, name: str) -> dict[str, str]:
    chosen = filters.sort == name
    ascending = chosen and not filters.descending
    direction = ("ascending" if ascending else "descending") if chosen else ""
    return {"url": _address(asked, tri=name, sens="desc" if ascending else ""), "direction": direction}


def _pages(asked: QueryDict, filters: ListFilters, total: int, shown: int) -> dict[str, str]:
    start = (filters.page - 1) * filters.size
    words = f"{total:,}".replace(",", "\u202f") if total <= TOTAL_CAP else "plus de 10\u202f000"
    label = f"{start + 1} à {start + shown} sur {words}" if shown else "Aucune personne"
    page = filters.page
    return {
        "total_label": f"{words} personne{'s' if total > 1 else ''}" if shown else "Aucune personne",
        "page_label": label,
        "previous": _address(asked) + _page(asked, page - 1) if page > 1 else "",
        "next": _address(asked) + _page(asked, page + 1) if start + shown < total and shown == filters.size else "",
    }


def _page(asked: QueryDict, number: int) -> str:
    joined = any(asked.get(name) for name in KEPT)
    return f"{'&' if joined else '?'}page={number}"
