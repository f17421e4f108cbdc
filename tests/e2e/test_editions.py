"""A PDF asked for, made by the worker and opened; an assessment put for some readers, on a phone and a desktop."""

import pytest
from playwright.sync_api import expect
from tests.browser import SCREENS, assert_reached
from tests.e2e.platform import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
BOTH = pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])


@BOTH
def test_a_document_is_asked_for_prepared_and_opened(
    desk: Desk, screen: tuple[int, int], places: dict[str, str]
) -> None:
    page = desk.seat("lvaragne", screen)
    page.goto(f"/dossiers/{places['patient']}/evaluations/")
    page.locator("#evaluations th[scope=row] a").first.click()
    page.get_by_role("button", name="PDF").click()
    expect(page.get_by_text("Document PDF, pour vous seul")).to_be_visible()
    assert_reached(page, "document-demande")
    link = page.get_by_role("link", name="Ouvrir le PDF")
    expect(link).to_be_visible(timeout=90_000)  # the page looks again by itself
    assert_reached(page, "document-pret")
    answer = page.request.get(link.get_attribute("href") or "")
    assert answer.body().startswith(b"%PDF")


@BOTH
def test_an_assessment_is_reserved_before_it_is_ended(
    desk: Desk, screen: tuple[int, int], places: dict[str, str]
) -> None:
    page = desk.seat("lvaragne", screen)
    page.goto(f"/dossiers/{places['patient']}/evaluations/nouvelle/")
    page.get_by_role("button", name="Mini-GDS").first.click()
    page.get_by_role("button", name="Choisir qui pourra lire").click()
    expect(page.get_by_role("heading", name="Qui pourra lire", level=1)).to_be_visible()
    assert_reached(page, "evaluation-lecteurs")
    page.get_by_label("Moi et ceux que je nomme").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Évaluation réservée")).to_be_visible()
    expect(page.get_by_role("button", name="Changer les lecteurs")).to_be_visible()
    assert_reached(page, "evaluation-reservee")
