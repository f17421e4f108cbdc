"""INSi on the real platform with its simulator: three taps, the label, the withdrawal; pages judged as the others."""

import pytest
from playwright.sync_api import expect
from tests.browser import DESKTOP, PHONE, assert_reached
from tests.e2e.platform import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]


@pytest.mark.parametrize(
    ("screen", "name"), [(PHONE, "TEST-GUYANE"), (DESKTOP, "TEST-HAITI")], ids=["telephone", "ordinateur"]
)
def test_from_the_file_to_the_label_and_back(desk: Desk, screen: tuple[int, int], name: str) -> None:
    public_id = desk.platform.value("SELECT public_id FROM patients_patient WHERE birth_name = %s", name)
    home = f"/personnes/{public_id}/identite/"
    page = desk.seat("mrobinel", screen, 422)
    page.goto(home)
    expect(page.get_by_text("Simulateur INSi").first).to_be_visible()
    page.get_by_role("button", name="Interroger INSi").click()  # one
    expect(page.get_by_role("heading", name="Réponse d'INSi")).to_be_visible()
    assert_reached(page, "insi-comparaison")
    page.get_by_label("ces traits sont les siens").check()  # two
    page.get_by_role("button", name="Accepter ces traits").click()  # three
    expect(page.get_by_text("Réponse d'INSi acceptée").first).to_be_visible()
    if name == "TEST-HAITI":  # nobody has seen a paper yet
        page.goto(f"{home}piece/")
        page.get_by_label("Pièce présentée").select_option("PA")
        page.get_by_label("Les traits de la pièce").check()
        page.get_by_role("button", name="Enregistrer la vérification").click()
    expect(page.get_by_text("Identité qualifiée").first).to_be_visible()
    assert_reached(page, "identite-qualifiee")
    page.get_by_role("link", name="Étiquette d'identité").click()
    expect(page.get_by_text("INS à scanner")).to_be_visible()
    assert_reached(page, "etiquette")
    cell = desk.seat("epalmarin", screen, 422)
    cell.goto(f"{home}ins/retirer/")
    assert_reached(cell, "ins-retirer")
    cell.get_by_label("Motif").fill("Essai de démonstration")
    cell.get_by_role("button", name="Retirer l'INS").click()
    expect(cell.get_by_text("Identité validée").first).to_be_visible()
