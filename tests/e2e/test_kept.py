"""What is typed survives a dead network and a closed session, and the page says where it stands (interface §1, §20)."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.e2e.platform import Desk, sign_in

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
CASE_MANAGER = "mrobinel"


def lose_session(context: BrowserContext) -> None:
    for cookie in context.cookies():
        if "csrf" not in cookie["name"]:
            context.clear_cookies(name=cookie["name"])


def sign_in_again(page: Page, desk: Desk, login: str) -> None:
    """From the dialog that says the session is closed, in another tab."""
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Se reconnecter").click()
    tab = opened.value
    tab.wait_for_load_state()
    sign_in(tab, desk.platform.account(login), path="")
    tab.close()


def notes(desk: Desk, text: str) -> int:
    return int(desk.platform.value("SELECT count(*) FROM coordination_liaisonnote WHERE text = %s", text))


def test_a_form_whose_network_dies_stays_with_its_text(desk: Desk, places: dict[str, str]) -> None:
    text = f"Note du fleuve {desk.name}"
    page = desk.seat(CASE_MANAGER)
    page.goto(f"/dossiers/{places['patient']}/")
    page.locator("#id_text").fill(text)
    page.route("**/session/prolonger/", lambda route: route.abort("connectionrefused"))
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Pas de réseau. Votre saisie reste ici").last).to_be_visible()
    expect(page.locator("#id_text")).to_have_value(text)
    assert page.url.endswith(f"/dossiers/{places['patient']}/")
    page.unroute("**/session/prolonger/")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Note enregistrée")).to_be_visible()
    assert notes(desk, text) == 1


def test_a_form_sent_after_the_session_closed_waits_for_the_next_one(desk: Desk, places: dict[str, str]) -> None:
    text = f"Note d'avant la pause {desk.name}"
    page = desk.seat(CASE_MANAGER)
    page.goto(f"/dossiers/{places['patient']}/")
    page.locator("#id_text").fill(text)
    lose_session(page.context)
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_role("heading", name="Votre session est fermée")).to_be_visible()
    sign_in_again(page, desk, CASE_MANAGER)
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#id_text")).to_have_value(text)
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_text("Note enregistrée")).to_be_visible()
    assert notes(desk, text) == 1


def test_a_form_is_never_sent_under_the_account_of_somebody_else(desk: Desk, places: dict[str, str]) -> None:
    text = f"Note d'une autre {desk.name}"
    page = desk.seat(CASE_MANAGER)
    page.goto(f"/dossiers/{places['patient']}/")
    page.locator("#id_text").fill(text)
    lose_session(page.context)
    tab = page.context.new_page()
    sign_in(tab, desk.platform.account("lvaragne"))
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.get_by_role("heading", name="Votre session est fermée")).to_be_visible()
    expect(page.locator("#id_text")).to_have_value(text)
    assert notes(desk, text) == 0


def test_a_message_sent_after_the_session_closed_is_kept_and_sent_again(desk: Desk, places: dict[str, str]) -> None:
    text = f"Message d'avant la pause {desk.name}"
    page = desk.seat(CASE_MANAGER)
    page.goto(f"/discussions/{places['talk']}/")
    page.get_by_label("Votre message").fill(text)
    lose_session(page.context)
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_role("heading", name="Votre session est fermée")).to_be_visible()
    sign_in_again(page, desk, CASE_MANAGER)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("link", name="Accueil").click()
    page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("#messages [data-seq]").last).to_contain_text(text)
    expect(page.locator("[data-pep-unsent]")).to_have_count(0)
    assert desk.platform.value("SELECT count(*) FROM messaging_message WHERE text = %s", text) == 1


def test_the_first_unread_message_is_marked(desk: Desk, places: dict[str, str]) -> None:
    text = f"Avez-vous vu ceci ? {desk.name}"
    sender = desk.seat(CASE_MANAGER)
    sender.goto(f"/discussions/{places['talk']}/")
    sender.get_by_label("Votre message").fill(text)
    sender.get_by_role("button", name="Envoyer").click()
    expect(sender.locator("#messages [data-seq]").last).to_contain_text(text)
    reader = desk.seat("lvaragne")
    reader.goto(f"/discussions/{places['talk']}/")
    mark = reader.locator("#messages [data-pep-new]")
    expect(mark).to_have_text("Nouveaux messages")
    expect(mark).to_be_in_viewport()
    reader.wait_for_timeout(1500)
    reader.reload()
    expect(reader.get_by_text(re.compile(text[:20])).first).to_be_attached()
    expect(mark).to_have_count(0)
