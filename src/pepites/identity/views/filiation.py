"""A child's links: the mother's record, the placement with the ASE."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from pepites.common.views import actor_of
from pepites.identity import services
from pepites.identity.forms_insi import FiliationForm
from pepites.identity.selectors import pages
from pepites.identity.selectors.filiation import link_for
from pepites.identity.views.base import attempt
from pepites.identity.views.person import identity_page


@require_POST
def add(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """« Enregistrer ce lien »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    form = FiliationForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        with attempt(form):
            if values["kind"] == "mere":
                services.link_mother(actor=actor, identity=identity, number=values["number"])
            else:
                services.declare_ase(actor=actor, identity=identity, comment=values["comment"])
            messages.success(request, "Lien enregistré.")
            return redirect("identity:page", public_id)
    return identity_page(request, identity, 422, filiation_form=form)


@require_POST
def end(request: HttpRequest, public_id: UUID, link_id: UUID) -> HttpResponse:
    """« Terminer ce lien »."""
    actor = actor_of(request)
    identity = pages.identity_for(actor, public_id, level=2)
    services.end_filiation(actor=actor, identity=identity, link=link_for(identity, link_id))
    messages.success(request, "Lien terminé.")
    return redirect("identity:page", public_id)
