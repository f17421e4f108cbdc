"""The read subset of the API: parameters, includes, paging by opaque links (§3)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pepites_sandbox.annuaire.data import BY_REFERENCE, BY_TYPE

DEFAULT_COUNT, MOST_COUNT = 50, 200
Resource = dict[str, Any]


class Wrong(Exception):
    """A request that the API refuses: the text goes in the OperationOutcome."""


def _token(rows: Iterable[dict[str, Any]], asked: str) -> bool:
    system, bar, value = asked.rpartition("|")
    if bar and not value:
        return any(one.get("system") == system for one in rows)
    return any(one.get("value", one.get("code")) == value and (not bar or one.get("system") == system) for one in rows)


def _begins(texts: Iterable[str], asked: str) -> bool:
    return any(text.upper().startswith(asked.upper()) for text in texts)


def _names(one: Resource) -> list[str]:
    return [part for name in one.get("name", []) for part in (name["family"], *name["given"])]


_TESTS: dict[str, dict[str, Callable[[Resource, str], bool]]] = {
    "Practitioner": {
        "identifier": lambda one, asked: _token(one["identifier"], asked),
        "name": lambda one, asked: _begins(_names(one), asked),
        "family": lambda one, asked: _begins([name["family"] for name in one["name"]], asked),
        "given": lambda one, asked: _begins([part for name in one["name"] for part in name["given"]], asked),
        "active": lambda one, asked: str(one["active"]).lower() == asked,
    },
    "PractitionerRole": {
        "practitioner": lambda one, asked: one["practitioner"]["reference"].endswith(f"/{asked.split('/')[-1]}"),
        "organization": lambda one, asked: one["organization"]["reference"].endswith(f"/{asked.split('/')[-1]}"),
        "role": lambda one, asked: _token([code for part in one["code"] for code in part["coding"]], asked),
        "active": lambda one, asked: str(one["active"]).lower() == asked,
    },
    "Organization": {
        "identifier": lambda one, asked: _token(one["identifier"], asked),
        "name": lambda one, asked: _begins([one["name"]], asked),
        "address-city": lambda one, asked: _begins([one["address"][0]["city"]], asked),
        "address-postalcode": lambda one, asked: one["address"][0]["postalCode"].startswith(asked),
        "active": lambda one, asked: str(one["active"]).lower() == asked,
    },
}
_SHARED = {"_count", "_include", "_revinclude", "_lastUpdated", "_total", "_elements", "_id"}


def matching(kind: str, asked: Sequence[tuple[str, str]]) -> list[Resource]:
    """The resources of that type that hold every parameter; a comma is an « or »."""
    tests = _TESTS[kind]
    found = BY_TYPE[kind]
    for name, value in asked:
        if name == "_id":
            found = [one for one in found if one["id"] in value.split(",")]
        elif name == "_lastUpdated":
            if not value.startswith("ge"):
                raise Wrong("_lastUpdated: seul « ge » est connu du simulateur")
            found = [one for one in found if one["meta"]["lastUpdated"][:10] >= value[2:12]]
        elif name in tests:
            found = [one for one in found if any(tests[name](one, each) for each in value.split(","))]
        elif name not in _SHARED:
            raise Wrong(f"Unknown search parameter '{name}' for resource type '{kind}'")
    return found


def beside(found: Sequence[Resource], asked: Sequence[tuple[str, str]]) -> list[Resource]:
    """What ``_include`` and ``_revinclude`` add."""
    added: dict[str, Resource] = {}
    keys = {f"{one['resourceType']}/{one['id']}" for one in found}
    for name, value in asked:
        field = value.rpartition(":")[2]
        if name == "_include":
            for one in found:
                reference = one.get(field, {}).get("reference", "") if isinstance(one.get(field), dict) else ""
                if reference in BY_REFERENCE:
                    added[reference] = BY_REFERENCE[reference]
        elif name == "_revinclude":
            kind = value.partition(":")[0]
            for one in BY_TYPE.get(kind, []):
                if isinstance(one.get(field), dict) and one[field]["reference"] in keys:
                    added[f"{kind}/{one['id']}"] = one
    return [one for key, one in added.items() if key not in keys]


class Pages:
    """Results under way, behind links that tell nothing."""

    def __init__(self) -> None:
        self._rest: dict[str, tuple[list[Resource], int, int, list[tuple[str, str]]]] = {}

    def first(self, kind: str, asked: list[tuple[str, str]], base: str) -> Resource:
        """The first page of a search."""
        given = dict(asked)
        count = given.get("_count", "")
        size = min(MOST_COUNT, int(count)) if count.isdigit() and int(count) else DEFAULT_COUNT
        found = matching(kind, asked)
        return self._page(found, size, len(found), asked, base)

    def next(self, name: str, base: str) -> Resource | None:
        """The page behind a link, once."""
        kept = self._rest.pop(name, None)
        return self._page(*kept, base) if kept else None

    def _page(self, rest: list[Resource], size: int, total: int, asked: list[tuple[str, str]], base: str) -> Resource:
        shown, left = rest[:size], rest[size:]
        links = [{"relation": "self", "url": f"{base}/…"}]
        if left:
            name = secrets.token_urlsafe(16)
            if len(self._rest) > 1000:
                self._rest.clear()
            self._rest[name] = (left, size, total, asked)
            links.append({"relation": "next", "url": f"{base}/_page?id={name}"})
        entries = [{"resource": one, "search": {"mode": "match"}} for one in shown]
        entries += [{"resource": one, "search": {"mode": "include"}} for one in beside(shown, asked)]
        return {"resourceType": "Bundle", "type": "searchset", "total": total, "link": links, "entry": entries}
