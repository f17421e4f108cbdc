"""Setting up a network on screens: a draft, its parts, a preview, a publication; import and export as one file."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from pepites.audit.attempts import attempt
from pepites.audit.unit import record
from pepites.common.decision import Reason, deny
from pepites.common.errors import Conflict, NotFound, Refused
from pepites.common.views import actor_of, posted, status_of, whole_number, without_context
from pepites.networks.models import Network
from pepites.networks.packs import pages, services
from pepites.networks.packs.forms import NetworkForm, PackFileForm, PublishForm, ValuesForm
from pepites.networks.packs.models import NetworkPack
from pepites.networks.packs.registry import all_sections
from pepites.networks.packs.selectors import as_file, draft_of, history, in_force, version_of
from pepites.networks.selectors import administered_network

HOME = "networks:pack"


def _network(request: HttpRequest, slug: str) -> Network:
    return administered_network(actor_of(request), slug)


def _draft(request: HttpRequest, slug: str) -> tuple[Network, NetworkPack]:
    network = _network(request, slug)
    draft = draft_of(network)
    if draft is None:
        raise Conflict("Aucun brouillon n'est en cours : commencez-en un sur la page des réglages.")
    return network, draft


@without_context
@require_http_methods(["GET", "POST"])
def new_network(request: HttpRequest) -> HttpResponse:
    """Open a network, for the platform's administrators."""
    actor = actor_of(request)
    if not actor.platform_admin:
        raise Refused(deny(Reason.ROLE_MISSING), code="networks.refused", object_type="network")
    form = NetworkForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with attempt(form):
            network = services.create_network(actor=actor, **form.cleaned_data)
            messages.success(request, "Réseau créé. Préparez ses réglages, puis publiez-les.")
            return redirect(HOME, network.slug)
    return render(request, "networks/new.html", {"form": form}, status=status_of(form))


@without_context
@require_http_methods(["GET", "POST"])
def pack(request: HttpRequest, slug: str) -> HttpResponse:
    """The parts of a network's settings, the draft under way, the versions."""
    network = _network(request, slug)
    if request.method == "POST":
        return _act(request, network)
    draft, current = draft_of(network), in_force(network.pk)
    shown = draft or current
    context = {
        "network": network,
        "draft": draft,
        "current": current,
        "parts": [pages.part(section, shown) for section in all_sections()],
        "versions": history(network),
    }
    return render(request, "networks/pack.html", context)


def _act(request: HttpRequest, network: Network) -> HttpResponse:
    actor, act = actor_of(request), request.POST.get("act")
    if act == "draft":
        services.open_draft(actor=actor, network=network)
    elif act == "from":
        services.start_from(actor=actor, network=network, number=whole_number(request.POST.get("numero")))
        messages.success(request, "Brouillon commencé à partir de cette version.")
    elif act == "abandon":
        services.abandon(actor=actor, network=network, revision=whole_number(request.POST.get("revision")))
        messages.success(request, "Brouillon abandonné.")
    else:
        raise NotFound
    return redirect(HOME, network.slug)


@without_context
@require_http_methods(["GET", "POST"])
def section(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One part: its values, its rows."""
    network, draft = _draft(request, slug)
    page = pages.section_page(draft, key)
    if request.method == "POST" and request.POST.get("act"):
        _arrange(request, network, key)
        return redirect("networks:pack-section", slug, key)
    form = _form(request, draft, page)
    if form.is_bound and form.is_valid():
        saved = _attempt(
            form, network, lambda: services.save_values(
                actor=actor_of(request), network=network, key=key, revision=form.cleaned_data["revision"],
                values=form.values(),
            ),
        )  # fmt: skip
        if saved:
            messages.success(request, "Enregistré dans le brouillon.")
            return redirect(HOME, slug)
    return render(request, "networks/section.html", _context(network, draft, page, form), status=status_of(form))


def _arrange(request: HttpRequest, network: Network, key: str) -> None:
    path = pages.codes(request.POST.get("code", ""))
    known: dict[str, Any] = {
        "actor": actor_of(request), "network": network, "key": key, "path": path,
        "revision": whole_number(request.POST.get("revision")),
    }  # fmt: skip
    match request.POST.get("act"):
        case "up":
            services.move_row(**known, up=True)
        case "down":
            services.move_row(**known, up=False)
        case "remove":
            services.remove_row(**known)
            messages.success(request, "Ligne retirée du brouillon.")
        case _:
            raise NotFound


@without_context
@require_http_methods(["GET", "POST"])
def add_row(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """A new row; one that holds rows of its own opens at once."""
    network, draft = _draft(request, slug)
    parent = pages.codes(request.GET.get("dans", ""))
    page = pages.new_row_page(draft, key, parent)
    form, made = _form(request, draft, page), [""]
    if form.is_bound and form.is_valid():

        def add() -> None:
            made[0] = services.add_row(
                actor=actor_of(request), network=network, key=key, parent=parent,
                revision=form.cleaned_data["revision"], values=form.values(),
            )  # fmt: skip

        if _attempt(form, network, add):
            messages.success(request, "Ligne ajoutée au brouillon.")
            if page.rows is not None:
                return redirect("networks:pack-row", slug, key, "/".join((*parent, made[0])))
            return _up(slug, key, parent)
    return render(request, "networks/section.html", _context(network, draft, page, form), status=status_of(form))


@without_context
@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, slug: str, key: str, path: str) -> HttpResponse:
    """One row: its values, and the rows it holds."""
    network, draft = _draft(request, slug)
    where = pages.codes(path)
    page = pages.row_page(draft, key, where)
    if request.method == "POST" and request.POST.get("act"):
        _arrange(request, network, key)
        return redirect("networks:pack-row", slug, key, path)
    form = _form(request, draft, page)
    if form.is_bound and form.is_valid():
        saved = _attempt(
            form, network, lambda: services.save_row(
                actor=actor_of(request), network=network, key=key, path=where, revision=form.cleaned_data["revision"],
                values=form.values(),
            ),
        )  # fmt: skip
        if saved:
            messages.success(request, "Enregistré dans le brouillon.")
            return _up(slug, key, where[:-1])
    return render(request, "networks/section.html", _context(network, draft, page, form), status=status_of(form))


@without_context
@require_http_methods(["GET", "POST"])
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """The draft as it will be, what it changes, what is to mend; publish."""
    network, draft = _draft(request, slug)
    form = PublishForm(posted(request), initial={"revision": draft.revision})
    if form.is_bound and form.is_valid():
        done = _attempt(
            form, network, lambda: services.publish(actor=actor_of(request), network=network, **form.cleaned_data)
        )
        if done:
            messages.success(
                request, f"Version {draft.number} publiée : elle vaut pour les suivis ouverts dès maintenant."
            )
            return redirect(HOME, slug)
    context = {"network": network, "draft": draft, "form": form, **pages.preview(network, draft)}
    return render(request, "networks/preview.html", context, status=status_of(form))


@without_context
@require_safe
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """A published version as a file."""
    network = _network(request, slug)
    asked = whole_number(request.GET.get("version"))
    found = version_of(network, asked) if asked else in_force(network.pk)
    if found is None:
        raise NotFound
    record("networks.pack.exported", object_type="network", object_id=slug, detail={"version": found.number})
    response = HttpResponse(as_file(network, found), content_type="application/json; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="pack-{network.slug}-v{found.number}.json"'
    return response


@without_context
@require_http_methods(["GET", "POST"])
def import_file(request: HttpRequest, slug: str) -> HttpResponse:
    """A draft made of a file."""
    network = _network(request, slug)
    form = PackFileForm(posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(services.LARGEST_FILE + 1)
        if _attempt(
            form, network, lambda: services.import_pack(actor=actor_of(request), network=network, content=content)
        ):
            messages.success(request, "Pack importé dans un brouillon : relisez-le, puis publiez-le.")
            return redirect("networks:pack-preview", slug)
    return render(request, "networks/import.html", {"network": network, "form": form}, status=status_of(form))


def _form(request: HttpRequest, draft: NetworkPack, page: pages.Page) -> ValuesForm:
    return ValuesForm(
        posted(request), declared=page.fields, values=page.values, sections=draft.sections, revision=draft.revision
    )


def _attempt(form: Form, network: Network, work: Callable[[], object]) -> bool:
    """Run a service for a form; refused, the form goes on from the draft as it now is, its words kept."""
    with attempt(form):
        work()
    draft = draft_of(network) if form.errors and isinstance(form, ValuesForm) else None
    if draft is not None and isinstance(form, ValuesForm):
        form.renew(draft.revision)
    return not form.errors


def _context(network: Network, draft: NetworkPack, page: pages.Page, form: ValuesForm) -> dict[str, Any]:
    return {"network": network, "draft": draft, "page": page, "form": form, "controls": pages.controls(form)}


def _up(slug: str, key: str, parent: tuple[str, ...]) -> HttpResponse:
    if parent:
        return redirect("networks:pack-row", slug, key, "/".join(parent))
    return redirect("networks:pack-section", slug, key)
