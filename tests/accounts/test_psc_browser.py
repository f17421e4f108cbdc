"""Pro Santé Connect in a real browser against the stand-in: in, choose, switch, out on both sides, cut from afar."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, Page
from tests import factories
from tests.browser import SCREENS, assert_page_sound, assert_reached, browser, open_page, serve
from tests.conftest import as_owner
from tests.interop.psc.stand_ins import SECRET, Sandbox, sandbox

from pepites.interop.psc.client import _published
from pepites_sandbox.psc.server import demo_client
from pepites_sandbox.psc.state import RegisteredClient

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]
NURSE_RPPS = "99900000011"


@contextmanager
def wired(settings: Any) -> Iterator[tuple[str, Sandbox, Browser]]:
    """Pépites, its stand-in and a browser, each at its address."""
    _published.cache_clear()
    with sandbox() as psc, serve(get_wsgi_application()) as address, browser() as chromium:
        client: RegisteredClient = demo_client([address], SECRET)
        psc.state.clients = {"pepites": client}
        settings.PEPITES_PSC_METADATA_URL = psc.metadata_url
        settings.PEPITES_PSC_CLIENT_ID, settings.PEPITES_PSC_CLIENT_SECRET = "pepites", SECRET
        directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives | {"form-action": ["'self'", psc.base]}}
        yield address, psc, chromium


def nurse_with_two_places() -> None:
    with as_owner():
        person = factories.professional(rpps=NURSE_RPPS, given_name="Josette", family_name="Amayota")
        for finess, name in (("970309911", "Cabinet du Marché"), ("970309905", "Centre du Haut-Fleuve")):
            where = factories.organization(finess=finess, name=name)
            factories.practice(professional=person, organization=where)


def identify(page: Page, name: str) -> None:
    """The stand-in's two pages."""
    page.get_by_role("button", name="S'identifier avec Pro Santé Connect").click()
    page.get_by_role("button", name=name).click()
    page.get_by_role("button", name="Valider sur le téléphone").click()


@pytest.mark.parametrize("screen", SCREENS)
def test_in_by_pro_sante_connect_then_out_on_both_sides(screen: tuple[int, int], settings: Any) -> None:
    nurse_with_two_places()
    with (
        wired(settings) as (address, psc, chromium),
        open_page(chromium, f"{address}/connexion/", screen=screen) as page,
    ):
        assert_page_sound(page, name="connexion-psc")
        page.get_by_role("button", name="S'identifier avec Pro Santé Connect").click()
        assert_reached(page, "psc-qui")
        page.get_by_role("button", name="Josette Amayota").click()
        assert_reached(page, "psc-telephone")
        page.get_by_role("button", name="Valider sur le téléphone").click()
        page.wait_for_url(f"{address}/contextes/**")
        assert page.get_by_text("Connu de l'annuaire santé").count() == 2
        assert_reached(page, "psc-lieux")
        page.get_by_role("button", name="Cabinet du Marché").click()
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/contextes/")
        page.get_by_role("button", name="Centre du Haut-Fleuve").click()
        page.wait_for_url(f"{address}/")
        page.goto(f"{address}/compte/")
        page.wait_for_selector("text=899900000011")
        assert_reached(page, "compte-psc")
        page.goto(f"{address}/contextes/")
        page.get_by_role("button", name="Se déconnecter").click()
        page.wait_for_url(f"{address}/connexion/**")
        assert page.get_by_text("Vous êtes déconnecté").count() == 1
        assert not psc.state.sessions  # the other side ended too
        page.get_by_role("button", name="S'identifier avec Pro Santé Connect").click()
        page.wait_for_selector("text=Qui s'identifie")  # nobody is let in as the one before


@pytest.mark.parametrize("screen", SCREENS)
def test_a_sheet_printed_beforehand_lets_in_through_an_outage(settings: Any, screen: str) -> None:
    nurse_with_two_places()
    with (
        wired(settings) as (address, psc, chromium),
        open_page(chromium, f"{address}/connexion/", screen=screen) as page,
    ):
        identify(page, "Josette Amayota")
        page.wait_for_url(f"{address}/contextes/**")
        page.goto(f"{address}/compte/")
        page.get_by_role("link", name="Imprimer des codes de secours").click()
        page.wait_for_selector("h1:has-text('Codes de secours')")
        assert_reached(page, "secours-imprimer")
        page.get_by_label("Code personnel", exact=True).fill("402817")
        page.get_by_label("Le même code personnel").fill("402817")
        page.get_by_role("button", name="Obtenir la feuille").click()
        page.wait_for_selector("text=Vos codes de secours")
        assert_reached(page, "secours-feuille")
        code = page.locator(".pp-codes .pp-code").first.inner_text()
        page.context.clear_cookies()
        psc.misbehave("decouverte")
        page.goto(f"{address}/connexion/psc/secours/")
        page.wait_for_selector("text=Pro Santé Connect est en panne")
        assert_reached(page, "secours-entrer")
        page.get_by_label("Numéro RPPS").fill(NURSE_RPPS)
        page.get_by_label("Code de secours").fill(code)
        page.get_by_label("Code personnel").fill("402817")
        page.get_by_role("button", name="Entrer pour 4 heures").click()
        page.wait_for_url(f"{address}/contextes/**")
        assert page.get_by_text("Vous êtes entré par un code de secours").count() == 1
        assert_reached(page, "secours-entree")


def test_the_end_told_from_afar_cuts_the_other_tab(settings: Any) -> None:
    nurse_with_two_places()
    with wired(settings) as (address, psc, chromium), open_page(chromium, f"{address}/connexion/") as page:
        identify(page, "Josette Amayota")
        page.wait_for_url(f"{address}/contextes/**")
        page.get_by_role("button", name="Cabinet du Marché").click()
        page.wait_for_url(f"{address}/")
        other = page.context.new_page()
        other.goto(f"{address}/compte/")
        httpx.post(f"{psc.base}/commandes", data={"fermer": "1"})
        for _ in range(50):
            other.reload()
            if "/connexion/" in other.url:
                break
            other.wait_for_timeout(100)
        assert "/connexion/" in other.url
        page.goto(f"{address}/")
        assert "/connexion/" in page.url


@pytest.mark.parametrize("screen", SCREENS)
def test_an_rpps_plus_role_and_an_unknown_person(screen: tuple[int, int], settings: Any) -> None:
    with as_owner():
        manager = factories.professional(rpps="99900000501", category="social", given_name="Maïté")
        where = factories.organization(finess="970309900", name="Appui à la coordination")
        factories.practice(
            professional=manager, organization=where, role_code="gestionnaire_cas", role_label="Gestionnaire de cas"
        )
        factories.practice(professional=manager, organization=where, role_code="ide", role_label="Infirmière")
    with wired(settings) as (address, _, chromium):
        with open_page(chromium, f"{address}/connexion/", screen=screen) as page:
            identify(page, "Maïté Robinel")
            page.wait_for_url(f"{address}/")  # the only place left is taken at once
            page.goto(f"{address}/contextes/")
            assert page.get_by_text("Gestionnaire de cas").count() == 1
            assert page.get_by_text("Infirmière").count() == 0
        with open_page(chromium, f"{address}/connexion/", screen=screen) as page:
            identify(page, "Solange Deloin")
            page.wait_for_selector("text=aucun réseau ne vous a encore ouvert Pépites")
            assert_reached(page, "psc-en-attente")


@pytest.mark.parametrize("screen", SCREENS)
def test_a_refusal_says_why_and_lets_start_again(screen: tuple[int, int], settings: Any) -> None:
    nurse_with_two_places()
    with wired(settings) as (address, psc, chromium):
        psc.state.fault = "sans_acr"
        with open_page(chromium, f"{address}/connexion/", screen=screen, expected_statuses=(403,)) as page:
            identify(page, "Josette Amayota")
            page.wait_for_selector("text=niveau d'identification suffisant")
            assert_reached(page, "psc-refus")
            psc.state.fault = "aucune"
            page.get_by_role("button", name="Recommencer avec Pro Santé Connect").click()
            page.wait_for_url(f"{address}/contextes/**")
            page.go_back()  # the browser's own « back » never signs anybody in twice
            assert page.get_by_text("Connexion refusée").count() or "/contextes/" in page.url or "/auth" in page.url
