"""INSi in a real browser: three taps from the identity page, phone and desktop, against the simulator."""

from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from tests.browser import SCREENS, browser, open_page, serve
from tests.identity.identity_factories import BORN, actor, person
from tests.identity.insi_factories import checked
from tests.identity.test_views import signed_in
from tests.identity.test_views_browser import assert_sound, storage
from tests.interop.insi_sandbox import serving

from pepites.identity.ins import OID_DEMO, InsNumber
from pepites.identity.insi.datamatrix import GS, InsCode, encode
from pepites.interop.insi import client as wire

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


@pytest.mark.parametrize("screen", SCREENS)
def test_three_taps_and_the_label(screen: tuple[int, int], settings: Any) -> None:
    nurse = actor()
    patient = person(nurse, birth_name="TEST-GUYANE", given_names="LOUISE", birth_place_cog="97304")
    stranger = person(nurse, birth_name="PANNE-INDISPONIBLE", sex="M")
    checked(nurse, patient)
    clerk, cell = signed_in(nurse), signed_in(actor(identity_cell=True))
    wire._breakers.clear()
    settings.PEPITES_INSI_ENVIRONMENT = "demonstration"
    with serving("demonstration") as (url, _), serve(get_wsgi_application()) as address, browser() as chromium:
        settings.PEPITES_INSI_URL = url
        mine, theirs = storage(clerk, address), storage(cell, address)
        home = f"{address}/personnes/{patient.public_id}/identite/"
        with open_page(chromium, home, screen=screen, storage=mine) as page:
            assert_sound(page, "identite-insi")
            page.get_by_role("button", name="Interroger INSi").click()  # one
            page.wait_for_selector("#comparaison")
            assert_sound(page, "insi-comparaison")
            page.get_by_label("ces traits sont les siens").check()  # two
            page.get_by_role("button", name="Accepter ces traits").click()  # three
            page.wait_for_selector("text=Identité qualifiée : l'INS peut être partagé")
            assert_sound(page, "identite-qualifiee")
            page.get_by_role("link", name="Étiquette d'identité").click()
            page.wait_for_selector(".pp-label-code")
            assert_sound(page, "etiquette")
        code = InsCode(InsNumber(OID_DEMO, "285079730200175"), "LOUISE AMANDINE", "TEST-GUYANE", "F", BORN, "97302")
        with open_page(chromium, f"{address}/personnes/rechercher/", screen=screen, storage=theirs) as page:
            page.locator("#id_number").focus()
            page.keyboard.type(encode(code).replace(GS, ""))  # a hand scanner: keys, no GS, then Enter
            page.keyboard.press("Enter")
            page.wait_for_selector("text=ne prouve pas l'identité")
            assert page.locator("#resultats-titre").inner_text() == "1 personne trouvée"
            assert_sound(page, "recherche-code-lu")
        down = f"{address}/personnes/{stranger.public_id}/identite/"
        with open_page(chromium, down, screen=screen, storage=mine) as page:
            page.get_by_role("button", name="Interroger INSi").click()
            page.wait_for_selector("text=INSi est momentanément indisponible")
            assert_sound(page, "insi-panne")
        with open_page(chromium, f"{address}/identite/insi/", screen=screen, storage=theirs) as page:
            assert_sound(page, "insi-a-traiter")
        with open_page(chromium, f"{home}ins/retirer/", screen=screen, storage=theirs) as page:
            assert_sound(page, "insi-retirer")
