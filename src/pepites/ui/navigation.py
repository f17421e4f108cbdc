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
    ``visible`` hides the entry from those it does not concern. Entries of one ``group`` are one entry of the bar, under
    the group's words: it leads to the first, and their pages have tabs between them (no more than five on a phone).
    """

    label: str
    icon: str
    url_name: str
    order: int = 100
    badge: Callable[[HttpRequest], int] | None = None
    badge_label: str = "{n} en attente"
    prefixes: tuple[str, ...] = ()
    visible: Callable[[HttpRequest], bool] | None = None
    group: str = ""


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
    """Entries whose URL exists and that concern the reader, in order; a group is told once."""
    shown: dict[str, NavItem] = {}
    for entry in _concerning(request):
        item = _item(entry, request)
        key = entry.group or entry.url_name
        if first := shown.get(key):
            badge, words = (first.badge, first.badge_label) if first.badge else (item.badge, item.badge_label)
            shown[key] = first._replace(active=first.active or item.active, badge=badge, badge_label=words)
        else:
            shown[key] = item._replace(label=entry.group or item.label)
    return tuple(shown.values())


def section_for(request: HttpRequest) -> tuple[NavItem, ...]:
    """Tabs of the group that the page belongs to; none outside a group, or when it has one entry for the reader."""
    entries = _concerning(request)
    group = next((one.group for one in entries if one.group and _is_current(one, _reverse(one.url_name), request)), "")
    items = tuple(_item(one, request) for one in entries if group and one.group == group)
    return items if len(items) > 1 else ()


def _concerning(request: HttpRequest) -> list[NavEntry]:
    ordered = sorted(_frame.entries.values(), key=lambda item: (item.order, item.label))
    return [one for one in ordered if _reverse(one.url_name) and (one.visible is None or one.visible(request))]


def _item(entry: NavEntry, request: HttpRequest) -> NavItem:
    url = _reverse(entry.url_name)
    count = entry.badge(request) if entry.badge else 0
    badge = "99+" if count > 99 else str(count or "")
    active = _is_current(entry, url, request)
    return NavItem(url, entry.label, entry.icon, active, badge, entry.badge_label.format(n=count))


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
