"""AGGIR in detail: the parts appear when asked for, and the letter is proposed as one ticks."""

import pytest
from playwright.sync_api import expect
from tests.browser import SCREENS, assert_reached
from tests.e2e.platform import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
def test_the_letter_is_proposed_from_the_parts(desk: Desk, screen: tuple[int, int], places: dict[str, str]) -> None:
    page = desk.seat("lvaragne", screen)
    page.goto(f"/dossiers/{places['patient']}/evaluations/nouvelle/")
    page.get_by_role("button", name="Grille AGGIR").first.click()
    page.get_by_role("group", name="Coter aussi le détail de chaque activité").get_by_label("Oui").check()
    expect(page.get_by_role("heading", name="Détail des activités")).to_be_visible()
    for part in ("haut du corps", "bas du corps"):
        group = page.get_by_role("group", name=f"Toilette, {part} : la personne le fait seule")
        group.get_by_label("Aucun des quatre").check()
        expect(group.get_by_label("Aucun des quatre")).to_be_checked()
    expect(page.locator("output", has_text="C")).to_have_count(3)
    assert_reached(page, "aggir-detail")
