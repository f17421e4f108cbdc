"""No page type is forgotten: each address that answers a page is opened by ``test_pages`` or reached by acting."""

import csv
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.urls import resolve
from tests.e2e.test_pages import PAGES
from tests.e2e.test_pages_reached import REACHED, REFUSED

TABLE = Path(__file__).parents[1] / "architecture" / "rights_table.csv"
NOT_PAGES = {
    "accounts:organization-search": "fragment d'un formulaire",
    "identity:places": "fragment d'un formulaire",
    "messaging:attachment": "fichier",
    "messaging:thumbnail": "fichier",
    "messaging:events": "JSON du script des discussions",
    "messaging:unread": "JSON du script des discussions",
    "regional:domain-figures": "fichier",
    "regional:region-figures": "fichier",
}


class _Places(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1" if key == "entry" else str(uuid4())


def _name(path: str) -> str:
    return resolve(urlsplit(path.format_map(_Places())).path).view_name


@pytest.fixture(scope="module")
def audited() -> set[str]:
    paths = [page.path for page in PAGES] + [path for path, _, _ in REFUSED.values()]
    return {_name(path) for path in paths} | set(REACHED)


def test_every_page_is_audited(audited: set[str]) -> None:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    pages = {row["url"] for row in rows if row["methode"] == "GET" and "200" in row.values()}
    assert len(pages) > 40
    assert pages - audited - NOT_PAGES.keys() == set()


def test_the_exceptions_are_addresses_that_exist(audited: set[str]) -> None:
    with TABLE.open(encoding="utf-8", newline="") as lines:
        known = {row["url"] for row in csv.DictReader(lines)}
    assert NOT_PAGES.keys() <= known
    assert set(REACHED) <= known
