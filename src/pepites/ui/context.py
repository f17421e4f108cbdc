"""What every page's frame needs."""

from functools import lru_cache, partial
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from pepites.ui import navigation


def frame(request: HttpRequest) -> dict[str, Any]:
    """Place of work, role, links and session limits for the layouts.

    Navigation and its badges are counted only when a full page prints them, so fragments cost nothing.
    """
    actor = getattr(request, "actor", None)
    signed_in = bool(getattr(actor, "signed_in", False))
    return {
        "nav": partial(navigation.entries_for, request) if signed_in else (),
        "nav_section": partial(navigation.section_for, request) if signed_in else (),
        "signed_in": signed_in,
        "actor_label": getattr(actor, "organization_name", "") or "",
        "role_label": getattr(actor, "role_label", "") or "",
        "user_label": getattr(actor, "professional_name", "") or "",
        "links": navigation.links(),
        "idle_seconds": getattr(settings, "PEPITES_IDLE_MINUTES", 15) * 60 if signed_in else 0,
        "app_version": app_version(),
        "insi_simulated": insi_simulated(),
        "demo_mode": bool(getattr(settings, "PEPITES_DEMO", False)),
    }


def insi_simulated() -> bool:
    """Whether a simulator or a test platform answers for INSi: every screen says so (INSI-6)."""
    return bool(getattr(settings, "PEPITES_INSI_URL", "")) and settings.PEPITES_INSI_ENVIRONMENT != "production"


@lru_cache(maxsize=1)
def app_version() -> str:
    """Version shown in the footer."""
    try:
        return version("pepites")
    except PackageNotFoundError:
        return "développement"
