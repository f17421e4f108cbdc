"""A training in a real browser: the copy, a trainee, a session and its sheet; the trainee's own steps; both screens."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import connection
from tests import factories
from tests.accounts.factories import account
from tests.browser import SCREENS, assert_page_sound, assert_reached, browser, open_page, serve
from tests.conftest import as_owner, as_role
from tests.identity.test_views_browser import storage
from tests.networks.test_packs_browser import follow, press, signed_in

from pepites.networks.models import Network
from pepites.networks.services import ensure_pilot_networks
from pepites.training.models import TrainingCopy
from pepites.training.tasks import fill

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


def work(user: Any) -> None:
    """What the worker does with the job just asked for; in its thread, the browser's own has an event loop."""

    def done() -> None:
        with as_owner():
            copy, practice = TrainingCopy.objects.get(), user.professional.practices.get()
        with as_role("pepites_worker"):
            fill(str(copy.public_id), user.pk, practice.pk)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(done).result()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_trainer_opens_a_copy_and_a_trainee_works_in_it(
    screen: tuple[int, int], tmp_path: Path, settings: Any
) -> None:
    settings.PEPITES_VAR = tmp_path
    with as_owner():
        ensure_pilot_networks()
        trainer, trainee = account(), account()
        factories.membership(Network.objects.get(slug="maia"), trainer.professional.practices.get(), "administration")
    with serve(get_wsgi_application()) as address, browser() as chromium:
        state = storage(signed_in_in_thread(trainer), address)
        with open_page(chromium, f"{address}/formation/", screen=screen, storage=state) as page:
            assert_page_sound(page, name="formation")
            page.get_by_label("Nombre de personnes fictives").fill("5")
            press(page, "Créer la copie")
            assert_reached(page, "formation-creation")
            work(trainer)
            page.goto(page.url)
            page.get_by_label("Identifiant du compte").fill(trainee.login)
            press(page, "Inscrire")
            page.get_by_label("Jour").fill("2026-12-01")
            page.get_by_label("Lieu").fill("Salle des fêtes, Saint-Laurent")
            press(page, "Prévoir la séance")
            assert_reached(page, "formation-copie")
            copy = page.url
            follow(page, "Remettre la copie à neuf")
            assert_reached(page, "formation-neuf")
            page.goto(copy)
            follow(page, "01/12/2026")
            page.get_by_label("matin").select_option("present")
            press(page, "Enregistrer les présences")
            assert_reached(page, "formation-seance")
            follow(page, "Feuille de présence")
            assert_reached(page, "formation-feuille")
            page.goto(f"{address}/file-active/")
            page.get_by_role("link", name="FICTIF").first.click()
            page.wait_for_selector("text=Copie de formation")
            assert_reached(page, "formation-dossier")
        state = storage(signed_in_in_thread(trainee), address)
        with open_page(chromium, f"{address}/formation/", screen=screen, storage=state) as page:
            follow(page, "Entraînement 1")
            assert_reached(page, "formation-etapes")


def signed_in_in_thread(user: Any) -> Any:
    """A session made beside the browser's event loop."""

    def done() -> Any:
        client = signed_in(user)
        connection.close()
        return client

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(done).result()
