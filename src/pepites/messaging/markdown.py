"""From what a person typed to harmless HTML: bold, italic, lists, links to our own site, mentions (interface §10)."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape

import nh3
from django.conf import settings
from markdown_it import MarkdownIt

MAX_LENGTH = 4000  # characters
_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a"}
_PLAIN = re.compile(r"[\w\s.,;:!?'’\"()«»%€/@&-]*")
_LIST = re.compile(r"^\s*(?:[-+*]|\d+[.)])(?:\s|$)|_|^\s*-{3,}", re.MULTILINE)
_TAG = re.compile(r"(<[^>]*>)")


def _is_own(url: str) -> bool:
    """A path of this site, or its public address: no other host, no scheme, no trick of slashes."""
    public = settings.PEPITES_PUBLIC_URL
    if public and (url == public or url.startswith(public.rstrip("/") + "/")):
        return True
    return url.startswith("/") and not url.startswith(("//", "/\\")) and not re.search(r"[\s\\\x00-\x1f]", url)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    parser = MarkdownIt("zero", {"html": False, "breaks": True, "maxNesting": 20})
    parser.enable(["emphasis", "list", "link", "newline", "escape"])
    parser.validateLink = _is_own  # type: ignore[method-assign]
    return parser


def render_text(text: str, mentions: Iterable[str] = ()) -> str:
    """HTML of a message. ``mentions`` are the words, ``@`` included, to show as mentions."""
    if _PLAIN.fullmatch(text) and not _LIST.search(text) and "\n" not in text:
        html = f"<p>{escape(text.strip(), quote=False)}</p>\n"
    else:
        html = nh3.clean(
            _parser().render(text), tags=_TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https"}, link_rel=None
        )
    return _mark(html, sorted({word for word in mentions if word}, key=len, reverse=True))


def _mark(html: str, words: list[str]) -> str:
    if not words:
        return html
    pattern = re.compile("|".join(re.escape(escape(word, quote=False)) for word in words), re.IGNORECASE)
    parts = _TAG.split(html)
    for index in range(0, len(parts), 2):
        parts[index] = pattern.sub(lambda m: f'<span class="pp-mention">{m[0]}</span>', parts[index])
    return "".join(parts)


def plain(html: str) -> str:
    """The words of a rendered message, on one line: for lists and search results."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())
