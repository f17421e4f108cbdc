"""The frame in a real browser, phone and desktop: axe, content policy, console, weights, behaviours."""

from collections.abc import Generator

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, expect
from tests.browser import (
    DESKTOP,
    PHONE,
    SCREENS,
    assert_axe_clean,
    assert_fits,
    assert_no_fault,
    assert_page_sound,
    browser,
    open_page,
    serve,
)
from tests.ui.conftest import received

pytestmark = [pytest.mark.e2e, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    with browser() as running:
        yield running


@pytest.fixture
def site(frame: None) -> Generator[str]:
    with serve(get_wsgi_application()) as address:
        yield address


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
@pytest.mark.parametrize("url", ["galerie", "aide", "accessibilite", "mentions-legales", "donnees-personnelles"])
def test_page_is_sound(chromium: Browser, site: str, url: str, screen: tuple[int, int]) -> None:
    with open_page(chromium, f"{site}/{url}/", screen=screen) as page:
        assert_page_sound(page, name=url)


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
def test_error_page_is_sound(chromium: Browser, site: str, screen: tuple[int, int]) -> None:
    with open_page(chromium, f"{site}/erreur/403/", screen=screen, expected_statuses=(403,)) as page:
        assert_page_sound(page, name="erreur-403")


def test_narrow_screen_does_not_scroll_sideways(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=(320, 640)) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_dialog_opens_closes_and_gives_the_focus_back(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=DESKTOP) as page:
        opener = page.get_by_role("button", name="Ouvrir un dialogue")
        opener.click()
        dialog = page.get_by_role("dialog", name="Retirer Jean Bosco du cercle ?")
        expect(dialog).to_be_visible()
        assert_axe_clean(page)
        page.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()
        assert_no_fault(page)


def test_fragment_replaces_its_place_and_is_announced(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=PHONE) as page:
        page.get_by_label("Rechercher dans la galerie").fill("fleuve")
        page.get_by_role("button", name="Filtrer").click()
        expect(page.locator("#resultat")).to_have_text("Recherche : « fleuve »")
        expect(page.locator("#pp-status")).to_have_text("Galerie filtrée")
        expect(page.get_by_role("button", name="Filtrer")).to_be_enabled()
        assert_no_fault(page)


def test_combobox_by_keyboard(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=DESKTOP) as page:
        box = page.get_by_role("combobox", name="Commune de naissance")
        box.press_sequentially("ca")
        expect(page.get_by_role("option", name="Camopi").and_(page.locator("[role=option]"))).to_be_visible()
        assert_axe_clean(page)
        box.press("ArrowDown")
        box.press("ArrowDown")
        box.press("Enter")
        expect(box).to_have_value("Camopi")
        assert page.locator("input[type=hidden][name=birth_place]").input_value() == "Camopi"
        expect(box).to_have_attribute("aria-expanded", "false")
        assert_no_fault(page)


def test_network_state_is_said(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=PHONE) as page:
        page.context.set_offline(True)
        expect(page.locator("[data-pep-network]")).to_contain_text("Hors ligne")
        page.evaluate("document.dispatchEvent(new CustomEvent('pep:queue', {detail: 2}))")
        expect(page.locator("[data-pep-network]")).to_contain_text("Hors ligne – 2 envois en attente")
        page.context.set_offline(False)


def test_session_warns_before_its_end(chromium: Browser, site: str) -> None:
    with open_page(chromium, "about:blank", screen=PHONE) as page:
        page.clock.install()
        page.goto(f"{site}/galerie/")
        page.clock.fast_forward("13:30")
        dialog = page.get_by_role("dialog", name="Votre session va se fermer")
        expect(dialog).to_be_visible()
        page.get_by_role("button", name="Rester connecté").click()
        expect(dialog).to_be_hidden()
        page.clock.fast_forward("15:30")
        expect(page.get_by_role("dialog", name="Votre session est fermée")).to_be_visible()


def test_keyboard_reaches_content_first(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=DESKTOP) as page:
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "contenu"


def test_account_menu_closes_with_escape(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=PHONE) as page:
        page.locator("summary.pp-header-button").click()
        expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        assert_axe_clean(page)
        page.keyboard.press("Escape")
        expect(page.get_by_role("button", name="Se déconnecter")).to_be_hidden()


def test_double_tap_sends_once(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=PHONE) as page:
        page.locator("summary.pp-header-button").click()
        page.get_by_role("button", name="Se déconnecter").dblclick()
        page.wait_for_timeout(1200)
        assert received.count("POST") == 1


def test_form_without_network_keeps_its_text(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=PHONE) as page:
        page.get_by_label("Votre message").fill("Je passe à 11 h.")
        page.context.set_offline(True)
        page.locator("summary.pp-header-button").click()
        page.get_by_role("button", name="Se déconnecter").click()
        expect(page.locator("#pp-status")).to_contain_text("Pas de réseau")
        expect(page.get_by_label("Votre message")).to_have_value("Je passe à 11 h.")
        assert received == []
        page.context.set_offline(False)


def test_button_is_busy_while_sending(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=DESKTOP) as page:
        # Heard after our own listener: the sending lasts for ever.
        page.evaluate("window.addEventListener('submit', (event) => event.preventDefault())")
        page.locator("#formulaire").get_by_role("button", name="Enregistrer").click()
        busy = page.locator("#formulaire").get_by_role("button", name="Envoi en cours…")
        expect(busy).to_be_disabled()
        expect(busy).to_have_attribute("aria-busy", "true")


def test_text_twice_as_large_still_fits(chromium: Browser, site: str) -> None:
    with open_page(chromium, f"{site}/galerie/", screen=(640, 900)) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert_fits(page)
