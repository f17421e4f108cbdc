"""Pages reached only by acting: each in turn, on a phone and a desktop, judged as those of ``test_pages``."""

import base64
import re
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect
from tests.accounts.factories import code
from tests.browser import DESKTOP, PHONE, SCREENS, assert_reached, sent_form
from tests.e2e.platform import Desk, invitation, sample_file, work_until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
Screen = tuple[int, int]
BOTH = pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])

PASSWORD = "douze pirogues sur le fleuve"
REACHED = (
    "access:emergency", "access:review", "accounts:invitation", "accounts:enrol", "accounts:second-factor",
    "coordination:invitation", "coordination:import-run", "coordination:import-report",
    "identity:insi-answer", "identity:label", "identity:ins-withdraw", "identity:merge-prepare", "identity:merge",
    "identity:collision", "coordination:protection-report",
)  # fmt: skip


def refused(page: Page, path: str, button: str, name: str) -> None:
    """The form of ``path`` sent as it is: 422, what is wrong is said, and the page is as sound as before."""
    page.goto(path)
    page.evaluate("document.querySelectorAll('main form').forEach((form) => { form.noValidate = true; })")
    with page.expect_response(sent_form) as answered:
        page.locator("main").get_by_role("button", name=button).first.click()
    assert answered.value.status == 422, answered.value.status
    expect(page.locator("main [role=alert], main .pp-error, main [data-pep-error-summary]").first).to_be_visible()
    assert_reached(page, name)


@pytest.mark.parametrize(("screen", "login"), [(PHONE, "ofontanel"), (DESKTOP, "lvaragne")])
def test_emergency_access_from_the_motive_to_the_review(desk: Desk, screen: Screen, login: str) -> None:
    hidden = desk.platform.value(
        "SELECT p.public_id FROM patients_patient p WHERE p.id NOT IN (SELECT patient_id FROM access_opposition)"
        " AND p.id NOT IN (SELECT patient_id FROM access_networkpatient JOIN training_trainingcopy USING (network_id))"
        " AND p.id NOT IN (SELECT patient_id FROM access_accessgrant g JOIN directory_practitionerrole r"
        " ON r.id = g.practice_id JOIN accounts_user u ON u.professional_id = r.professional_id"
        " WHERE u.login = %s) ORDER BY p.id DESC LIMIT 1",
        login,
    )
    page = desk.seat(login, screen, 422)
    refused(page, f"/acces-urgence/{hidden}/", "Ouvrir le dossier en urgence", "acces-urgence-erreurs")
    page.get_by_label("Urgence vitale").check()
    page.locator("#id_explanation").fill("Malaise au domicile, traitement inconnu.")
    page.locator("#id_code").fill(page.locator("strong.pp-code").inner_text())
    page.get_by_role("button", name="Ouvrir le dossier en urgence").click()
    expect(page.get_by_role("heading", name="Le dossier vous est ouvert")).to_be_visible()
    assert_reached(page, "acces-urgence-ouvert")
    page.get_by_role("link", name="Ouvrir le dossier").click()
    expect(page.get_by_text("Accès en urgence ouvert")).to_be_visible()
    assert_reached(page, "dossier-bandeau-urgence")
    reviewer = desk.seat("hstenval", screen, 422)
    reviewer.goto("/acces-urgence/")
    assert_reached(reviewer, "acces-urgence-a-examiner")
    path = reviewer.locator("main a[href*='/acces-urgence/examen/']").first.get_attribute("href")
    reviewer.goto(str(path))
    assert_reached(reviewer, "acces-urgence-avis")
    refused(reviewer, str(path), "Enregistrer", "acces-urgence-avis-erreurs")


@BOTH
def test_an_invitation_waiting(desk: Desk, places: dict[str, str], screen: Screen) -> None:
    """The pending member sees identity and inviter only. Another person than ``places``', closed to this member."""
    patient = desk.platform.value(
        "SELECT p.public_id FROM patients_patient p JOIN coordination_pathway w ON w.patient_id = p.id"
        " JOIN networks_network n ON n.id = w.network_id AND n.slug = 'maia' WHERE w.status = 'actif'"
        " AND p.id NOT IN (SELECT patient_id FROM access_opposition) AND NOT EXISTS"
        " (SELECT 1 FROM access_accessgrant g JOIN directory_practitionerrole r ON r.id = g.practice_id"
        " JOIN accounts_user u ON u.professional_id = r.professional_id WHERE g.patient_id = p.id"
        " AND u.login = 'ofontanel') AND p.public_id <> %s ORDER BY p.id LIMIT 1",
        places["patient"],
    )
    manager = desk.seat("mrobinel", screen, 422)
    manager.goto(f"/dossiers/{patient}/cercle/inviter/?q=Fontanel")
    choice = manager.locator("#found a").first.get_attribute("href")
    invite = f"/dossiers/{patient}/cercle/inviter/{choice}"
    manager.goto(invite)
    manager.get_by_label("Rôle dans le cercle").select_option("infirmier")
    manager.get_by_label("Dossier complet").check()
    with suppress(Exception):
        manager.get_by_label("La personne est d'accord").check(timeout=1000)
    manager.get_by_role("button", name="Inviter dans le cercle").click()
    manager.wait_for_url(re.compile(r"/cercle/$"))
    assert_reached(manager, "cercle-invitation-partie")
    guest = desk.seat("ofontanel", screen, 403)
    guest.goto("/")
    assert_reached(guest, "accueil-invitation")
    guest.locator("#invitations a").first.click()
    expect(guest.get_by_role("button", name="Entrer dans le cercle")).to_be_visible()
    assert_reached(guest, "invitation")
    guest.goto(f"/dossiers/{patient}/")
    assert_reached(guest, "dossier-invite")


@BOTH
def test_a_child_in_danger_from_the_file_to_the_answer(desk: Desk, places: dict[str, str], screen: Screen) -> None:
    """From the child's file: the document downloaded, the sending noted, then what the cell answered."""
    page = desk.seat("cdumoutier", screen, 422)
    page.goto(f"/dossiers/{places['child']}/")
    page.get_by_role("link", name="Enfant en danger : informer").click()
    page.get_by_role("link", name="Préparer le document").click()
    refused(page, page.url, "Télécharger le document", "enfant-en-danger-document-erreurs")
    page.locator("#id_facts").fill("Ecchymoses au bras gauche, vues le 2 mars.")
    page.locator("#id_worries").fill("Une récidive.")
    page.locator("#id_parents").fill("Prévenus ce matin.")
    with page.expect_download() as download:
        page.get_by_role("button", name="Télécharger le document").click()
    assert Path(str(download.value.path())).read_bytes()[:5] == b"%PDF-"
    refused(page, f"/dossiers/{places['child']}/reserves/noter/", "Noter l'envoi", "enfant-en-danger-noter-erreurs")
    page.get_by_label("Oui", exact=True).check()
    page.locator("#id_means").select_option("mssante")
    page.get_by_role("button", name="Noter l'envoi").click()
    page.get_by_role("heading", name="Noter la réponse").wait_for()
    assert_reached(page, "enfant-en-danger-envoi")
    page.locator("#id_outcome").select_option("evaluation")
    page.get_by_role("button", name="Noter la réponse").click()
    expect(page.get_by_text("Évaluation en cours, le")).to_be_visible()


def _unfollowed(route: Route) -> None:
    if route.request.headers.get("hx-request"):
        route.fulfill(status=204)
    else:
        route.continue_()


@BOTH
def test_an_import_from_the_file_to_the_report(desk: Desk, screen: Screen, tmp_path: Path) -> None:
    page = desk.seat("abellony", screen, 422)
    refused(page, "/reseaux/maia/import/", "Envoyer le fichier", "import-erreurs")
    page.locator("input[type=file]").set_input_files(sample_file(tmp_path))
    page.get_by_role("button", name="Envoyer le fichier").click()
    page.get_by_role("button", name="Vérifier le fichier").wait_for()
    assert_reached(page, "import-colonnes")
    page.get_by_role("button", name="Vérifier le fichier").click()
    work_until(page, page.get_by_role("button", name="Importer", exact=True))
    assert_reached(page, "import-verifie")
    page.route("**/import/**", _unfollowed)  # the page must not leave for the report while it is audited
    page.get_by_role("button", name="Importer", exact=True).click()
    page.get_by_role("button", name="Importer", exact=True).wait_for(state="detached")
    assert_reached(page, "import-en-cours")
    page.unroute("**/import/**")
    work_until(page, page.get_by_role("heading", name="Compte rendu d'import"))
    assert_reached(page, "import-compte-rendu")


@BOTH
def test_a_new_account_from_its_link_to_its_first_sign_in(desk: Desk, screen: Screen) -> None:
    """Invitation, password, application of codes, recovery codes, then identifier, password and code."""
    login = f"essai-{desk.name.lower()}"
    page = desk.seat("", screen, 422)
    path = invitation(desk.platform, login)
    refused(page, path, "Enregistrer le mot de passe", "invitation-erreurs")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_again").fill(PASSWORD)
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    page.get_by_role("button", name="Enregistrer l'application").wait_for()
    assert_reached(page, "premier-facteur")
    refused(page, page.url, "Enregistrer l'application", "premier-facteur-erreurs")
    secret = base64.b32decode(str(page.locator("span.pp-code").first.text_content()).replace(" ", ""))
    page.locator("#id_code").fill(code(seed=secret))
    page.get_by_role("button", name="Enregistrer l'application").click()
    page.locator(".pp-codes").wait_for()
    assert_reached(page, "codes-de-recuperation")
    recovery = page.locator(".pp-codes .pp-code").first.inner_text()
    page.context.clear_cookies()
    page.goto("/connexion/")
    page.locator("#id_login").fill(login)
    page.locator("#id_password").fill(PASSWORD)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Se connecter").wait_for()
    assert_reached(page, "second-facteur")
    refused(page, page.url, "Se connecter", "second-facteur-erreurs")
    page.locator("#id_code").fill(recovery)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(lambda url: "connexion" not in url)
    assert_reached(page, "contextes-aucun")


REFUSED = {
    "taches-erreurs": ("/dossiers/{patient}/taches/", "Créer la tâche", "mrobinel"),
    "contacts-erreurs": ("/dossiers/{patient}/contacts/", "Ajouter ce proche", "mrobinel"),
    "note-erreurs": ("/dossiers/{patient}/", "Enregistrer la note", "mrobinel"),
    "parcours-clore-erreurs": ("/parcours/{pathway}/clore/", "Clore", "mrobinel"),
    "mot-de-passe-erreurs": ("/compte/mot-de-passe/", "Changer le mot de passe", "mrobinel"),
    "piece-erreurs": ("/personnes/{patient}/identite/piece/", "Enregistrer la vérification", "epalmarin"),
    "carte-erreurs": ("/identite/rapprochements/{card}/", "Ne sont pas la même personne", "epalmarin"),
    "separer-erreurs": ("/identite/enregistrements/{record}/separer/", "Séparer cette identité", "epalmarin"),
    "compte-inviter-erreurs": ("/administration/reseaux/maia/inviter/", "Créer", "abellony"),
    "connexion-erreurs": ("/connexion/", "Continuer", ""),
}


@BOTH
@pytest.mark.parametrize("name", REFUSED)
def test_a_form_with_errors(desk: Desk, places: dict[str, str], screen: Screen, name: str) -> None:
    path, button, login = REFUSED[name]
    refused(desk.seat(login, screen, 422), path.format(**places), button, name)


@BOTH
def test_an_empty_message(desk: Desk, places: dict[str, str], screen: Screen) -> None:
    page = desk.seat("mrobinel", screen)
    page.goto(f"/discussions/{places['talk']}/")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.locator("[data-pep-composer-error]")).to_be_visible()
    assert_reached(page, "discussion-erreurs")


_PROVISIONAL = """
    SELECT p.public_id FROM patients_patient p WHERE p.identity_status = 'PROV' AND p.identity_flags = ''
      AND p.survivor_id IS NULL AND p.active AND p.id NOT IN (SELECT patient_id FROM access_opposition)
      AND p.id NOT IN (SELECT patient_id FROM identity_notsame UNION SELECT other_id FROM identity_notsame)
    ORDER BY p.id DESC LIMIT 1 OFFSET %s
"""


@BOTH
def test_a_merge_made_and_undone(desk: Desk, screen: Screen) -> None:
    """Prepared, made, seen in one file, undone: the cell's way, on a phone too."""
    one, two = (str(desk.platform.value(_PROVISIONAL, number)) for number in (0, 1))
    page = desk.seat("epalmarin", screen, 422)
    path = f"/identite/fusions/preparer/{one}/{two}/"
    refused(page, path, "Fusionner ces dossiers", "fusion-erreurs")
    page.goto(path)
    assert_reached(page, "fusion-preparer")
    page.get_by_label("Ce qui montre que c'est la même personne").fill("Même carte, même mère")
    page.get_by_label("J'ai comparé les deux identités").check()
    page.get_by_role("button", name="Fusionner ces dossiers").click()
    expect(page.get_by_text("Dossiers fusionnés.")).to_be_visible()
    assert_reached(page, "fusion-faite")
    merge = page.url
    page.goto("/identite/fusions/?etat=faite")
    assert_reached(page, "fusions-faites")
    page.goto(merge)
    page.get_by_label("Ce qui montre que ce sont deux personnes").fill("Deux sœurs, erreur de lecture")
    page.get_by_role("button", name="Défaire la fusion").click()
    expect(page.get_by_text("Fusion défaite")).to_be_visible()
    assert_reached(page, "fusion-defaite")


@BOTH
def test_two_persons_in_one_file(desk: Desk, screen: Screen) -> None:
    """Told from the file, proven by the cell, separated, sorted: the file is frozen in between."""
    maia = "SELECT p.public_id FROM patients_patient p JOIN coordination_pathway w ON w.patient_id = p.id"
    mixed = desk.platform.value(
        f"{maia} JOIN networks_network n ON n.id = w.network_id AND n.slug = 'maia' WHERE w.status = 'actif'"
        " AND p.identity_flags = '' AND p.identity_status = 'PROV' ORDER BY p.id DESC LIMIT 1 OFFSET %s",
        0 if screen == PHONE else 1,
    )
    second = desk.platform.value(
        "SELECT regional_id FROM patients_patient WHERE identity_status = 'PROV' AND identity_flags = '' AND active"
        " AND public_id <> %s ORDER BY id LIMIT 1",
        mixed,
    )
    teller = desk.seat("mrobinel", screen, 422)
    refused(teller, f"/personnes/{mixed}/identite/deux-personnes/", "Prévenir la cellule", "deux-personnes-erreurs")
    teller.get_by_label("Ce qui fait penser à deux personnes").fill("Deux groupes sanguins dans les comptes rendus")
    teller.get_by_role("button", name="Prévenir la cellule").click()
    expect(teller.get_by_text("C'est signalé")).to_be_visible()
    assert_reached(teller, "identite-collision-signalee")
    page = desk.seat("epalmarin", screen, 422)
    page.goto("/identite/collisions/")
    page.locator("main table a").first.click()
    assert_reached(page, "collision-signalee")
    page.get_by_label("Ce qui le montre").fill("Les deux familles l'ont dit")
    page.get_by_role("button", name="Avérée").click()
    expect(page.get_by_label("Identifiant régional de la seconde personne")).to_be_visible()
    assert_reached(page, "collision-averee")
    teller.goto(f"/dossiers/{mixed}/")
    expect(teller.get_by_text("Dossier gelé")).to_be_visible()
    assert_reached(teller, "dossier-gele")
    page.get_by_label("Identifiant régional de la seconde personne").fill(str(second))
    page.get_by_role("button", name="C'est son dossier").click()
    page.locator("#lignes-title").wait_for()
    assert_reached(page, "collision-a-trier")
    while page.get_by_role("button", name="Reste ici").count():
        page.get_by_role("button", name="Reste ici").first.click()
        page.wait_for_load_state()
    page.get_by_role("button", name="Tout est trié").click()
    expect(page.get_by_text("Réglée").first).to_be_visible()
    assert_reached(page, "collision-reglee")
