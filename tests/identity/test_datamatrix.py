"""The INS datamatrix (§1.6): what is written is read again, what is hostile is refused with a sentence."""

import datetime as dt

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from pepites.common.errors import DomainError
from pepites.identity.ins import KINDS, OID_DEMO, OID_NIR, InsNumber
from pepites.identity.insi.datamatrix import GS, HEADER, InsCode, encode, looks_scanned, parse
from pepites.identity.selectors.label import draw
from pepites.identity.values import TraitError, ins_key, strict_birth_name, strict_given_name

EXAMPLE = (
    "IS010000000000000000000000S1285079730200175S21.2.250.1.213.1.4.8\x1dS3ADA\x1dS4LOVELACE\x1dS5FS610-12-1815S799100"
)
WORDS = st.lists(st.text("ABEIOLSTZ", min_size=1, max_size=9), min_size=1, max_size=9)
NAME = st.builds(lambda words, joint: joint.join(words)[:100].rstrip("- '"), WORDS, st.sampled_from(" -'"))


def _strict(rule: object, name: str) -> bool:
    try:
        return rule(name) == name  # type: ignore[operator]
    except TraitError:
        return False


@st.composite
def codes(draw_one: st.DrawFn) -> InsCode:
    place = draw_one(st.sampled_from(["97302", "2A020", "2B020", "99416"]))
    body = f"{draw_one(st.integers(1, 2))}{draw_one(st.integers(0, 99)):02}07{place}{draw_one(st.integers(1, 999)):03}"
    return InsCode(
        number=InsNumber(draw_one(st.sampled_from(sorted(KINDS))), body + ins_key(body)),
        given_names=draw_one(NAME.filter(lambda name: _strict(strict_given_name, name))),
        birth_name=draw_one(NAME.filter(lambda name: _strict(strict_birth_name, name))),
        sex=draw_one(st.sampled_from("MF")),
        birth_date=draw_one(st.dates(min_value=dt.date(1850, 1, 1))),
        birth_place_cog=draw_one(st.sampled_from(["97302", "99999", "2A020", "99416"])),
    )


def test_1_6_the_published_example_is_read_and_written() -> None:
    code = parse(EXAMPLE)
    assert (code.given_names, code.birth_name, code.sex) == ("ADA", "LOVELACE", "F")
    assert (code.birth_date, code.birth_place_cog) == (dt.date(1815, 12, 10), "99100")
    assert code.number == InsNumber(OID_NIR, "285079730200175")
    assert encode(code) == EXAMPLE


@given(codes())
def test_1_6_round_trip(code: InsCode) -> None:
    assert parse(encode(code)) == code
    assert looks_scanned(encode(code))


@given(codes(), st.sampled_from(["<GS>", "{GS}", "␝", "|", "~", "^"]))
def test_a_keyboard_scanner_may_write_the_separator(code: InsCode, separator: str) -> None:
    assert parse(encode(code).replace(GS, separator)) == code


@given(codes())
def test_a_keyboard_scanner_may_drop_the_separator(code: InsCode) -> None:
    """Names hold no digit: the next block is certain."""
    assert parse(encode(code).replace(GS, "")) == code


def test_1_6_a_name_that_looks_like_a_block_is_no_trap() -> None:
    """Sequential reading: « S5 » is not searched in the string."""
    code = InsCode(InsNumber(OID_DEMO, "285079730200175"), "LOUIS", "THOMAS", "F", dt.date(1985, 7, 14))
    assert parse(encode(code)) == code
    assert parse(encode(code).replace(GS, "")) == code


def test_1_6_a_name_of_the_greatest_length_has_no_separator() -> None:
    code = InsCode(InsNumber(OID_DEMO, "285079730200175"), "A" * 100, "B" * 99, "F", dt.date(1985, 7, 14))
    written = encode(code)
    assert "A" * 100 + "S4" in written
    assert "B" * 99 + GS + "S5" in written
    assert parse(written) == code


HOSTILE = {
    "empty": "",
    "other": "0150123456789",
    "header only": HEADER,
    "bad header": EXAMPLE.replace("IS010", "IS011", 1),
    "cut": EXAMPLE[:60],
    "wrong key": EXAMPLE.replace("0175", "0176"),
    "unknown authority": EXAMPLE.replace("1.4.8", "1.4.2"),
    "repeated block": EXAMPLE + "S5F",
    "unknown block": EXAMPLE + "S9X",
    "impossible date": EXAMPLE.replace("10-12-1815", "31-02-1815"),
    "date of letters": EXAMPLE.replace("10-12-1815", "AB-CD-EFGH"),
    "sex": EXAMPLE.replace("S5F", "S5I"),
    "postal code": EXAMPLE.replace("S799100", "S700973"),
    "name with digits": EXAMPLE.replace("LOVELACE", "L0VELACE"),
    "markup": EXAMPLE.replace("LOVELACE", "<script>"),
    "right-to-left": EXAMPLE.replace("LOVELACE", "LOVE‮LACE"),
    "null": EXAMPLE.replace("LOVELACE", "LOVE\x00LACE"),
    "lower case": EXAMPLE.replace("LOVELACE", "Lovelace"),
    "too long": EXAMPLE + "S" * 5000,
    "empty name": EXAMPLE.replace("LOVELACE", ""),
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_codes_are_refused_with_a_sentence(name: str) -> None:
    with pytest.raises(DomainError, match=r"Scannez-le de nouveau") as wrong:
        parse(HOSTILE[name])
    assert wrong.value.field == "number"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    for said in (text, HEADER + text):
        try:
            parse(said)
        except DomainError:
            continue


def test_the_drawing_is_a_square_that_a_scanner_reads() -> None:
    size, path = draw(EXAMPLE)
    assert path.startswith("M")
    grid = [[255] * size for _ in range(size)]
    for piece in path.split("z")[:-1]:
        x, y = piece[1:].split("h")[0].split(" ")
        grid[int(y)][int(x)] = 0
    assert all(value == 255 for value in grid[0] + grid[-1] + [row[0] for row in grid] + [row[-1] for row in grid])
    from PIL import Image

    image = Image.new("L", (size, size))
    image.putdata([value for row in grid for value in row])
    read = zxingcpp.read_barcodes(image.resize((size * 8, size * 8), Image.Resampling.NEAREST))
    assert [one.bytes for one in read] == [EXAMPLE.encode()]
    assert read[0].symbology_identifier == "]d1"
