"""PDF made by typst: whatever people write stays text, and the file keeps its standard."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from pepites.documents.typesetting import PdfStandard, make_pdf

SOURCE = """#let data = json(bytes(sys.inputs.data))
#set document(title: "Essai", date: datetime(year: 2026, month: 1, day: 2, hour: 0, minute: 0, second: 0))
#set text(lang: "fr", region: "FR", font: ("Libertinus Serif", "DejaVu Sans Mono"))
= Essai
#data.body
"""
WHEN = datetime(2026, 1, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("typst") / "essai.typ"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def made(template: Path, body: str, standard: PdfStandard = PdfStandard.ACCESSIBLE) -> str:
    content = make_pdf(template, {"body": body}, printed_at=WHEN, standard=standard)
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize(
    "hostile",
    [
        '#read("/etc/passwd")',
        "#set page(width: 1pt)",
        "@renvoi <cible>",
        "\\u{41} \\",
        "*gras* _it_ $x^2$",
        "// c /* d */",
    ],
)
@pytest.mark.parametrize("standard", list(PdfStandard))
def test_markup_is_text(template: Path, hostile: str, standard: PdfStandard) -> None:
    assert "".join(hostile.split()) in "".join(made(template, hostile, standard).split())


def test_ten_thousand_characters_spread_over_pages(template: Path) -> None:
    assert made(template, "mot " * 2500).count("mot") == 2500


@pytest.mark.parametrize(
    "text", ["العربية", "עברית", "\u202eà l'envers", "a\x00b\x07c", "\ud800", "漢字", "\U0001f600"]
)
@pytest.mark.parametrize("standard", list(PdfStandard))
def test_any_script_is_laid_out_or_replaced(template: Path, text: str, standard: PdfStandard) -> None:
    assert "Essai" in made(template, text, standard)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=200), standard=st.sampled_from(list(PdfStandard)))
def test_no_text_stops_the_page(template: Path, text: str, standard: PdfStandard) -> None:
    assert "Essai" in made(template, text, standard)
