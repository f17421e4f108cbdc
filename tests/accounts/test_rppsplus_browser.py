"""RPPS+ in a real browser: a manager carries a person from the list to the departure, on both screens."""

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client
from tests import factories
from tests.accounts.factories import account, sign_in
from tests.accounts.test_rppsplus import actor_for, add, go
from tests.browser import PHONE, SCREENS, assert_page_sound, assert_reached, browser, open_page, serve
from tests.conftest import as_owner
from tests.identity.test_views_browser import storage

from pepites.accounts.rppsplus import services
from pepites.accounts.rppsplus.enums import Step
from pepites.audit.unit import unit_of_work

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


def signed_in(user: Any) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("screen", SCREENS)
def test_from_the_list_to_the_departure(screen: tuple[int, int]) -> None:
    with as_owner():
        platform, manager = account(platform_admin=True), account()
        where = factories.organization(name="Résidence des Wapas", finess="970309907")
        practice = factories.practice(organization=where)
    with unit_of_work(actor_for(platform)):
        services.name_manager(actor=actor_for(platform), user=manager, organization=where)
    for family in ("Tikané", "Aloukou"):
        add(manager, where, family_name=family)
    go(manager, add(manager, where, family_name="Norino"), Step.DECLARED)
    first, second = signed_in(manager), signed_in(platform)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        mine, theirs = storage(first, address), storage(second, address)
        with open_page(chromium, f"{address}/administration/rpps/", screen=screen, storage=mine) as page:
            assert_page_sound(page, is_list=True, name="rpps-tableau-vide")
            page.get_by_role("link", name="Résidence des Wapas").click()
            page.get_by_label("Signé", exact=True).check()
            page.get_by_label("Signé le").fill("2026-11-02")
            page.get_by_label("Gestionnaire RPPS+").fill("Nadège Corvo")
            page.get_by_role("button", name="Enregistrer").click()
            page.wait_for_selector("text=Signé le 02/11/2026")
            page.get_by_label("Nom d'exercice").fill("Sabayo")
            page.get_by_label("Prénom").fill("Edmée")
            page.get_by_label("Rôle", exact=False).first.select_option("309")
            page.get_by_label("Lieu d'exercice dans Pépites").select_option(str(practice.public_id))
            page.get_by_role("button", name="Ajouter à la liste").click()
            page.wait_for_selector("text=Personne ajoutée")
            assert_reached(page, "rpps-structure")
            page.get_by_role("link", name="Edmée Sabayo").click()
            page.get_by_role("button", name="Déclarée au portail").click()
            page.wait_for_selector("dt:text-is('Déclarée')")
            page.get_by_label("Numéro RPPS").fill("99700000017")
            page.get_by_role("button", name="Numéro RPPS reçu").click()
            page.wait_for_selector("text=Pas encore dans la copie de l'annuaire")
            assert_reached(page, "rpps-personne")
            page.get_by_role("button", name="e-CPS activée").click()
            page.wait_for_selector("dt:text-is('e-CPS activée')")
            page.get_by_role("button", name="Enregistrer le départ").click()
            page.wait_for_selector("text=Situation à clore")
            page.goto(f"{address}/administration/rpps/")
            assert page.locator(".pp-shares").count() == 1
            assert_reached(page, "rpps-tableau")
        with open_page(chromium, f"{address}/administration/identification/", screen=screen, storage=theirs) as page:
            assert_page_sound(page, name="identification")
        if screen == PHONE:
            with open_page(
                chromium, f"{address}/administration/rpps/{where.public_id}/", screen=screen, storage=theirs
            ) as page:
                assert_page_sound(page, is_list=True, name="rpps-structure-plateforme")
