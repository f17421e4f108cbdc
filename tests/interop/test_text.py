"""Invisible marks never reach a screen."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from pepites.interop.text import visible


def test_direction_marks_go_and_letters_stay() -> None:
    assert visible("KO\u202eUROK\u202c") == "KOUROK"
    assert visible(" D’\u200bALMEIDA\u00a0 Ñ ") == "D’ALMEIDA Ñ"
    assert visible("Анна 安娜") == "Анна 安娜"


@given(text=st.text())
def test_what_is_left_is_seen(text: str) -> None:
    left = visible(text)
    assert not {unicodedata.category(char) for char in left} & {"Cf", "Cc", "Cs", "Co", "Cn"}
    assert visible(left) == left
