"""Refaire les images de la documentation, démonstration ouverte : « python scripts/captures.py http://127.0.0.1:8000 ».

Each picture is made by the account that shows it best, then reduced to a palette: 150 KB at most.
"""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from PIL import Image  # noqa: E402
from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402
from tests.browser import ARGUMENTS, DESKTOP, PHONE, chromium_path  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LIMIT = 150_000


@dataclass(frozen=True)
class Capture:
    """One picture: who signs in, which links they follow, on which screen."""

    name: str
    who: str
    steps: tuple[str, ...]
    screen: tuple[int, int] = DESKTOP
    place: str = ""


MARKET = "Cabinet infirmier du Marché (démo)"
CAPTURES = (
    Capture("accueil", "Maïté Robinel", ("/",)),
    Capture("file-active", "Maïté Robinel", ("/file-active/",)),
    Capture(
        "cercle", "Maïté Robinel", ("/file-active/?nonlus=1", "#results tbody th a", ".pp-tabs a[href$='/cercle/']")
    ),
    Capture("import", "Aristide Bellony", ("/reseaux/maia/import/",)),
    Capture("dossier-telephone", "Josette Amayota", ("/file-active/", "#results tbody th a"), PHONE, MARKET),
    Capture("discussion-telephone", "Théo Montabo", ("/discussions/", ".pp-talk-unread .pp-talk-title a"), PHONE),
)


def sign_in(page: Page, who: str, place: str) -> None:
    page.goto("/connexion/")
    page.get_by_role("button", name=who).click()
    if place:
        page.get_by_role("button", name=place).click()
    page.wait_for_load_state()


def follow(page: Page, step: str) -> None:
    if step.startswith("/"):
        page.goto(step)
    else:
        page.goto(str(page.locator(step).first.get_attribute("href")))


def write(picture: bytes, path: Path) -> int:
    """Quantize until it holds in the limit; returns the bytes."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64):
        image.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LIMIT:
            break
    return path.stat().st_size


def take(chromium: Browser, url: str, capture: Capture) -> None:
    width, height = capture.screen
    phone = capture.screen == PHONE
    context = chromium.new_context(
        base_url=url,
        viewport={"width": width, "height": height},
        is_mobile=phone,
        has_touch=phone,
        device_scale_factor=2 if phone else 1,
        locale="fr-FR",
        timezone_id="America/Cayenne",
        reduced_motion="reduce",
    )
    page = context.new_page()
    sign_in(page, capture.who, capture.place)
    for step in capture.steps:
        follow(page, step)
    page.wait_for_load_state("load")
    page.wait_for_timeout(500)
    size = write(page.screenshot(), IMAGES / f"{capture.name}.png")
    print(f"{capture.name}.png : {size // 1000} Ko")
    context.close()


def main() -> None:
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        for capture in CAPTURES:
            take(chromium, url, capture)
        chromium.close()


if __name__ == "__main__":
    main()
