"""The built files: weights, hashed names, icons, no outside address; and the table of communes."""

import gzip
import json
import re
from pathlib import Path

import pytest

from pepites.ui.assets import DIST, MANIFEST, AssetsMissing, asset_path
from pepites.ui.assets.build import COMMUNES, build, used_icons

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = re.compile(r"https?://[^\s\"'<>)]+")
NAMESPACES = ("http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink", "http://www.w3.org/1999/xhtml")
CSS_LIMIT, PAGE_JS_LIMIT, SPRITE_LIMIT = 28_000, 25_000, 12_000
FORBIDDEN_CSS = ("color-mix(", "light-dark(", "oklch(", "@scope", "popover")


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    build()


def _size(name: str) -> int:
    return len(gzip.compress((DIST.parent / asset_path(name)).read_bytes(), 9))


def test_weights() -> None:
    names = json.loads(MANIFEST.read_text(encoding="utf-8"))
    assert _size("app.css") <= CSS_LIMIT
    assert _size("icons.svg") <= SPRITE_LIMIT
    assert _size("htmx.js") + _size("app.js") <= PAGE_JS_LIMIT
    # The heaviest page: the frame, the live stream, a form. passkey.js and review.js go with neither of the last two.
    # sign.js, lighter than combobox.js, is never on its page.
    # scan.js is on the search page alone, without the stream; what it loads when the camera opens has its own limit.
    apart = {"passkey.js", "review.js", "sign.js", "scan.js", "datamatrix.js"}
    heaviest = sum(_size(name) for name in names if name.endswith(".js") and name not in apart)
    assert heaviest <= PAGE_JS_LIMIT
    assert _size("datamatrix.js") <= PAGE_JS_LIMIT


def test_names_are_hashed_and_compressed_beside() -> None:
    for name, hashed in json.loads(MANIFEST.read_text(encoding="utf-8")).items():
        assert re.fullmatch(rf"{re.escape(name.rpartition('.')[0])}\.[0-9a-f]{{12}}\.\w+", hashed)
        assert (DIST / f"{hashed}.gz").is_file()
        assert (DIST / f"{hashed}.br").is_file()


def test_every_script_source_is_built() -> None:
    built = "".join(path.read_text(encoding="utf-8") for path in DIST.glob("*.js"))
    for source in (ROOT / "frontend" / "js").glob("*.js"):
        exported = re.findall(r"^export const (\w+)", source.read_text(encoding="utf-8"), re.MULTILINE)
        assert source.name in json.loads(MANIFEST.read_text(encoding="utf-8")) or all(
            name in built for name in exported
        )


def test_scripts_carry_no_comment() -> None:
    for path in DIST.glob("*.js"):
        if not path.name.startswith(("htmx.", "datamatrix.")):
            assert not re.search(r"^\s*//|^[ \t]+\S", path.read_text(encoding="utf-8"), re.MULTILINE), path.name


def test_second_build_does_nothing() -> None:
    before = MANIFEST.stat().st_mtime_ns
    assert build() == "Interface : à jour."
    assert MANIFEST.stat().st_mtime_ns == before


def test_every_icon_is_in_the_sprite() -> None:
    sprite = (DIST.parent / asset_path("icons.svg")).read_text(encoding="utf-8")
    assert set(used_icons()) <= set(re.findall(r'<symbol id="([\w-]+)"', sprite))


def test_unknown_file_is_refused() -> None:
    with pytest.raises(AssetsMissing):
        asset_path("absent.css")


def test_licences_are_delivered() -> None:
    assert {path.stem for path in (DIST / "licences").iterdir()} >= {"bootstrap", "bootstrap-icons", "htmx", "zxing"}


def test_no_outside_address() -> None:
    sources = [
        *(ROOT / "src").rglob("*.html"),
        *(ROOT / "frontend/js").glob("*.js"),
        *(ROOT / "frontend/scss").glob("*.scss"),
    ]
    sources += [path for path in DIST.glob("*.*") if path.suffix in {".css", ".js", ".svg"}]
    for path in sources:
        found = {address for address in ADDRESS.findall(path.read_text(encoding="utf-8")) if address not in NAMESPACES}
        found = {address for address in found if "htmx" not in path.name or not _in_string_only(address)}
        assert not found, f"{path.name} : {found}"


def _in_string_only(address: str) -> bool:
    """htmx names its own documentation in its warnings; nothing is loaded from there."""
    return address.startswith("https://four.htmx.org")


def test_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "frontend/package-lock.json").read_text(encoding="utf-8")


def test_templates_have_no_inline_code() -> None:
    inline = re.compile(r"\sstyle=|\son[a-z]+=|javascript:|<style|hx-on|hx-vals=[\"']js:|hx-confirm", re.IGNORECASE)
    for path in (ROOT / "src").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not inline.search(text), f"{path.name} : {inline.search(text)}"
        assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>", text), path.name


def test_css_stays_on_the_browser_floor() -> None:
    css = (DIST.parent / asset_path("app.css")).read_text(encoding="utf-8")
    assert not [word for word in FORBIDDEN_CSS if word in css]


@pytest.fixture(scope="module")
def communes() -> list[list[str]]:
    rows: list[list[str]] = json.loads(gzip.decompress(COMMUNES.read_bytes()))
    return rows


def test_communes_of_today(communes: list[list[str]]) -> None:
    today = {row[0]: row for row in communes if row[4] == "" and row[0] == row[5]}
    assert today["97302"][1:3] == ["Cayenne", "973"]
    assert len({code for code, row in today.items() if row[2] == "973"}) == 22


def test_communes_of_the_past(communes: list[list[str]]) -> None:
    camopi = [row for row in communes if row[0] == "97356"]
    assert [row[1] for row in sorted(camopi, key=lambda row: row[3])] == [
        "Oyapoc",
        "Oyapoc (chef-lieu Camopi)",
        "Camopi",
    ]
    regina = next(row for row in communes if row[0] == "97351" and row[4])
    assert regina[5] == "97301"
    assert all(len(row) == 6 for row in communes)
