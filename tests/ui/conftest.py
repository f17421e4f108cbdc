"""The frame alone: no database, an invented actor, the real templates, headers and built files."""

import json
import sys
import time
import types
from collections.abc import Generator
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import clear_url_caches, include, path

from pepites.common.actor import Actor, ActorRef
from pepites.ui import navigation, views

KEPT = ("request_id", "SecurityMiddleware", "whitenoise", "csp.", "SecurityHeaders", "CommonMiddleware", "Csrf", "Htmx")


def _invented_actor(get_response: Any) -> Any:
    def middleware(request: HttpRequest) -> HttpResponse:
        if "anonyme" not in request.GET:
            request.actor = Actor(  # type: ignore[attr-defined]
                ref=ActorRef(user_id=1),
                professional_name="Odile Tamarin",
                organization_name="MAIA de l'Ouest – Centre hospitalier",
                role_label="Gestionnaire de cas",
            )
        response: HttpResponse = get_response(request)
        return response

    return middleware


def _error(request: HttpRequest, status: int) -> HttpResponse:
    return views.error_page(request, status, reason="Motif de l'essai.")


def _search(request: HttpRequest) -> HttpResponse:
    towns = ["Cayenne", "Camopi", "Kourou", "Maripasoula"]
    found = [
        {"value": name, "label": name, "hint": "973"} for name in towns if request.GET["q"].lower() in name.lower()
    ]
    return HttpResponse(json.dumps({"results": found}), content_type="application/json")


ENTRIES = [
    ("Accueil", "house"),
    ("File active", "people"),
    ("Discussions", "chat-dots"),
    ("Agenda", "calendar3"),
    ("Plus", "grid"),
]
received: list[str] = []


def _slow(request: HttpRequest) -> HttpResponse:
    received.append(request.method or "")
    time.sleep(0.5)
    return HttpResponse(status=204)


def _module() -> types.ModuleType:
    module = types.ModuleType("pepites_ui_test_urls")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("", include("pepites.ui.urls")),
        path("erreur/<int:status>/", _error),
        path("communes/", _search),
        path("lent/", _slow, name="slow"),
        *(path(f"entree-{rank}/", views.gallery, name=f"entry-{rank}") for rank in range(len(ENTRIES))),
    ]
    module.handler404 = "pepites.ui.views.not_found"  # type: ignore[attr-defined]
    module.invented_actor = _invented_actor  # type: ignore[attr-defined]
    return module


def _register_entries() -> None:
    for rank, (label, icon) in enumerate(ENTRIES):
        badge = (lambda request: 3) if label == "Discussions" else None
        entry = navigation.NavEntry(label, icon, f"entry-{rank}", rank, badge=badge, badge_label="{n} messages non lus")
        navigation.register(entry)
    navigation.register(navigation.NavEntry("Pas encore", "gear", "nowhere:at-all", 99))
    for name in ("search", "contexts", "account"):
        navigation.register_link(name, "entry-1")
    navigation.register_link("sign_out", "slow")


@pytest.fixture
def frame(monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Settings of the frame alone, with its five entries."""
    monkeypatch.setattr(navigation, "_frame", navigation._Frame())
    module = _module()
    monkeypatch.setitem(sys.modules, module.__name__, module)
    _register_entries()
    received.clear()
    middleware = [name for name in django_settings.MIDDLEWARE if any(part in name for part in KEPT)]
    with override_settings(
        ROOT_URLCONF=module.__name__,
        MIDDLEWARE=[*middleware, f"{module.__name__}.invented_actor"],
        PEPITES_DEMO=True,
        ALLOWED_HOSTS=["*"],
    ):
        clear_url_caches()
        yield
    clear_url_caches()


@pytest.fixture
def pages(frame: None) -> Client:
    """A client over the frame alone."""
    return Client()
