"""Main navigation and frame links: each app registers its own when it is ready, ``ui`` knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse


@dataclass(frozen=True)
class NavEntry:
    """One entry of the bottom bar and of the rail.

    ``badge`` counts what waits for the reader; ``badge_label`` says it in words, ``{n}`` being the number.
    ``prefixes`` are URL names' namespaces (``"messaging"``) or names for which the entry shows as current.
    ``visible`` hides the entry from those it does not concern.
    """

    label: str
    icon: str
    url_name: str
    order: int = 100
    badge: Callable[[HttpRequest], int] | None = None
    badge_label: str = "{n} en attente"
    prefixes: tuple[str, ...] = ()
    visible: Callable[[HttpRequest], bool] | None = None


class NavItem(NamedTuple):
    """One entry, ready to print."""

    url: str
    label: str
    icon: str
    active: bool
    badge: str
    badge_label: str


class Links(NamedTuple):
    """Addresses the frame prints; empty when no app gave the page behind one."""

    search: str
    contexts: str
    account: str
    sign_out: str
    sign_in: str
    extend_session: str
    home: str
    unread: str


@dataclass
class _Frame:
    entries: dict[str, NavEntry] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)


_frame = _Frame()


def register(entry: NavEntry) -> None:
    """Add an entry; the same ``url_name`` replaces the former one."""
    _frame.entries[entry.url_name] = entry


def register_link(name: str, url_name: str) -> None:
    """Give the URL name behind one of the frame's links (see ``Links``)."""
    if name not in Links._fields:
        raise ValueError(f"unknown frame link {name!r}")
    _frame.links[name] = url_name


def links() -> Links:
    """Addresses of the frame."""
    return Links(*(_reverse(_frame.links.get(name, "")) for name in Links._fields))


def entries_for(request: HttpRequest) -> tuple[NavItem, ...]:
    """Entries whose URL exists and that concern the reader, in order."""
    shown: list[NavItem] = []
    for entry in sorted(_frame.entries.values(), key=lambda item: (item.order, item.label)):
        url = _reverse(entry.url_name)
        if not url or (entry.visible and not entry.visible(request)):
            continue
        count = entry.badge(request) if entry.badge else 0
        badge = "99+" if count > 99 else str(count or "")
        active = _is_current(entry, url, request)
        shown.append(NavItem(url, entry.label, entry.icon, active, badge, entry.badge_label.format(n=count)))
    return tuple(shown)


def _is_current(entry: NavEntry, url: str, request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None:
        return False
    if match.view_name == entry.url_name or request.path == url:
        return True
    return any(match.view_name == prefix or prefix in match.namespaces for prefix in entry.prefixes)


def _reverse(url_name: str) -> str:
    return _address(url_name, get_urlconf() or settings.ROOT_URLCONF) if url_name else ""


@lru_cache(maxsize=256)
def _address(url_name: str, urlconf: str) -> str:
    try:
        return reverse(url_name, urlconf=urlconf)
    except NoReverseMatch:
        return ""
