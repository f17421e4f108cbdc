"""Asking for a PDF as a screen does, and the worker that makes it."""

from typing import Any
from uuid import UUID

from django.test import Client
from tests.conftest import as_owner, as_role

from pepites.coordination.editions.models import Edition
from pepites.coordination.editions.tasks import make_edition


def ask(client: Client, url: str, **typed: str) -> Edition:
    """What pressing « PDF » leaves."""
    response = client.post(url, typed)
    assert response.status_code == 302, response.status_code
    with as_owner():
        return Edition.objects.get(public_id=UUID(response["Location"].rstrip("/").rpartition("/")[2]))


def work(edition: Edition) -> Edition:
    """What the worker does of it."""
    with as_role("pepites_worker"):
        make_edition(str(edition.public_id), edition.user_id, edition.practice_id)
    with as_owner():
        edition.refresh_from_db()
    return edition


def printed(client: Client, url: str, **typed: str) -> Any:
    """The answer that hands over the file, asked for and made."""
    edition = work(ask(client, url, **typed))
    return client.get(f"/editions/{edition.public_id}/fichier/")
