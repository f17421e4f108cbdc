"""The closed language of packs: what is sound comes back unchanged, anything else is refused and named."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pepites.common.errors import DomainError
from pepites.networks.packs.registry import all_sections, clean_pack, empty_pack
from pepites.networks.packs.schema import CODE, Field, Kind, Rows, Section, clean_section, code_for
from pepites.networks.packs.services import LARGEST_FILE, read_file
from pepites.networks.packs.shipped import FOLDER

STEPS = Rows(name="steps", label="Étapes", singular="Étape", most=3,
             fields=(Field(name="title", label="Titre", required=True, longest=20),))  # fmt: skip
SECTION = Section(
    key="essai", label="Essai", lead="", icon="sliders",
    fields=(
        Field(name="word", label="Mot", longest=10),
        Field(name="days", label="Jours", kind=Kind.NUMBER, least=1, most=30),
        Field(name="open", label="Ouvert", kind=Kind.FLAG),
        Field(name="tone", label="Ton", kind=Kind.CHOICE, choices=(("a", "A"), ("b", "B"))),
        Field(name="tags", label="Marques", kind=Kind.SEVERAL, choices=(("x", "X"), ("y", "Y"))),
    ),
    rows=Rows(name="lines", label="Lignes", singular="Ligne", most=4, rows=STEPS,
              fields=(Field(name="title", label="Titre", required=True, longest=20),)),
)  # fmt: skip

CODES = st.from_regex(r"[a-z0-9][a-z0-9-]{0,8}", fullmatch=True)
TITLES = st.text("abcdéèà 'ç-", min_size=1, max_size=20).map(str.strip).filter(bool).map(lambda t: " ".join(t.split()))


def rows(inner: st.SearchStrategy[Any] | None, most: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    shape: dict[str, st.SearchStrategy[Any]] = {"code": CODES, "title": TITLES}
    if inner is not None:
        shape["steps"] = inner
    return st.lists(st.fixed_dictionaries(shape), max_size=most, unique_by=lambda row: row["code"])


SOUND = st.fixed_dictionaries(
    {
        "word": st.text("abé ", max_size=10).map(lambda t: " ".join(t.split())),
        "days": st.none() | st.integers(1, 30),
        "open": st.booleans(),
        "tone": st.sampled_from(["", "a", "b"]),
        "tags": st.sampled_from([[], ["x"], ["y"], ["x", "y"]]),
        "lines": rows(rows(None, 3), 4),
    }
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(SOUND)
def test_what_is_sound_comes_back_as_it_is(value: dict[str, Any]) -> None:
    assert clean_section(SECTION, value, {}) == (value, [])


@given(JSON | st.dictionaries(st.sampled_from(["word", "days", "open", "tone", "tags", "lines", "autre"]), JSON))
@settings(max_examples=300)
def test_anything_is_made_sound_or_named_and_never_crashes(raw: Any) -> None:
    value, problems = clean_section(SECTION, raw, {})
    again, more = clean_section(SECTION, value, {})
    assert again == value
    if not problems:
        assert not more


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"word": "x" * 11}, "10 caractères"),
        ({"word": "a\x07"}, "ne s'affiche pas"),
        ({"word": 3}, "doit être un texte"),
        ({"days": 31}, "de 1 à 30"),
        ({"days": True}, "de 1 à 30"),
        ({"open": "oui"}, "oui ou non"),
        ({"tone": "c"}, "valeur de la liste"),
        ({"tags": ["z"]}, "parmi la liste"),
        ({"tags": "x"}, "parmi la liste"),
        ({"lines": "x"}, "doit être une liste"),
        ({"lines": [{"code": str(n), "title": "t"} for n in range(5)]}, "4 lignes au plus"),
        ({"lines": [{"code": "a", "title": "t"}, {"code": "a", "title": "u"}]}, "en double"),
        ({"lines": [{"code": "A b", "title": "t"}]}, "mal formé"),
        ({"lines": [{"code": "a", "title": ""}]}, "Remplissez"),
        ({"lines": [{"code": "a", "title": "t", "steps": [{"code": "b", "title": " "}]}]}, "Remplissez"),
        ({"mot": "x"}, "n'existe pas"),
    ],
)
def test_each_fault_is_said_in_words(change: dict[str, Any], word: str) -> None:
    _, problems = clean_section(SECTION, change, {})
    assert any(word in problem.message for problem in problems), problems


@given(st.lists(st.text(max_size=60), max_size=12))
def test_codes_are_sound_and_never_twice_the_same(titles: list[str]) -> None:
    made: list[str] = []
    for title in titles:
        made.append(code_for(title, made))
    assert len(set(made)) == len(made)
    assert all(CODE.fullmatch(code) for code in made)


def test_a_missing_part_takes_its_default_and_an_unknown_one_is_refused() -> None:
    name = {"name": "Essai", "short_name": "Essai", "colour": "1", "person_word": "usager"}
    value, problems = clean_pack({"reseau": name})
    assert problems == []
    assert value == empty_pack() | {"reseau": name}
    assert [key for key, _ in clean_pack({"inconnue": {}})[1]] == ["inconnue"]


@pytest.mark.parametrize("slug", ["maia", "diam", "perinat"])
def test_the_three_packs_that_ship_are_sound_and_fill_every_part(slug: str) -> None:
    sections = read_file((FOLDER / f"{slug}.json").read_bytes())
    value, problems = clean_pack(sections)
    assert problems == []
    assert set(sections) == {section.key for section in all_sections()} - {"reseau"}
    assert len(value["etapes"]["stages"]) >= 5
    assert all(one["steps"] for one in value["protocoles"]["protocols"])
    reading = [one for one in value["protocoles"]["protocols"] if one["at_inclusion"]]
    assert len(reading) == 1


@pytest.mark.parametrize(
    "content",
    [
        b"", b"pas du json", b"[]", b"\xff\xfe\x00", b'{"format": "autre", "sections": {}}',
        b'{"format": "pepites-pack", "version": 1, "sections": []}', b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_file_that_is_no_pack_is_refused(content: bytes) -> None:
    with pytest.raises(DomainError, match="pas un pack"):
        read_file(content)


def test_a_file_too_large_or_of_a_later_version_is_refused() -> None:
    with pytest.raises(DomainError, match="1 Mo"):
        read_file(b" " * (LARGEST_FILE + 1))
    later = json.dumps({"format": "pepites-pack", "version": 2, "sections": {}}).encode()
    with pytest.raises(DomainError, match="plus récente"):
        read_file(later)
