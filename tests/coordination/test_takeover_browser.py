"""A takeover in a real browser: the archive, what the check says, the history in the file; on both screens."""

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
from tests.coordination.import_helpers import coordinator
from tests.coordination.takeover_helpers import archive, followed, message, note
from tests.documents.test_files import jpeg
from tests.identity.test_views_browser import storage
from tests.networks.test_packs_browser import follow, press, signed_in

from pepites.coordination.models import HistoryRun
from pepites.coordination.takeover.tasks import take_over_archive
from pepites.networks.models import Network
from pepites.networks.services import ensure_pilot_networks
from pepites.patients.models import Patient

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


def work(user: Any, *, dry_run: bool) -> None:
    """What the worker does with the job just asked for; in its thread, the browser's own has an event loop."""

    def done() -> None:
        with as_owner():
            run, practice = HistoryRun.objects.get(), user.professional.practices.get()
        with as_role("pepites_worker"):
            take_over_archive(str(run.public_id), user.pk, practice.pk, dry_run)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(done).result()


@pytest.mark.parametrize("screen", SCREENS)
def test_a_history_is_taken_over_and_read(screen: tuple[int, int], tmp_path: Path, settings: Any) -> None:
    settings.PEPITES_VAR = tmp_path
    with as_owner():
        ensure_pilot_networks()
        user, network = account(), Network.objects.get(slug="maia")
        factories.membership(network, user.professional.practices.get())
    person = followed(tmp_path, coordinator(network), network)["D1"]
    with as_owner():
        patient = Patient.objects.get(pk=person)
    conversation = {"id": "C1", "dossier": "D1", "titre": "Retour à la maison", "participants": user.login}
    long = "Passage au domicile avec sa fille. " * 12
    path = archive(
        tmp_path / "ancien-outil.zip",
        {
            "conversations": [conversation],
            "messages": [message("M1", texte="Elle rentre mardi."), message("M2", auteur_id=user.login, texte=long)],
            "notes": [note("N1", fonction="infirmière", texte=long), note("N2", dossier="D9")],
            "documents": [{"id": "F1", "fichier": "p.jpg", "note": "N1", "titre": "Escalier de l'entrée"}],
        },
        {"p.jpg": jpeg((60, 40))},
    )
    client = signed_in(user)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        state = storage(client, address)
        with open_page(chromium, f"{address}/reseaux/maia/reprise/", screen=screen, storage=state) as page:
            assert_page_sound(page, name="reprise")
            page.get_by_label("Nom de l'ancien outil").fill("Ancien outil")
            page.get_by_label("Archive").set_input_files(path)
            press(page, "Envoyer et vérifier")
            assert_reached(page, "reprise-verification")
            work(user, dry_run=True)
            page.goto(page.url)
            page.wait_for_selector("text=Ce que donnera la reprise")
            assert_reached(page, "reprise-verifiee")
            press(page, "Reprendre l'historique")
            work(user, dry_run=False)
            page.goto(page.url)
            page.wait_for_selector("text=Reprise terminée")
            assert_reached(page, "reprise-terminee")
        with open_page(chromium, f"{address}/dossiers/{patient.public_id}/", screen=screen, storage=state) as page:
            follow(page, "Lire l'historique repris")
            assert_reached(page, "historique")
            follow(page, "Retour à la maison")
            assert_reached(page, "historique-conversation")
