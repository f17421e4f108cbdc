"""A trainer sets up a network from nothing on screens, then a coordinator works with it; on a phone and on a desk."""

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from playwright.sync_api import Page
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.browser import SCREENS, assert_page_sound, assert_reached, browser, open_page, serve
from tests.conftest import as_owner
from tests.identity.test_views_browser import storage

from pepites.networks.models import Network

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]
STAGES = ("Premier contact", "Évaluation", "Suivi")
STEPS = (
    ("Appeler la personne", 2),
    ("Première visite", 7),
    ("Évaluer", 21),
    ("Point à trois mois", 90),
    ("Bilan", 365),
)


def signed_in(user: Any) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def press(page: Page, name: str) -> None:
    """A button that sends, then the page that answers."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name=name).first.click()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_trainer_builds_a_network_and_a_coordinator_works_with_it(screen: tuple[int, int]) -> None:
    with as_owner():
        trainer, coordinator = account(platform_admin=True), account()
        patient = factories.patient()
        factories.grant(patient, coordinator.professional.practices.get(), 3)
    first, second = signed_in(trainer), signed_in(coordinator)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        home = f"{address}/administration/"
        with open_page(chromium, home, screen=screen, storage=storage(first, address)) as page:
            build(page)
    with as_owner():
        factories.membership(Network.objects.get(slug="onco"), coordinator.professional.practices.get())
    with serve(get_wsgi_application()) as address, browser() as chromium:
        file = f"{address}/dossiers/{patient.public_id}/parcours/"
        with open_page(chromium, file, screen=screen, storage=storage(second, address)) as page:
            work(page)
        for name, where, holder in (
            ("retards", "reseaux/onco/retards/", second),
            ("reglages", "administration/reseaux/onco/reglages/", first),
        ):
            with open_page(chromium, f"{address}/{where}", screen=screen, storage=storage(holder, address)) as page:
                assert_page_sound(page, is_list=True, name=name)


def build(page: Page) -> None:
    follow(page, "Créer un réseau")
    assert_reached(page, "reseau-nouveau")
    page.get_by_label("Nom du réseau").fill("Oncologie du Maroni")
    page.get_by_label("Nom court").fill("Onco")
    page.get_by_label("Patient").check()
    press(page, "Créer le réseau")
    assert_reached(page, "reglages")
    follow(page, "Étapes du suivi")
    assert_reached(page, "reglages-partie-vide")
    for title in STAGES:
        stage(page, title)
    assert_reached(page, "reglages-etapes")
    press_first(page, "Descendre : Premier contact")
    press_first(page, "Monter : Premier contact")
    follow(page, "Réglages")
    follow(page, "Critères d'inclusion")
    follow(page, "Ajouter : critère")
    assert_reached(page, "reglages-ligne")
    page.get_by_label("Critère").fill("Traitement en cours")
    page.get_by_label("Nécessaire").check()
    press(page, "Ajouter au brouillon")
    follow(page, "Réglages")
    follow(page, "Parcours protocolisés")
    follow(page, "Ajouter : parcours")
    page.get_by_label("Nom du parcours").fill("Chimiothérapie")
    page.get_by_label("Proposé à l'ouverture du suivi").check()
    press(page, "Ajouter au brouillon")
    for title, days in STEPS:
        follow(page, "Ajouter : étape")
        page.get_by_label("À faire").fill(title)
        page.get_by_label("Jours après le jour de référence").fill(str(days))
        press(page, "Ajouter au brouillon")
    assert_reached(page, "reglages-protocole")
    follow(page, "Parcours protocolisés")
    follow(page, "Réglages")
    follow(page, "Relire et publier")
    assert_reached(page, "reglages-apercu")
    page.get_by_label("Ce qui change").fill("Première version du réseau")
    press(page, "Publier la version 1")
    page.wait_for_selector("text=Version 1 publiée")
    assert_reached(page, "reglages-publies")


def stage(page: Page, title: str) -> None:
    follow(page, "Ajouter : étape")
    page.get_by_label("Nom de l'étape").fill(title)
    page.get_by_label("Durée habituelle, en jours").fill("30")
    press(page, "Ajouter au brouillon")


def press_first(page: Page, label: str) -> None:
    with page.expect_navigation():
        page.get_by_label(label).first.click()


def work(page: Page) -> None:
    follow(page, "Oncologie du Maroni")
    assert_reached(page, "parcours-ouvrir")
    page.get_by_label("Traitement en cours").check()
    press(page, "Ouvrir le parcours")
    page.wait_for_selector("text=0 faite sur 5")
    assert_reached(page, "parcours-ouvert")
    page.get_by_label("Étape", exact=True).select_option(label="Évaluation")
    press(page, "Changer d'étape")
    assert page.locator("[aria-current=step]").inner_text().strip() == "Évaluation"
    page.get_by_text("Les 5 étapes").click()
    follow(page, "Changer le jour de référence")
    assert_reached(page, "protocole-jour")
    page.get_by_label("Jour de référence").fill("2026-01-05")
    press(page, "Dater de nouveau")
    page.wait_for_selector("text=5 étapes datées de nouveau")
    assert_reached(page, "parcours-en-retard")
