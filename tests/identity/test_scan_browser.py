"""The datamatrix of a document read by the phone's camera: Chromium's own false camera shows a film of one picture."""

from pathlib import Path

import pytest
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Page
from tests.browser import SCREENS, browser, open_page, serve
from tests.identity.identity_factories import BORN, actor, person
from tests.identity.test_views import signed_in
from tests.identity.test_views_browser import assert_sound, storage

from pepites.identity.ins import OID_TEST, InsNumber
from pepites.identity.insi.datamatrix import InsCode, encode
from pepites.identity.selectors.label import draw

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("committed_database")]

FALSE_CAMERA = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
WIDTH, HEIGHT, SIDE = 640, 480, 6
CODE = InsCode(InsNumber(OID_TEST, "285079730200175"), "LOUISE AMANDINE", "KALI", "F", BORN, "97302")


def film(path: Path, text: str) -> str:
    """A film (YUV4MPEG2) that shows the code of our label on a grey sheet; the argument that plays it."""
    size, path_of_dots = draw(text)
    left, top = (WIDTH - size * SIDE) // 2, (HEIGHT - size * SIDE) // 2
    grey = bytearray(b"\xb4" * (WIDTH * HEIGHT))
    for row in range(top, top + size * SIDE):
        grey[row * WIDTH + left : row * WIDTH + left + size * SIDE] = b"\xe1" * (size * SIDE)
    for dot in path_of_dots.split("z")[:-1]:
        x, y = map(int, dot[1:].partition("h")[0].split(" "))
        for row in range(top + y * SIDE, top + (y + 1) * SIDE):
            start = row * WIDTH + left + x * SIDE
            grey[start : start + SIDE] = b"\x28" * SIDE
    picture = b"FRAME\n" + bytes(grey) + b"\x80" * (WIDTH * HEIGHT // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + picture * 10)
    return f"--use-file-for-fake-video-capture={path}"


def opened(page: Page) -> None:
    page.get_by_role("button", name="Lire un code INS avec l'appareil photo").click()


@pytest.mark.parametrize("screen", SCREENS)
def test_the_camera_reads_the_code_and_searches(screen: tuple[int, int], tmp_path: Path) -> None:
    cell = actor(identity_cell=True)
    person(cell, birth_name="KALI", given_names="LOUISE AMANDINE", birth_place_cog="97302")
    mine = signed_in(cell)
    played = film(tmp_path / "code.y4m", encode(CODE))
    with serve(get_wsgi_application()) as address, browser(*FALSE_CAMERA, played) as chromium:
        page_url, kept = f"{address}/personnes/rechercher/", storage(mine, address)
        with open_page(chromium, page_url, screen=screen, storage=kept) as page:
            assert_sound(page, "recherche-appareil-photo")
            opened(page)
            page.wait_for_selector("text=ne prouve pas l'identité", timeout=60_000)
            assert "KALI LOUISE AMANDINE" in page.locator("main").inner_text()
            assert page.locator("#resultats-titre").inner_text() == "1 personne trouvée"


def test_another_code_is_told_and_the_camera_stops(tmp_path: Path) -> None:
    mine = signed_in(actor(identity_cell=True))
    played = film(tmp_path / "autre.y4m", "UN AUTRE CODE QUE CELUI DE L IDENTITE")
    with serve(get_wsgi_application()) as address, browser(*FALSE_CAMERA, played) as chromium:
        url, kept = f"{address}/personnes/rechercher/", storage(mine, address)
        with open_page(chromium, url, storage=kept) as page:
            opened(page)
            page.wait_for_selector("text=Ce code n'est pas un code INS", timeout=60_000)
            assert_sound(page, "appareil-photo-ouvert")
            page.get_by_role("button", name="Arrêter").click()
            assert page.locator("video").is_hidden()
            assert page.evaluate("document.activeElement.textContent").startswith("Lire un code INS")
            assert page.locator("#id_number").input_value() == ""


def test_without_a_camera_the_page_says_what_to_do() -> None:
    mine = signed_in(actor(identity_cell=True))
    with serve(get_wsgi_application()) as address, browser() as chromium:
        url, kept = f"{address}/personnes/rechercher/", storage(mine, address)
        with open_page(chromium, url, storage=kept) as page:
            opened(page)
            page.wait_for_selector("text=L'appareil photo est absent ou refusé")
            assert_sound(page, "appareil-photo-absent")
