"""The real platform with its demonstration territory, and people signed in to it by one click."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright
from tests.browser import PHONE, Watch, chromium_path, watch_page
from tests.cli.serving import Serving, new_var, remove
from tests.conftest import ROOT, shared_data

from pepites.config.engine import superuser_dsn

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
PLACES = {"jamayota": "Cabinet infirmier du Marché (démo)"}


OWN_FILE = (
    "NOM de naissance;Prénom(s);Né(e) le;Lieu de naiss.;Commune;Accord recueilli\n"
    "AMOIDA;Afiba;01/04/1946;99437;Cayenne;oui\nTOLINGA;Sidonie;12/05/1951;97302;Cayenne;x\n"
)


class Platform:
    """Where the platform answers, and a way into its base for what no page shows."""

    def __init__(self, url: str, var: Path) -> None:
        self.url, self.var = url, var
        self._states: dict[str, Any] = {}

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the base above its policies: what a test checks, never what it acts by."""
        with psycopg.connect(superuser_dsn(self.var, "pepites"), autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def value(self, statement: str, *values: object) -> Any:
        return self.rows(statement, *values)[0][0]

    def open(self, chromium: Browser, screen: tuple[int, int], login: str = "") -> BrowserContext:
        """A browser context of that size, signed in as ``login`` when given."""
        width, height = screen
        context = chromium.new_context(
            base_url=self.url,
            viewport={"width": width, "height": height},
            has_touch=screen == PHONE,
            is_mobile=screen == PHONE,
            locale="fr-FR",
            timezone_id="America/Cayenne",
            storage_state=self._state(chromium, login) if login else None,
            reduced_motion="reduce",
        )
        context.set_default_timeout(15_000)
        return context

    def _state(self, chromium: Browser, login: str) -> Any:
        if login not in self._states:
            context = self.open(chromium, PHONE)
            page = context.new_page()
            sign_in(page, self.account(login), PLACES.get(login, ""))
            self._states[login] = context.storage_state()
            context.close()
        return self._states[login]

    def account(self, login: str) -> str:
        """The public id of a demonstration account."""
        return str(self.value("SELECT public_id FROM accounts_user WHERE login = %s", login))


def sign_in(page: Page, account: str, place: str = "", path: str = "/connexion/") -> None:
    """One click on the sign-in page, then the place of practice when there are several."""
    if path:
        page.goto(path)
    page.locator(f'form[action$="/{account}/"] button').click()
    if place:
        page.get_by_role("button", name=place).click()
    page.wait_for_load_state()


def new_page(context: BrowserContext, *expected: int) -> Page:
    """A watched page of that context; ``expected`` are the error statuses it is about to meet."""
    page = context.new_page()
    watch_page(page, expected)
    return page


def watch_of(page: Page) -> Watch:
    return page.watch  # type: ignore[attr-defined,no-any-return]


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        try:
            yield chromium
        finally:
            chromium.close()


def start() -> Generator[Platform]:
    """Start the platform in a data folder of its own; ``PEPITES_E2E_VAR`` (folder:port) uses one already running."""
    running = os.environ.get("PEPITES_E2E_VAR", "")
    if running:
        folder, port = running.rsplit(":", 1)
        yield Platform(f"http://127.0.0.1:{port}", Path(folder))
        return
    var = new_var()
    serving = Serving(var, "demo", patience=300)
    try:
        yield Platform(f"http://127.0.0.1:{serving.port}", var)
    finally:
        serving.stop()
        remove(var)


@dataclass
class Desk:
    """Who works where, and what the job has made so far."""

    platform: Platform
    chromium: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    name: str = field(default_factory=lambda: "".join(random.sample("BDKLMNPRSTVZ", 7)))
    patient: str = ""
    talk: str = ""

    def seat(self, login: str, screen: tuple[int, int] = PHONE, *expected: int) -> Page:
        context = self.platform.open(self.chromium, screen, login)
        self.contexts.append(context)
        return new_page(context, *expected)


def sample_file(folder: Path) -> Path:
    given = shared_data() / "file-active" / "file-active-maia.csv"
    if given.exists():
        return given
    own = folder / "file-active.csv"
    own.write_text(OWN_FILE, encoding="cp1252")
    return own


def work_until(page: Page, there: "object") -> None:
    """Reload while the worker is at it, as « Actualiser » does; the page may leave by itself at that very moment."""
    deadline = monotonic() + 90
    while not there.is_visible():  # type: ignore[attr-defined]
        assert monotonic() < deadline, page.locator("main").inner_text()
        page.wait_for_timeout(1000)
        if not there.is_visible():  # type: ignore[attr-defined]
            with suppress(Error):
                page.reload()


def invitation(platform: Platform, login: str) -> str:
    """The path of the link that lets a new account in, as the operator's command gives it."""
    done = subprocess.run(
        [sys.executable, "-m", "pepites.cli.main", "admin", "invite", login],
        env=os.environ | {"PEPITES_VAR": str(platform.var), "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found = re.search(r"/invitation/\S+/", done.stdout)
    assert found, done.stdout + done.stderr
    return found.group()
