"""Demandes in a real browser: a relative asks without an account, the coordination answers; on both screens."""

import pytest
from django.core.wsgi import get_wsgi_application
from tests import factories
from tests.accounts.factories import account
from tests.browser import SCREENS, assert_page_sound, assert_reached, browser, open_page, serve
from tests.conftest import as_owner
from tests.documents.test_files import jpeg
from tests.identity.test_views_browser import storage
from tests.networks.test_packs_browser import follow, press, signed_in

from pepites.networks.models import Network
from pepites.networks.services import ensure_pilot_networks

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


@pytest.mark.parametrize("screen", SCREENS)
def test_a_relative_asks_and_the_coordination_answers(screen: tuple[int, int]) -> None:
    with as_owner():
        ensure_pilot_networks()
        coordinator = account()
        factories.membership(Network.objects.get(slug="maia"), coordinator.professional.practices.get())
    client = signed_in(coordinator)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        with open_page(chromium, f"{address}/demander/maia/", screen=screen) as page:
            assert_page_sound(page, name="demande-publique")
            page.get_by_label("Un proche ou un aidant").check()
            page.get_by_label("Votre nom").fill("Nadine Apatou")
            page.get_by_label("Téléphone ou courriel pour vous répondre").fill("0694 00 00 00")
            page.get_by_label("Ce qui est demandé").fill("Ma mère tombe souvent et ne veut pas quitter sa maison.")
            page.get_by_label("Nom de naissance").fill("Tabo")
            page.get_by_label("Est-elle tombée").check()
            page.get_by_label("Son aidant").check()
            page.get_by_label("Joindre des fichiers").set_input_files(
                {"name": "plaie.jpg", "mimeType": "image/jpeg", "buffer": jpeg()}
            )
            press(page, "Envoyer la demande")
            page.wait_for_selector("text=Notez cette référence")
            assert_reached(page, "demande-merci")
        state = storage(client, address)
        with open_page(chromium, f"{address}/demandes/", screen=screen, storage=state) as page:
            assert_page_sound(page, is_list=True, name="demandes")
            follow(page, "TABO")
            page.get_by_text("En quarantaine").wait_for()
            assert_reached(page, "demande")
            press(page, "Permettre de les ouvrir")
            page.get_by_role("link", name="plaie.jpg").wait_for()
            assert_reached(page, "demande-fichiers")
            follow(page, "Qualifier")
            assert_reached(page, "demande-qualifier")
            page.get_by_label("Gestion de cas").check()
            press(page, "Enregistrer")
            for step in ("Réorienter", "Refuser"):
                follow(page, step)
                assert_reached(page, f"demande-{step.lower()}")
                follow(page, "La demande")
            follow(page, "Accepter")
            assert_reached(page, "demande-accepter")
            page.get_by_label("Réponse au demandeur").fill("Une gestionnaire de cas passe mardi matin.")
            press(page, "Accepter")
            follow(page, "Dire que la réponse est donnée")
            assert_reached(page, "demande-clore")
            page.get_by_label("Par téléphone").check()
            press(page, "Clore la demande")
            page.wait_for_selector("text=Demande close")
            assert_reached(page, "demande-close")
        with open_page(chromium, f"{address}/demandes/nouvelle/", screen=screen, storage=state) as page:
            assert_page_sound(page, name="demande-a-qui")
        with open_page(chromium, f"{address}/demandes/nouvelle/reseau/maia/", screen=screen, storage=state) as page:
            assert_page_sound(page, name="demande-nouvelle")
