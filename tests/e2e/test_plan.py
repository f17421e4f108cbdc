"""Signing the plan in a real browser: drawn on the screen, or with the keyboard alone; and the PDF it gives."""

import io

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader
from tests.browser import SCREENS, assert_no_fault, assert_reached
from tests.e2e.platform import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]


def opened(desk: Desk, screen: tuple[int, int], places: dict[str, str]) -> Page:
    page = desk.seat("mrobinel", screen)
    page.goto(f"/dossiers/{places['patient']}/plan/")
    page.get_by_role("link", name="Faire signer la personne").click()
    page.get_by_role("heading", name="Signer le plan").wait_for()
    return page


def drawings(page: Page) -> int:
    return page.locator("svg.pp-sign-drawn polyline").count()


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
def test_drawn_erased_drawn_again_and_kept(desk: Desk, screen: tuple[int, int], places: dict[str, str]) -> None:
    page = opened(desk, screen, places)
    pad = page.locator("[data-pep-sign] svg")
    pad.scroll_into_view_if_needed()
    for turn in range(2):
        box = pad.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 90, box["y"] + 50, steps=6)
        page.mouse.up()
        assert pad.locator("polyline").count() == 1
        if turn == 0:
            page.get_by_role("button", name="Effacer le dessin").click()
            assert page.locator("#id_strokes").input_value() == ""
    assert "," in page.locator("#id_strokes").input_value()
    page.get_by_label("La personne", exact=True).check()
    page.get_by_label("Nom et prénom de la personne qui signe").fill("Essai de signature")
    page.get_by_role("button", name="Donner son accord").click()
    page.get_by_text("Accord enregistré").wait_for()
    assert drawings(page) >= 1
    assert_reached(page, "plan-signe")


def test_the_typed_name_is_enough_with_the_keyboard_alone(desk: Desk, places: dict[str, str]) -> None:
    page = opened(desk, SCREENS[0], places)
    page.get_by_label("Son aidant").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Nom au clavier")
    page.keyboard.press("Enter")
    page.get_by_text("Accord enregistré").wait_for()
    assert page.get_by_text("Nom au clavier").is_visible()
    assert_no_fault(page)


def test_the_social_worker_s_plan_and_pdf_say_nothing_of_what_is_for_carers(desk: Desk, places: dict[str, str]) -> None:
    texts = {}
    for login in ("mrobinel", "tmontabo"):
        page = desk.seat(login, SCREENS[1])
        page.goto(f"/dossiers/{places['patient']}/plan/")
        page.get_by_role("button", name="PDF", exact=True).click()
        link = page.get_by_role("link", name="Ouvrir le PDF")
        link.wait_for(timeout=90_000)  # the worker makes it, the page looks again by itself
        answer = page.request.get(link.get_attribute("href") or "")
        page.goto(f"/dossiers/{places['patient']}/plan/")
        pdf = "".join(one.extract_text() for one in PdfReader(io.BytesIO(answer.body())).pages)
        texts[login] = page.locator("main").inner_text() + pdf
    assert texts["mrobinel"].count("Perte de poids") == 2
    assert "Perte de poids" not in texts["tmontabo"]
    assert "salle d'eau" in texts["tmontabo"]
