"""A network's administrator makes a form on a phone; a professional fills it, the draft kept as one goes."""

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.browser import PHONE, assert_reached
from tests.e2e.platform import Platform, new_page

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
LIST = "/administration/reseaux/maia/formulaires/"


def question(page: Page, text: str, kind: str, **more: str) -> None:
    page.get_by_role("link", name="Ajouter une question").click()
    page.get_by_label("Texte de la question").fill(text)
    page.get_by_label("Réponse attendue").select_option(kind)
    if "options" in more:
        page.get_by_label("Réponses possibles, une par ligne").fill(more["options"])
    if "when" in more:
        page.get_by_label("Montrer seulement si").select_option(label=more["when"])
        page.get_by_label("cette valeur").fill(more["value"])
    assert_reached(page, f"formulaire-question-{kind}")
    with page.expect_navigation():
        page.get_by_role("button", name="Enregistrer la question").click()


def make(page: Page) -> None:
    page.goto(LIST)
    page.get_by_label("Titre").fill("Sommeil, essai")
    page.get_by_text("Social", exact=True).click()
    page.get_by_role("button", name="Créer le formulaire").click()
    question(page, "Dort bien", "choice", options="Oui = 0\nNon = 3")
    question(page, "Depuis combien de jours", "integer", when="Dort bien", value="Non")
    assert_reached(page, "formulaire-preparer")
    page.get_by_role("link", name="Régler le score").click()
    page.get_by_text("Dort bien", exact=True).first.click()
    page.get_by_label("Tranche 1 : lecture").fill("Bon sommeil")
    page.get_by_label("Tranche 2 : à partir de").fill("3")
    page.get_by_label("Tranche 2 : lecture").fill("Sommeil à revoir")
    assert_reached(page, "formulaire-score")
    page.get_by_role("button", name="Enregistrer le score").click()
    page.get_by_role("textbox", name="Source").fill("Réseau")
    page.get_by_role("textbox", name="Licence").fill("Libre")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="Aperçu").click()
    assert_reached(page, "formulaire-apercu")
    page.go_back()
    page.get_by_role("button", name="Publier cette version").click()
    expect(page.get_by_text("est publié")).to_be_visible()
    assert_reached(page, "formulaires")


def test_from_the_form_made_to_the_assessment_ended(
    platform: Platform, chromium: Browser, places: dict[str, str]
) -> None:
    administrator = platform.open(chromium, PHONE, "abellony")
    make(new_page(administrator))
    administrator.close()
    context = platform.open(chromium, PHONE, "mrobinel")
    page = new_page(context, 422)
    page.goto(f"/dossiers/{places['patient']}/evaluations/nouvelle/")
    page.get_by_role("button", name="Sommeil, essai").click()
    expect(page.get_by_text("Depuis combien de jours")).to_have_count(0)
    page.get_by_text("Non", exact=True).click()
    expect(page.get_by_text("Depuis combien de jours")).to_be_visible()
    expect(page.get_by_text("Brouillon enregistré à").first).to_be_visible()
    page.get_by_label("Depuis combien de jours").fill("vingt")
    page.get_by_role("button", name="Terminer l'évaluation").click()
    expect(page.get_by_role("heading", name="Il y a un problème")).to_be_visible()
    assert_reached(page, "evaluation-erreurs")
    page.get_by_label("Depuis combien de jours").fill("20")
    page.get_by_role("button", name="Terminer l'évaluation").click()
    expect(page.get_by_text("Sommeil à revoir")).to_be_visible()
    context.close()
