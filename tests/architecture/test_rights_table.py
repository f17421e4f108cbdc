"""URL × method × role → status, compared with ``rights_table.csv``. A URL without its line fails the build.

To add the lines of a new URL: ``PEPITES_RIGHTS_WRITE=1 python -m pytest tests/architecture/test_rights_table.py``, then
read each new number as an attacker would before keeping it.
"""

import csv
import os
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import reverse
from tests.architecture import rights_scenario as rights

TABLE = Path(__file__).with_name("rights_table.csv")
METHODS = ("GET", "POST")
Lines = dict[tuple[str, str], dict[str, str]]


def _read() -> Lines:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {
            (row["url"], row["methode"]): {role: row[role] for role in rights.ROLES} for row in csv.DictReader(file)
        }


def _write(lines: Lines) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("url", "methode", *rights.ROLES))
        for (name, method), statuses in sorted(lines.items()):
            writer.writerow((name, method, *(statuses[role] for role in rights.ROLES)))


def _observed() -> Lines:
    """Ask every URL as every role; each answer is undone before the next."""
    scenario = rights.build()
    clients = {role: scenario.client(role) for role in rights.ROLES}
    cookies = {role: client.cookies["sessionid"].value if client.cookies else "" for role, client in clients.items()}
    lines: Lines = {}
    for name, pattern, _ in rights.url_patterns():
        path = reverse(name, kwargs=rights.arguments(name, pattern, scenario.objects))
        for method in METHODS:
            statuses = {}
            for role, client in clients.items():
                point = transaction.savepoint()
                scenario.renew(client, cookies[role])
                statuses[role] = str(getattr(client, method.lower())(path).status_code)
                transaction.savepoint_rollback(point)
            if set(statuses.values()) - {"405"}:
                lines[name, method] = statuses
    return lines


@pytest.mark.slow
@pytest.mark.django_db
def test_every_url_answers_each_role_as_the_table_says(settings: object, tmp_path: Path) -> None:
    settings.PEPITES_VAR = tmp_path  # type: ignore[attr-defined]
    settings.PEPITES_FHIR_ANONYMOUS_PER_MINUTE = 1_000_000  # type: ignore[attr-defined]
    observed = _observed()
    if os.environ.get("PEPITES_RIGHTS_WRITE"):
        _write(observed)
    expected = _read()
    assert set(observed) == set(expected), "a URL has no line in the rights table, or a line has no URL"
    differences = {
        key: {
            role: (observed[key][role], expected[key][role])
            for role in rights.ROLES
            if observed[key][role] != expected[key][role]
        }
        for key in observed
    }
    assert {key: value for key, value in differences.items() if value} == {}


def test_no_line_gives_an_outsider_a_page_of_the_person() -> None:
    """Read the table itself: whatever names a person is closed to whoever has no right on that person."""
    about = {
        name
        for name, pattern, _ in rights.url_patterns()
        if {"public_id", "patient"} & set(pattern.pattern.regex.groupindex)
    }
    # One-click accounts; the page that asks for an emergency access; a demande to a structure, which names nobody.
    harmless = {"accounts:demo", "access:emergency", "coordination:referral-ask-structure"}
    for (name, method), statuses in _read().items():
        if name not in about - harmless:
            continue
        for role in ("anonyme", "sans_lieu", "exterieur"):
            assert statuses[role] in {"302", "403", "404", "405"}, (name, method, role)
