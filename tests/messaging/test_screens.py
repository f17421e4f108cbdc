"""The discussions in a real browser, on a real front: two phones, live, without reload; then the refusals."""

import io
from collections.abc import Generator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from tests import factories
from tests.browser import (
    ARTEFACTS,
    DESKTOP,
    PHONE,
    assert_axe_clean,
    assert_fits,
    assert_icons_known,
    assert_no_fault,
    browser,
    open_page,
)
from tests.conftest import as_owner
from tests.messaging.factories import Circle, acting, circle, post
from tests.messaging.streaming import sign_in

from pepites.messaging import services
from pepites.messaging.models import Message

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def chromium() -> Generator[Browser]:
    # Playwright keeps a loop in this thread, in which the factories still write.
    with pytest.MonkeyPatch.context() as patch, browser() as one:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield one


def state(served: str, cookie: str) -> dict[str, Any]:
    base = {"domain": "127.0.0.1", "path": "/", "expires": -1, "httpOnly": True, "secure": False, "sameSite": "Lax"}
    return {"cookies": [{"name": settings.SESSION_COOKIE_NAME, "value": cookie, **base}], "origins": []}


def talk(served: str, c: Circle) -> str:
    return f"{served}/discussions/{c.conversation.public_id}/"


def photo() -> dict[str, Any]:
    target = io.BytesIO()
    Image.new("RGB", (2400, 1200), "seagreen").save(target, "JPEG")
    return {"name": "plaie.jpg", "mimeType": "image/jpeg", "buffer": target.getvalue()}


def shoot(page: Page, name: str, screen: tuple[int, int]) -> None:
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(ARTEFACTS / f"{name}-{screen[0]}.png"))


def test_two_phones_talk_live(served: str, chromium: Browser) -> None:
    c = circle()
    post(c.jean, c.conversation, "Bonjour, la plaie **suinte**.\n- pansement refait\n- photo à suivre")
    ana, jean = state(served, sign_in(c.ana)), state(served, sign_in(c.jean))
    with (
        open_page(chromium, talk(served, c), storage=ana) as one,
        open_page(chromium, talk(served, c), storage=jean, screen=DESKTOP) as two,
    ):
        one.wait_for_timeout(700)
        one.fill("#texte", f"Je passe à 11 h @{c.jean.professional_name}")
        one.get_by_role("button", name="Envoyer").click()
        expect(two.get_by_text("Je passe à 11 h")).to_be_visible(timeout=2000)
        expect(one.locator(".pp-message-own").get_by_text("Lu par 1/1")).to_be_visible(timeout=4000)
        assert two.locator(".pp-message-mine").count() == 1
        assert two.locator(".pp-message-own").count() == 1
        one.set_input_files("#photo", files=[photo()])
        expect(one.locator("[data-pep-preview] li")).to_have_count(1)
        one.check("#urgent")
        shoot(one, "discussion-photo", PHONE)
        one.get_by_role("button", name="Envoyer").click()
        expect(two.locator("#messages img.pp-thumb")).to_be_visible(timeout=4000)
        two.get_by_role("link", name="Prendre en compte").click()
        expect(one.get_by_text("Pris en compte par")).to_be_visible(timeout=2000)
        for page, screen in ((one, PHONE), (two, DESKTOP)):
            assert page.locator("#messages .pp-message").count() == 3
            assert_fits(page)
            assert_icons_known(page)
            assert_axe_clean(page)
            assert_no_fault(page)
            shoot(page, "discussion", screen)


def test_who_joins_can_be_mentioned_without_reload(served: str, chromium: Browser) -> None:
    c = circle()
    with as_owner():
        practice = factories.practice()
        factories.grant(c.patient, practice)
        name = factories.actor_for(practice).professional_name
    with open_page(chromium, talk(served, c), storage=state(served, sign_in(c.ana))) as page:
        page.wait_for_timeout(700)
        with acting(c.ana):
            services.add_participant(actor=c.ana, conversation=c.conversation, practice_id=practice.pk)
        page.locator(f'[data-mention="@{name}"]').wait_for(state="attached", timeout=3000)
        page.locator("#texte").press_sequentially(f"@{name[:4]}")
        page.locator("[data-pep-mentions]").get_by_role("button", name=name).click()
        assert page.input_value("#texte") == f"@{name} "


def test_a_failed_send_keeps_the_text_and_is_sent_once(served: str, chromium: Browser) -> None:
    c = circle()
    with open_page(chromium, talk(served, c), storage=state(served, sign_in(c.ana))) as page:
        page.route("**/envoyer/", lambda route: route.abort())
        page.fill("#texte", "Texte gardé")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_text("Non envoyé", exact=True)).to_be_visible()
        page.unroute("**/envoyer/")
        page.get_by_role("button", name="Réessayer").click()
        expect(page.get_by_text("Reçu par le serveur")).to_be_visible(timeout=4000)
        # The stream's own copy may stand beside the one being sent for the time of a redraw: what settles is one.
        expect(page.locator("#messages .pp-message")).to_have_count(1)
    with as_owner():
        assert Message.objects.filter(conversation=c.conversation, text="Texte gardé").count() == 1


def test_unread_badge_moves_without_reload(served: str, chromium: Browser) -> None:
    c = circle()
    with open_page(chromium, f"{served}/discussions/", storage=state(served, sign_in(c.jean))) as page:
        page.wait_for_timeout(700)
        post(c.ana, c.conversation, "Nouveau")
        expect(page.locator(".pp-talk-unread")).to_be_visible(timeout=2000)
        expect(page.locator('.pp-nav-link[href="/discussions/"] .pp-count')).to_have_text("1", timeout=3000)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP])
def test_every_screen_is_clean(served: str, chromium: Browser, screen: tuple[int, int]) -> None:
    c = circle()
    sent = post(c.jean, c.conversation, "Chute dans la **cuisine** @cercle", urgent=True)
    post(c.ana, c.conversation, "J'arrive")
    paths = {
        "liste": "/discussions/",
        "mentions": "/discussions/?vue=mentions",
        "recherche": "/discussions/recherche/?q=cuisine",
        "nouvelle": "/discussions/nouvelle/?q=ana",
        "sous-groupe": f"/discussions/nouvelle/?personne={c.patient.public_id}",
        "participants": f"/discussions/{c.conversation.public_id}/membres/?q=ana",
        "message": f"/discussions/messages/{sent.public_id}/",
    }
    storage = state(served, sign_in(c.ana))
    for name, path in paths.items():
        with open_page(chromium, served + path, storage=storage, screen=screen) as page:
            page.wait_for_timeout(200)
            shoot(page, f"discussions-{name}", screen)
            assert "/connexion/" not in page.url
            assert page.locator("h1").count() == 1, name
            assert_fits(page)
            assert_icons_known(page)
            assert_axe_clean(page)
            assert_no_fault(page)


def test_it_works_without_a_script(served: str, chromium: Browser, tmp_path: Path) -> None:
    c = circle()
    context = chromium.new_context(java_script_enabled=False, storage_state=state(served, sign_in(c.ana)))
    page = context.new_page()
    page.goto(talk(served, c))
    page.fill("#texte", "Sans script")
    page.locator("#fichiers").set_input_files(files=[photo()])
    page.get_by_role("button", name="Envoyer").click()
    assert "Sans script" in page.locator("#messages").inner_text()
    assert page.locator("#messages img.pp-thumb").count() == 1
    page.fill("#texte", "")
    page.get_by_role("button", name="Envoyer").click()
    assert "Écrivez un message" in page.locator("[role=alert]").inner_text()
    context.close()


def test_typed_attacks_stay_words(served: str, chromium: Browser) -> None:
    c = circle()
    attacks = [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[lien](javascript:alert(1))",
        "[lien](//mechant.example)", "<svg/onload=alert(1)>", "**<b onmouseover=alert(1)>gras</b>**",
        f"</li><script src=/static/x.js></script>{uuid4()}",
    ]  # fmt: skip
    for text in attacks:
        post(c.jean, c.conversation, text)
    with open_page(chromium, talk(served, c), storage=state(served, sign_in(c.ana))) as page:
        dialogs: list[object] = []
        page.on("dialog", lambda dialog: (dialogs.append(dialog), dialog.dismiss()))
        page.wait_for_timeout(500)
        assert page.locator("#messages script, #messages [onerror], #messages svg[onload]").count() == 0
        assert page.locator("#messages .pp-prose a").count() == 0
        assert page.locator("#messages > .pp-message").count() == len(attacks)
        assert dialogs == []
        assert_no_fault(page)
