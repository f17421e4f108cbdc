"""The identity page of a person: traits, proofs, other names, phones, history."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pepites.common.errors import Conflict
from pepites.common.views import actor_of, posted, status_of
from pepites.identity import services
from pepites.identity.enums import AliasKind, Attribute, PhoneKind
from pepites.identity.forms import (
    AliasForm,
    AttributeForm,
    CorrectForm,
    DocumentForm,
    PhoneForm,
    ReasonForm,
)
from pepites.identity.forms_insi import FiliationForm
from pepites.identity.merging.selectors import merges_of
from pepites.identity.models import DomainIdentity
from pepites.identity.normalisation import UNKNOWN_PLACE, first_given_name
from pepites.identity.selectors import identity_band, pages
from pepites.identity.selectors.band import band_of
from pepites.identity.selectors.filiation import links_of
from pepites.identity.selectors.insi import panel
from pepites.identity.views.base import address, attempt


def person_context(request: HttpRequest, identity: DomainIdentity) -> dict[str, Any]:
    """What every page of an identity needs."""
    return {
        "identity": identity,
        "public_id": identity.patient_public_id,
        "band": band_of(identity) or identity_band(identity),
        "file_url": address("coordination:file", identity.patient_public_id),
        "may_edit": pages.may_edit(actor_of(request), identity),
    }


def identity_page(
    request: HttpRequest, identity: DomainIdentity, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    """The page itself, with the form that was refused when one was."""
    context = person_context(request, identity) | {
        "facts": pages.trait_facts(identity),
        "aliases": pages.aliases_of(identity),
        "phones": pages.phones_of(identity),
        "checks": pages.checks_of(identity),
        "versions": pages.history_of(identity),
        "filiations": links_of(identity),
        "filiation_form": FiliationForm(),
        "insi": panel(actor_of(request), identity),
        "merges": merges_of(actor_of(request), identity),
        "alias_form": AliasForm(),
        "phone_form": PhoneForm(),
        "attribute_form": AttributeForm(cell=actor_of(request).identity_cell),
        "wrong": next(iter(bound.values()), None),
    }
    return render(request, "identity/page.html", context | bound, status=status)


@require_safe
def page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Everything known of the identity, for those who reach the person and for the identity cell."""
    return identity_page(request, pages.read_identity(actor_of(request), public_id))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Corriger l'identité »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = CorrectForm(posted(request), initial=_initial(identity))
    context: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        try:
            with attempt(form):
                return _corrected(request, identity, form)
        except Conflict as raced:
            identity = pages.identity_for(actor, public_id, level=2)
            context = _raced(identity, form)
            form.add_error(None, raced.message)
    context |= person_context(request, identity) | {"form": form, "strict": pages.may_correct_strict(actor, identity)}
    return render(request, "identity/edit.html", context, status=409 if "raced" in context else status_of(form))


def _corrected(request: HttpRequest, identity: DomainIdentity, form: CorrectForm) -> HttpResponse:
    before, values = form.cleaned_data["version"], form.cleaned_data
    corrected = services.correct_identity(
        actor=actor_of(request),
        identity=identity,
        traits=form.traits(),
        reason=values["reason"],
        version=before,
        commune_cog=values["commune"],
        judgment=values["judgment"],
    )
    if corrected.version == before:
        messages.info(request, "Rien n'a changé.")
    else:
        messages.success(request, "Identité corrigée. L'ancienne valeur reste dans l'historique.")
    return redirect("identity:page", identity.patient_public_id)


def _raced(identity: DomainIdentity, form: CorrectForm) -> dict[str, Any]:
    """Somebody else corrected meanwhile: what is stored beside what was typed, which may then be sent again."""
    sent = cast("QueryDict", form.data).copy()
    sent["version"] = str(identity.version)
    form.data = sent
    typed = form.traits().checked().columns() | {"commune_cog": form.cleaned_data["commune"]}
    return {"raced": pages.differences(identity, typed)}


def _initial(identity: DomainIdentity) -> dict[str, Any]:
    born, precision = identity.birth_date, identity.birth_date_precision
    day, month = f"{born:%d}", f"{born:%m}"
    if precision == "MOIS":
        day = ""
    elif precision != "JOUR":
        month = ""
        day = "" if (born.month, born.day) == (12, 31) else day
    given, first = identity.given_names_typed or identity.given_names, identity.first_given_name
    names = (
        "sex", "used_name", "used_given_name", "mother_name",
        "multiple_birth", "address", "version",
    )  # fmt: skip
    return {name: getattr(identity, name) for name in names} | {
        "birth_name": identity.birth_name_typed or identity.birth_name,
        "given_names": given,
        "first_given_name": "" if first == first_given_name(identity.given_names) else first,
        "birth_day": day,
        "birth_month": month,
        "birth_year": f"{born:%Y}",
        "birth_about": identity.birth_date_interpreted and precision in ("JOUR", "DECENNIE"),
        "birth_place": "" if identity.birth_place_cog == UNKNOWN_PLACE else identity.birth_place_cog,
        "birth_place_unknown": identity.birth_place_cog == UNKNOWN_PLACE,
        "commune": identity.commune_cog,
    }


@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Vérifier une pièce d'identité » (RNIV-5)."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = DocumentForm(posted(request), initial=DocumentForm.first_values())
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        with attempt(form):
            check = services.check_document(
                actor=actor,
                identity=identity,
                device_code=values["device"],
                checked_on=values["checked_on"],
                companion_code=values["companion"],
                nursing_home=values["nursing_home"],
            )
            if check.accepted and identity.attributes & {Attribute.DOUBTFUL, Attribute.FICTITIOUS}:
                messages.warning(request, "Pièce notée. L'identité, douteuse ou fictive, reste provisoire.")
            elif check.accepted:
                messages.success(request, "Pièce vérifiée et enregistrée.")
            else:
                messages.warning(request, f"Le statut ne change pas. {check.refusal}")
            return redirect("identity:page", public_id)
    return render(
        request, "identity/document.html", person_context(request, identity) | {"form": form}, status=status_of(form)
    )


@require_http_methods(["GET", "POST"])
def revoke(request: HttpRequest, public_id: UUID, check_id: UUID) -> HttpResponse:
    """« Annuler cette vérification »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    check = pages.check_for(identity, check_id)
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        with attempt(form):
            services.revoke_document(actor=actor, check=check, reason=form.cleaned_data["reason"])
            messages.success(request, "Vérification annulée.")
            return redirect("identity:page", public_id)
    context = person_context(request, identity) | {"form": form, "check": check}
    return render(request, "identity/revoke.html", context, status=status_of(form))


@require_POST
def attribute(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Set or take away an attribute (§2.2)."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = AttributeForm(request.POST, cell=actor.identity_cell)
    if form.is_valid():
        values = form.cleaned_data
        act = services.set_attribute if values["act"] == "poser" else services.clear_attribute
        with attempt(form):
            act(actor=actor, identity=identity, attribute=Attribute(values["attribute"]), reason=values["reason"])
            messages.success(request, "Attribut mis à jour.")
            return redirect("identity:page", public_id)
    return identity_page(request, identity, 422, attribute_form=form)


@require_POST
def alias(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add another name."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = AliasForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        with attempt(form):
            services.add_alias(
                actor=actor,
                identity=identity,
                kind=AliasKind(values["kind"]),
                birth_name=values["alias_name"],
                given_names=values["alias_given"],
            )
            messages.success(request, "Autre nom ajouté.")
            return redirect("identity:page", public_id)
    return identity_page(request, identity, 422, alias_form=form)


@require_POST
def phone(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Add a phone number."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = PhoneForm(request.POST)
    if form.is_valid():
        with attempt(form):
            services.add_phone(
                actor=actor,
                identity=identity,
                number=form.cleaned_data["phone"],
                kind=PhoneKind(form.cleaned_data["kind"]),
            )
            messages.success(request, "Téléphone ajouté.")
            return redirect("identity:page", public_id)
    return identity_page(request, identity, 422, phone_form=form)


@require_POST
def remove_phone(request: HttpRequest, public_id: UUID, phone_id: UUID) -> HttpResponse:
    """Stop using a number."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    services.remove_phone(actor=actor, identity=identity, phone=pages.phone_for(identity, phone_id))
    messages.success(request, "Téléphone retiré.")
    return redirect("identity:page", public_id)
