"""The strip of a page opened by bris de glace: ``{% load emergency %}{% emergency_strip patient %}``."""

from typing import Any

from django import template

from pepites.access.selectors_emergency import hour_label, open_emergency
from pepites.patients.models import Patient

register = template.Library()


@register.inclusion_tag("access/_emergency_strip.html", takes_context=True)
def emergency_strip(context: dict[str, Any], patient: Patient) -> dict[str, Any]:
    """Print the strip while the reader's practice holds a bris de glace on that person, nothing otherwise."""
    actor = getattr(context.get("request"), "actor", None)
    until = open_emergency(actor, patient.pk) if actor else None
    return {
        "until": hour_label(until) if until else "",
        "public_id": patient.public_id,
        "csrf_token": context.get("csrf_token"),
    }
