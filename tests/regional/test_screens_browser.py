"""The cell's screens in a real browser, phone and desktop, and by the keyboard alone."""

import datetime as dt

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import expect
from tests.browser import DESKTOP, PHONE, SCREENS, assert_page_sound, browser, open_page, serve
from tests.conftest import as_owner
from tests.identity.test_views import signed_in
from tests.identity.test_views_browser import assert_sound, storage
from tests.regional.regional_factories import INS_A, INS_B, cell, domain, feed, open_doors, together

from pepites.common.clock import today
from pepites.regional.models import Card, DailyFigures, Domain, RuleSet

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]


def figures_over_time(days: int) -> None:
    """Counts of the last days, as if the nightly job had run, growing."""
    with as_owner():
        for where in (None, *Domain.objects.all()):
            for n in range(days):
                values = {"total": 200 + n, "qualified": 60 + 2 * n, "persons": 150, "without_ins": 80 - n, "moved": 0}
                fields = [field.name for field in DailyFigures._meta.fields if field.name not in {"id", "merge_hours"}]
                counts = {name: n % 4 for name in fields if name not in {"day", "domain", "insi"}} | values
                day = today() - dt.timedelta(days=days - n)
                DailyFigures.objects.create(day=day, domain=where, insi={"00": 3}, **counts)


@pytest.mark.parametrize("screen", SCREENS, ids=["telephone", "ordinateur"])
def test_every_screen_is_sound(screen: tuple[int, int]) -> None:
    reader = cell()
    one, two, three = (
        domain("CHC", referent="Mme Essai", charter_signed_on=dt.date(2026, 1, 5)),
        domain("CHK"),
        domain("CHO"),
    )
    first = feed(reader, one, "1", phones=("0694123456",), mother_name="AFOEBA")
    feed(reader, two, "A", birth_name="KOUYOURY", phones=("0694123456",), mother_name="AFOEBA")
    feed(reader, one, "2", given_names="KALI", birth_name="POEKETI", phones=("0694123457",))
    feed(reader, two, "B", given_names="KALO", birth_name="POEKETI", phones=("0694123457",))
    open_doors()
    feed(reader, one, "3", ins=INS_A, given_names="ROSA", born=dt.date(1960, 2, 3))
    linked = feed(reader, three, "z", given_names="ROSA", born=dt.date(1960, 2, 3))
    feed(reader, three, "z", given_names="ROSA", born=dt.date(1960, 2, 3), ins=INS_B)
    with as_owner():
        cards = {card.queue: card.public_id for card in Card.objects.filter(closed_at=None).order_by("-id")}
    pages = {
        "rapprochements": "/identite/rapprochements/",
        "rapprochements-vide": "/identite/rapprochements/?file=verifications",
        "carte": f"/identite/rapprochements/{cards['candidats']}/",
        "carte-ins": f"/identite/rapprochements/{cards['ins']}/",
        "personne-regionale": f"/identite/personnes-regionales/{linked.regional_id}/",
        "separer": f"/identite/enregistrements/{linked.record_public_id}/separer/",
        "region": "/identite/region/",
        "domaine": f"/identite/region/domaines/{one.public_id}/",
    }
    figures_over_time(30)
    client = signed_in(reader)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        state = storage(client, address)
        for name, path in pages.items():
            with open_page(chromium, f"{address}{path}", screen=screen, storage=state) as page:
                assert_page_sound(page, name=name, is_list=name == "rapprochements")
        with open_page(chromium, f"{address}{pages['separer']}", screen=screen, storage=state) as page:
            page.fill("#id_reason", "Deux cousines")
            page.locator("main").get_by_role("button", name="Séparer cette identité").click()
            page.wait_for_selector("text=Identités séparées")
            assert_sound(page, "separees")
    assert first


def test_a_card_is_decided_by_the_keyboard_alone() -> None:
    reader = cell()
    first = feed(reader, domain("CHC"), "1")
    second = feed(reader, domain("CHK"), "A")
    client = signed_in(reader)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        state = storage(client, address)
        with open_page(chromium, f"{address}/identite/rapprochements/", screen=DESKTOP, storage=state) as page:
            page.keyboard.press("j")
            page.keyboard.press("Enter")
            page.wait_for_selector("h1:has-text('À rapprocher')")
            page.keyboard.press("p")
            page.wait_for_selector("text=Carte prise")
            page.keyboard.press("n")  # no reason yet: the field takes the focus, nothing is sent
            expect(page.locator("#id_reason")).to_be_focused()
            page.keyboard.type("lnm")  # letters typed in a field are text
            expect(page.locator("#id_reason")).to_have_value("lnm")
            page.locator("h1").click()
            page.get_by_role("button", name="Couper les raccourcis").click()
            page.locator("h1").click()
            page.keyboard.press("l")  # switched off: nothing
            page.get_by_role("button", name="Rétablir les raccourcis").click()
            page.locator("h1").click()
            page.keyboard.press("l")
            page.wait_for_selector("text=Les deux identités sont rapprochées")
    assert together(first, second)
    with as_owner():
        assert RuleSet.objects.get().decided == 1


@pytest.mark.parametrize(("screen", "shown"), [(PHONE, False), (DESKTOP, True)], ids=["telephone", "ordinateur"])
def test_keyboard_hints_are_for_keyboards(screen: tuple[int, int], shown: bool) -> None:
    reader = cell()
    feed(reader, domain("CHC"), "1", phones=("0694123456",))
    feed(reader, domain("CHK"), "A", phones=("0694123456",))
    with as_owner():
        card = Card.objects.filter(closed_at=None).latest("pk")
    client = signed_in(reader)
    with serve(get_wsgi_application()) as address, browser() as chromium:
        state, url = storage(client, address), f"{address}/identite/rapprochements/{card.public_id}/"
        with open_page(chromium, url, screen=screen, storage=state) as page:
            page.wait_for_selector("[data-pep-keys]:not([hidden])", state="attached")
            expect(page.locator("[data-pep-keys]")).to_be_visible(visible=shown)
            expect(page.locator(".pp-decisions kbd").first).to_be_visible(visible=shown)
            assert page.locator(".pp-nav-list > li").count() <= 5
