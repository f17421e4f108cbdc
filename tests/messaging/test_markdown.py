"""Typed text becomes harmless HTML: the Markdown subset, and nothing else (SE-16)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pepites.messaging.markdown import render_text

ALLOWED = re.compile(r"</?(p|br|strong|em|ul|ol|li)>|<a href=\"/[^\"]*\">|</a>|<br ?/?>|<ol start=\"\d+\">")
CORPUS = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](&#106;avascript:alert(1))",
    "[x](data:text/html,<script>)",
    "[x](//mechant.example)", "[x](/\\mechant.example)", "[x](https://mechant.example)", "[x](vbscript:msgbox)",
    "![x](x onerror=alert(1))", "[a](<javascript:alert(1)>)", '[x](/a" onmouseover="alert(1))', "<http://x.example>",
    "`<b>`", "```\n<script>\n```", "<style>*{display:none}</style>",
    "<iframe srcdoc=x>", "&lt;script&gt;",
    "<p style=x>",
    "*<i onclick=a>*", "- <li onclick=a>", "[ref]: javascript:alert(1)\n[ref]", "</li></ol><script>", "<!-- --><x>",
]  # fmt: skip


def only_allowed(html: str) -> bool:
    return re.search(r"<[a-zA-Z/!]", ALLOWED.sub("", html)) is None


@pytest.mark.parametrize("text", CORPUS)
def test_attacks_stay_words(text: str) -> None:
    assert only_allowed(render_text(text)), render_text(text)


@given(st.text(alphabet=st.sampled_from("<>[]()*_-/\\\"'`&;:#! \n1.ajsx"), max_size=80))
def test_no_other_tag_ever_comes_out(text: str) -> None:
    assert only_allowed(render_text(text)), render_text(text)


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Bonjour", "<p>Bonjour</p>"),
        ("**gras** et *italique*", "<strong>gras</strong> et <em>italique</em>"),
        ("- un\n- deux", "<li>un</li>"),
        ("1. un\n2. deux", "<ol>"),
        ("[fiche](/dossiers/1/)", '<a href="/dossiers/1/">fiche</a>'),
        ("ligne\nligne", "<br"),
        ("2 < 3 & 4", "2 &lt; 3 &amp; 4"),
        ("# titre", "<p># titre</p>"),
    ],
)
def test_what_is_kept(text: str, html: str) -> None:
    assert html in render_text(text)


def test_mentions_are_marked_in_the_words_only() -> None:
    html = render_text("[@Ana](/a/@Ana) @Ana & co", ["@Ana"])
    assert html.count('<span class="pp-mention">@Ana</span>') == 2
    assert 'href="/a/@Ana"' in html
