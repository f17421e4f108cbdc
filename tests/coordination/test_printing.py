"""Lines printed without the template engine escape every text by themselves."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pepites.coordination.selectors.fil import FilLine
from pepites.coordination.selectors.rows import ListRow
from pepites.coordination.views.printing import fil_lines, options, table_rows

KEY = UUID("00000000-0000-0000-0000-00000000000a")
ATTACK = '<img src=x onerror="a()">'
ROW = ListRow(
    url="/d/", public_id=KEY, name="N", used="", born="01/01/1950", age="75 ans", sex="F", status="prov",
    status_label="", homonym=False, commune="", networks=[], unread=0, late=2, next_appointment="", last_contact="",
)  # fmt: skip
LINE = FilLine(
    at=datetime(2026, 1, 1, tzinfo=UTC), kind="note", kind_label="Note", icon="journal-text", tone="", author_id=1,
    author="A", role="R", organization="O", title="", html="<p>déjà sûr</p>", urgent=True, when="hier", object_id=KEY,
    note_version=2, mine=True,
)  # fmt: skip


def test_every_text_of_a_row_is_escaped() -> None:
    attacked: dict[str, Any] = dict.fromkeys(("name", "used", "commune", "next_appointment", "last_contact"), ATTACK)
    printed = table_rows([replace(ROW, **attacked, networks=[{"colour": 1, "name": ATTACK}])])
    assert "<img" not in printed
    assert printed.count("&lt;img") == 6


def test_every_text_of_a_line_is_escaped_but_the_rendered_note() -> None:
    texts = {"author", "role", "organization", "title", "when", "kind_label"}
    assert texts <= {one.name for one in fields(FilLine)}
    attacked: dict[str, Any] = dict.fromkeys(texts, ATTACK)
    printed = fil_lines([replace(LINE, **attacked)], may_write=True)
    assert "<img" not in printed
    assert "<p>déjà sûr</p>" in printed


def test_acts_only_for_who_may_write_and_corrections_only_for_the_author() -> None:
    assert "Corriger" in fil_lines([LINE], may_write=True)
    assert "Corriger" not in fil_lines([replace(LINE, mine=False)], may_write=True)
    assert "Répondre" not in fil_lines([LINE], may_write=False)


def test_options_are_escaped_and_the_chosen_one_marked() -> None:
    assert options((("a", ATTACK), ("b", "B")), "b").endswith('<option value="b" selected>B</option>')
    assert "<img" not in options((("a", ATTACK),), "")


def test_a_cell_that_says_nothing_takes_no_line_on_a_phone() -> None:
    """The class that hides it under 768 px is on what is empty only: a count or a date is always shown."""
    assert table_rows([replace(ROW, late=0)]).count('<td class="pp-none"') == 4
    full = replace(ROW, unread=1, late=1, next_appointment="demain", last_contact="hier")
    assert "pp-none" not in table_rows([full])


def test_an_event_without_words_is_not_printed_as_a_note() -> None:
    assert "pp-entry-event" in fil_lines([replace(LINE, html="", title="A entre dans le cercle")], may_write=True)
    assert "pp-entry-event" not in fil_lines([LINE], may_write=True)
