"""Two editors of one thing: the second sees both versions, and loses nothing of what was typed."""

import pytest
from playwright.sync_api import Page, expect
from tests.browser import SCREENS, assert_reached, sent_form
from tests.e2e.platform import Desk

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
BOTH = pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])


def moved(page: Page) -> bool:
    """Send the form, twice when the slot clashes with something else; whether the appointment was moved."""
    for _ in range(2):
        with page.expect_response(sent_form) as answered:
            page.get_by_role("button", name="Déplacer").click()
        if answered.value.status != 422:
            break
        page.get_by_label("Déplacer quand même").check()
    return answered.value.status == 302


@BOTH
def test_an_appointment_changed_meanwhile(desk: Desk, screen: tuple[int, int], places: dict[str, str]) -> None:
    late, first = desk.seat("mrobinel", screen, 409, 422), desk.seat("mrobinel", screen, 422)
    for page in (late, first):
        page.goto(f"/agenda/{places['appointment']}/deplacer/")
    for page, place in ((first, f"Salle du premier {screen[0]}"), (late, f"Salle du second {screen[0]}")):
        page.get_by_label("Lieu").fill(place)
    assert moved(first)
    assert not moved(late)
    expect(late.get_by_role("heading", name="Ce rendez-vous a changé entre-temps")).to_be_visible()
    assert_reached(late, "rendez-vous-conflit")
    expect(late.get_by_label("Lieu")).to_have_value(f"Salle du second {screen[0]}")
    assert moved(late)


@BOTH
def test_an_assessment_ended_meanwhile(desk: Desk, screen: tuple[int, int], places: dict[str, str]) -> None:
    late, first = desk.seat("lvaragne", screen, 409), desk.seat("lvaragne", screen)
    first.goto(f"/dossiers/{places['patient']}/evaluations/nouvelle/")
    first.get_by_role("button", name="Mini-GDS").first.click()
    first.get_by_role("button", name="Terminer l'évaluation").wait_for()
    late.goto(first.url)
    for group in first.get_by_role("group").all():
        if (no := group.get_by_label("Non", exact=True)).count():
            no.check()
    first.get_by_role("button", name="Terminer l'évaluation").click()
    expect(first.get_by_text("Évaluation terminée et enregistrée au dossier.")).to_be_visible()
    late.get_by_label("Oui", exact=True).first.check()
    late.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(late.get_by_role("heading", name="Cette évaluation a changé entre-temps")).to_be_visible()
    expect(late.get_by_label("Pourquoi cette correction")).to_be_visible()
    assert_reached(late, "evaluation-conflit")
