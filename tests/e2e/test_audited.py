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
    "assessments:form-export": "fichier",
    "coordination:history-file": "fichier",
    "coordination:referral-file": "fichier",
    "coordination:figures-export": "fichier",
    "coordination:figures-report": "fichier",
    "coordination:edition-file": "fichier",
    "networks:pack-export": "fichier",
    "regional:domain-figures": "fichier",
    "regional:region-figures": "fichier",
}

ELSEWHERE = {
    "tests/e2e/test_forms.py": tuple(f"assessments:form-{name}" for name in ("edit", "preview", "question", "score")),
    "tests/e2e/test_editions.py": ("coordination:assessment-readers", "coordination:edition"),
    "tests/networks/test_packs_browser.py": (
        "networks:new", "networks:pack", "networks:pack-preview", "networks:pack-section", "networks:pack-row",
        "networks:pack-row-add", "coordination:pathway-open", "coordination:protocol-move", "coordination:wall",
    ),
    "tests/coordination/test_takeover_browser.py": (
        "coordination:history", "coordination:takeover", "coordination:takeover-run",
    ),
    "tests/training/test_training_browser.py": (
        "training:copy", "training:home", "training:renew", "training:session", "training:sheet", "training:steps",
    ),
    "tests/coordination/test_referrals_browser.py": (
        "coordination:referral", "coordination:referral-accept", "coordination:referral-ask",
        "coordination:referral-close", "coordination:referral-public", "coordination:referral-qualify",
        "coordination:referral-redirect", "coordination:referral-refuse", "coordination:referral-target",
        "coordination:referrals",
    ),
}  # fmt: skip
"""Pages that a journey of their own opens in a browser, at both screens."""
SAME_TEMPLATE = {
    "coordination:protocol-start": "l'acte de « protocol-move »",
    "coordination:protocol-end": "l'acte de « protocol-move »",
    "coordination:referral-ask-structure": "le formulaire de « referral-ask »",
    "networks:pack-import": "un champ de fichier, comme l'import d'une file active",
}
"""Not opened themselves: drawn by the template of a page that is."""


class _Places(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "1" if key == "entry" else str(uuid4())


def _name(path: str) -> str:
    return resolve(urlsplit(path.format_map(_Places())).path).view_name


@pytest.fixture(scope="module")
def audited() -> set[str]:
    paths = [page.path for page in PAGES] + [path for path, _, _ in REFUSED.values()]
    own = {name for names in ELSEWHERE.values() for name in names}
    return {_name(path) for path in paths} | set(REACHED) | own | set(SAME_TEMPLATE)


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
