"""The identity screens in a real browser, phone and desktop: axe, policy, console, weights, width."""

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Page
from tests.browser import (
    SCREENS,
    assert_axe_clean,
    assert_fits,
    assert_icons_known,
    assert_no_fault,
    assert_page_sound,
    browser,
    keep_screenshot,
    open_page,
    serve,
)
from tests.identity.identity_factories import actor, person
from tests.identity.test_views import signed_in

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


def storage(client: Client, address: str) -> dict[str, Any]:
    host = address.split("//")[1].split(":")[0]
    cookies = [
        {"name": name, "value": morsel.value, "domain": host, "path": "/", "expires": -1, "httpOnly": True,
         "secure": False, "sameSite": "Lax"}
        for name, morsel in client.cookies.items()
    ]  # fmt: skip
    return {"cookies": cookies, "origins": []}


def assert_sound(page: Page, name: str) -> None:
    """Every check but the weights, which add up over the pages of one visit."""
    page.wait_for_load_state("load")
    keep_screenshot(page, name)
    assert_fits(page)
    assert_icons_known(page)
    assert_axe_clean(page)
    assert_no_fault(page)


def search(page: Page, day: str = "14", month: str = "7", year: str = "1985") -> None:
    page.fill("#id_birth_day", day)
    page.fill("#id_birth_month", month)
    page.fill("#id_birth_year", year)
    page.locator("#par-date button").click()
    page.wait_for_selector("#resultats")


@pytest.mark.parametrize("screen", SCREENS)
def test_search_create_identity_and_worklist(screen: tuple[int, int]) -> None:
    known = person(actor(), used_name="Tabournel")
    clerk, cell = signed_in(actor()), signed_in(actor(identity_cell=True))
    with serve(get_wsgi_application()) as address, browser() as chromium:
        mine, theirs = storage(clerk, address), storage(cell, address)
        with open_page(
            chromium, f"{address}/personnes/rechercher/", screen=screen, storage=mine, expected_statuses=(422,)
        ) as page:
            assert_page_sound(page, name="recherche-avant-creation")
            search(page)
            assert_sound(page, "recherche-resultats")
            page.get_by_role("link", name="Créer une identité").click()
            assert_sound(page, "creer-identite")
            page.fill("#id_birth_name", "Kouyouri")
            page.fill("#id_given_names", "Marie Ange")
            page.get_by_label("Féminin").check()
            page.locator("#id_birth_place-text").press_sequentially("cayen")
            page.get_by_role("option").first.click()
            page.get_by_role("button", name="Créer cette identité").click()
            page.wait_for_selector("text=existe peut-être déjà")
            assert_sound(page, "doublons-cote-a-cote")
            page.fill("#id_not_same_reason", "Deux cousines, vues ensemble")
            page.get_by_role("button", name="Créer quand même").click()
            page.wait_for_selector("text=Identité créée")
            assert_sound(page, "identite")
            page.get_by_role("link", name="Corriger l'identité").click()
            assert_sound(page, "identite-corriger")
            page.go_back()
            page.get_by_role("link", name="Vérifier une pièce").click()
            assert_sound(page, "identite-piece")
        with open_page(chromium, f"{address}/identite/doublons/", screen=screen, storage=theirs) as page:
            assert_page_sound(page, name="doublons")
    assert known.pk
