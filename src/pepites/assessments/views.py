"""Preparing the forms of a network: list, questions, score, preview, publication, import and export. No JSON typed."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.assessments import editing, selectors, services
from pepites.assessments.definitions import Definition, definition_of
from pepites.assessments.enums import VersionState
from pepites.assessments.forms import NewForm, QuestionForm, ScoreForm, SettingsForm, question_initial, score_initial
from pepites.assessments.models import FormVersion
from pepites.assessments.questionnaire import extensions as ext
from pepites.assessments.questionnaire.errors import FormError
from pepites.assessments.questionnaire.items import GROUP, Item, Questionnaire
from pepites.assessments.questionnaire.parsing import MAX_BYTES, parse, read_json
from pepites.assessments.questionnaire.scoring import parse_scoring
from pepites.assessments.sheet import Sheet
from pepites.audit.attempts import attempt
from pepites.common.errors import Conflict, DomainError, NotFound
from pepites.common.views import actor_of, posted, status_of, whole_number
from pepites.networks.models import Network
from pepites.networks.selectors import administered_network

REFUSED = "assessments.form.refused"
SCORING = "urn:pepites:questionnaire:scoring"
_FOLDER = "assessments/builder"


def _network(request: HttpRequest, slug: str) -> Network:
    return administered_network(actor_of(request), slug, code=REFUSED)


def _version(request: HttpRequest, slug: str, public_id: UUID, *, prepared: bool = True) -> tuple[Network, FormVersion]:
    network = _network(request, slug)
    version = selectors.version_visible_to(actor_of(request), public_id)
    if version is None or version.form.network_id != network.pk:
        raise NotFound
    if prepared and version.state != VersionState.DRAFT:
        raise DomainError("Cette version est publiée : préparez-en une nouvelle depuis la liste.")
    return network, version


def _definition(version: FormVersion) -> tuple[Definition | None, str]:
    """The definition, or the sentence that says what is not right yet."""
    try:
        return definition_of(version), ""
    except FormError as error:
        return None, error.message


@require_http_methods(["GET", "POST"])
def form_list(request: HttpRequest, slug: str) -> HttpResponse:
    """Forms of a network; a new one, from nothing or from a FHIR file."""
    network = _network(request, slug)
    form = NewForm(posted(request), request.FILES or None, initial={"category": "social"})
    if request.method == "POST" and form.is_valid():
        with attempt(form, Conflict, NotFound):
            version = _create(request, network, form.cleaned_data)
        if not form.errors:
            messages.success(request, "Formulaire créé. Ajoutez ses questions, puis publiez-le.")
            return redirect("assessments:form-edit", slug, version.public_id)
    context = {"network": network, "form": form, "versions": selectors.versions_of_network(network.pk)}
    return render(request, f"{_FOLDER}/list.html", context, status=status_of(form))


def _create(request: HttpRequest, network: Network, data: dict[str, Any]) -> FormVersion:
    upload, scoring = data.get("fichier"), {}
    if upload:
        if upload.size > MAX_BYTES:
            raise FormError("Ce fichier dépasse 1 Mo.")
        questionnaire = read_json(upload.read())
        scoring = _scoring_of(questionnaire, parse(questionnaire))
        if data.get("title"):
            questionnaire["title"] = data["title"]
    else:
        questionnaire = {
            "resourceType": "Questionnaire",
            "status": "draft",
            "title": data.get("title") or "",
            "item": [],
        }
    return services.create_form(
        actor=actor_of(request), network_id=network.pk, category=data["category"],
        questionnaire=questionnaire, scoring=scoring,
        source=str(questionnaire.get("publisher") or ""), licence=str(questionnaire.get("copyright") or ""),
    )  # fmt: skip


def _scoring_of(questionnaire: dict[str, Any], parsed: Questionnaire) -> dict[str, Any]:
    """The scores that another Pépites exported with the questionnaire."""
    held = ext.find(questionnaire, SCORING)
    questionnaire["extension"] = [one for one in ext.dicts(questionnaire.get("extension")) if one.get("url") != SCORING]
    try:
        scoring = json.loads(held) if isinstance(held, str) else {}
    except ValueError:
        raise FormError("Les scores joints à ce fichier ne sont pas lisibles.") from None
    if not isinstance(scoring, dict):
        raise FormError("Les scores joints à ce fichier ne sont pas lisibles.")
    parse_scoring(scoring, parsed)
    return scoring


@require_http_methods(["GET", "POST"])
def form_edit(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """What is said of a form, its questions, its score."""
    network, version = _version(request, slug, public_id)
    initial = {name: getattr(version, name) for name in ("title", "source", "licence", "caution", "revision")}
    form = SettingsForm(posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        questionnaire = version.questionnaire | {"title": data["title"]}
        texts = {name: data[name] for name in ("source", "licence", "caution")}
        with attempt(form, Conflict, NotFound):
            services.save_version(
                actor=actor_of(request), version=version, revision=data["revision"], questionnaire=questionnaire,
                scoring=version.scoring, **texts,
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Enregistré.")
            return redirect("assessments:form-edit", slug, public_id)
    _, wrong = _definition(version)
    context = {
        "network": network, "version": version, "form": form, "wrong": wrong,
        "lines": editing.lines(version.questionnaire),
        "scores": ext.dicts(version.scoring.get("scores")), "alerts": ext.dicts(version.scoring.get("alerts")),
    }  # fmt: skip
    return render(request, f"{_FOLDER}/edit.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Add a question, or change one (``?question=``)."""
    network, version = _version(request, slug, public_id)
    link = request.GET.get("question", "")
    raw = editing.find(version.questionnaire, link) if link else {}
    items = _items(version)
    rank = next((n for n, item in enumerate(items) if item.link_id == link), len(items))
    before = [item for item in items[:rank] if item.asks and not item.repeating]
    initial = (question_initial(raw) if link else {"type": "choice", "required": True}) | {"revision": version.revision}
    groups = [item for item in items if item.type == GROUP]
    form = QuestionForm(posted(request), initial=initial, before=before, groups=groups, adding=not link)
    if request.method == "POST" and form.is_valid():
        made, _ = editing.with_item(
            version.questionnaire, link, form.cleaned_data.get("parent") or "", form.values(raw.get("answerOption"))
        )
        with attempt(form, Conflict, NotFound):
            parse(made)
            _save(request, version, form.cleaned_data["revision"], made)
        if not form.errors:
            return redirect("assessments:form-edit", slug, public_id)
    context = {"network": network, "version": version, "form": form, "adding": not link}
    return render(request, f"{_FOLDER}/question.html", context, status=status_of(form))


def _items(version: FormVersion) -> tuple[Item, ...]:
    """Items of what is being prepared; none while it cannot be read."""
    try:
        return parse(version.questionnaire).all_items
    except FormError:
        return ()


def _save(request: HttpRequest, version: FormVersion, revision: int, questionnaire: dict[str, Any]) -> None:
    services.save_version(
        actor=actor_of(request),
        version=version,
        revision=revision,
        questionnaire=questionnaire,
        scoring=version.scoring,
    )


@require_POST
def arrange(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Move a question up or down, or take it out."""
    _, version = _version(request, slug, public_id)
    act, _, link = request.POST.get("act", "").partition(":")
    changes: dict[str, Callable[[], dict[str, Any]]] = {
        "monter": lambda: editing.moved(version.questionnaire, link, -1),
        "descendre": lambda: editing.moved(version.questionnaire, link, 1),
        "retirer": lambda: editing.removed(version.questionnaire, link),
    }
    if act not in changes:
        raise NotFound
    _save(request, version, whole_number(request.POST.get("revision")), changes[act]())
    return redirect("assessments:form-edit", slug, public_id)


@require_http_methods(["GET", "POST"])
def score(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The score, its bands, its alerts."""
    network, version = _version(request, slug, public_id)
    try:
        questionnaire = parse(version.questionnaire)
        _check_simple(version)
    except FormError as error:
        messages.error(request, error.message)
        return redirect("assessments:form-edit", slug, public_id)
    initial = score_initial(version.scoring) | {"revision": version.revision}
    form = ScoreForm(posted(request), initial=initial, questionnaire=questionnaire)
    if request.method == "POST" and form.is_valid():
        with attempt(form, Conflict, NotFound):
            scoring = form.scoring()
            parse_scoring(scoring, questionnaire)
            services.save_version(
                actor=actor_of(request), version=version, revision=form.cleaned_data["revision"],
                questionnaire=version.questionnaire, scoring=scoring,
            )  # fmt: skip
        if not form.errors:
            messages.success(request, "Score enregistré.")
            return redirect("assessments:form-edit", slug, public_id)
    return render(
        request, f"{_FOLDER}/score.html", {"network": network, "version": version, "form": form}, status=status_of(form)
    )


def _check_simple(version: FormVersion) -> None:
    """The screen sets one sum: what a file brought beyond that is kept, not flattened."""
    held = ext.dicts(version.scoring.get("scores"))
    if len(held) > 1 or any(one.get("method") != "sum" for one in held):
        raise FormError("Ce score vient d'un fichier repris et ne se règle pas ici : il est gardé tel quel.")


@require_safe
def preview(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The form as it will be filled; nothing is kept."""
    network, version = _version(request, slug, public_id, prepared=False)
    definition, wrong = _definition(version)
    sheet = Sheet(definition.questionnaire, {}).html() if definition else ""
    context = {"network": network, "version": version, "sheet": sheet, "wrong": wrong}
    return render(request, f"{_FOLDER}/preview.html", context)


@require_POST
def publish(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Serve a version; the former one keeps what it received."""
    _, version = _version(request, slug, public_id)
    try:
        with transaction.atomic():
            services.publish_version(
                actor=actor_of(request), version=version, revision=whole_number(request.POST.get("revision"))
            )
    except DomainError as error:
        if error.status != 422:
            raise
        messages.error(request, error.message)
        return redirect("assessments:form-edit", slug, public_id)
    messages.success(request, f"« {version.title} » est publié : il est proposé dans les dossiers du réseau.")
    return redirect("assessments:form-list", slug)


@require_POST
def manage(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """Prepare the next version of a form, or propose it no more."""
    _, version = _version(request, slug, public_id, prepared=False)
    if request.POST.get("act") == "retirer":
        services.retire_form(actor=actor_of(request), form=version.form)
        messages.success(request, f"« {version.title} » n'est plus proposé. Les évaluations faites restent lisibles.")
        return redirect("assessments:form-list", slug)
    made = services.start_version(actor=actor_of(request), form=version.form)
    return redirect("assessments:form-edit", slug, made.public_id)


@require_safe
def export(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """The FHIR Questionnaire, with the scores in an extension that another Pépites reads."""
    _, version = _version(request, slug, public_id, prepared=False)
    made = version.questionnaire | {"version": str(version.number), "title": version.title}
    made |= {"status": {"publiee": "active", "retiree": "retired"}.get(version.state, "draft")}
    made |= {name: text for name, text in (("publisher", version.source), ("copyright", version.licence)) if text}
    if version.scoring.get("scores"):
        others = [one for one in ext.dicts(made.get("extension")) if one.get("url") != SCORING]
        made["extension"] = [*others, {"url": SCORING, "valueString": json.dumps(version.scoring, ensure_ascii=False)}]
    answer = HttpResponse(json.dumps(made, ensure_ascii=False, indent=2), content_type="application/fhir+json")
    answer["Content-Disposition"] = f'attachment; filename="{version.form.code}-v{version.number}.json"'
    return answer
