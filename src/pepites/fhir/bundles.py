"""Bundles of results."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode


def search_set(
    entries: Iterable[dict[str, Any]], *, self_link: str, next_link: str = "", total: int | None = None
) -> dict[str, Any]:
    """A Bundle of type ``searchset``."""
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        bundle["total"] = total
    bundle["link"] = [{"relation": "self", "url": self_link}]
    if next_link:
        bundle["link"].append({"relation": "next", "url": next_link})
    if listed := list(entries):
        bundle["entry"] = listed
    return bundle


def entry(base: str, resource: dict[str, Any], search: Mapping[str, Any]) -> dict[str, Any]:
    """One result, found at its own address."""
    return {
        "fullUrl": f"{base}/{resource['resourceType']}/{resource['id']}", "resource": resource, "search": dict(search)
    }  # fmt: skip


def link(base: str, path: str, params: Mapping[str, Sequence[str]]) -> str:
    """Address of a search with the parameters that were respected."""
    query = urlencode([(name, value) for name, values in params.items() for value in values])
    return f"{base}/{path}{'?' if query else ''}{query}"
