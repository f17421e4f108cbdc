"""Template tags of the frame: built files, icons, form controls."""

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import get_urlconf
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from pepites.ui.assets import asset_path

register = template.Library()
_MARK = "pp-jeton"  # where the page's own CSRF token goes


@register.simple_tag
def asset(name: str) -> str:
    """Address of a built file: ``{% asset 'app.css' %}``."""
    return static(asset_path(name))


@register.simple_tag
def icon(name: str, css: str = "") -> SafeString:
    """A decorative icon of the sprite, hidden from screen readers: ``{% icon 'bell' %}``.

    The name must be written where the build sees it (``{% icon 'x' %}``, ``icon="x"``) or listed in icons.txt.
    """
    return _icon(asset_path("icons.svg"), name, css)


@lru_cache(maxsize=512)
def _icon(path: str, name: str, css: str) -> SafeString:
    return format_html(
        '<svg class="pp-icon{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        f" {css}" if css else "",
        static(path),
        name,
    )


@register.simple_tag
def script(name: str) -> SafeString:
    """Load one of our modules: ``{% script 'live.js' %}`` inside the ``scripts`` block."""
    return format_html('<script type="module" src="{}"></script>', static(asset_path(name)))


@register.simple_tag(takes_context=True)
def kept(context: template.Context, name: str, **values: Any) -> SafeString:
    """A part of the frame that depends on ``values`` only, printed once for each of them, its CSRF token apart.

    ``{% kept "ui/layouts/_footer.html" app_version=app_version %}``; the values must be hashable.
    """
    urlconf = get_urlconf() or settings.ROOT_URLCONF
    text = _kept(name, asset_path("icons.svg"), urlconf, tuple(values.items()))
    return mark_safe(text.replace(_MARK, escape(context.get("csrf_token", ""))) if _MARK in text else text)  # noqa: S308


@lru_cache(maxsize=512)
def _kept(name: str, sprite: str, urlconf: str, values: tuple[tuple[str, Any], ...]) -> str:
    del sprite, urlconf  # what the text depends on besides its values
    return render_to_string(name, {**dict(values), "csrf_token": _MARK})


@register.filter
def control(field: BoundField, extra: str = "") -> SafeString:
    """The widget of a bound field with its class; ids of hint and error are joined by Django itself."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        css = "form-check-input"
    elif isinstance(widget, Select) and not isinstance(widget, (RadioSelect, CheckboxSelectMultiple)):
        css = "form-select"
    else:
        css = "form-control"
    own = str(widget.attrs.get("class", ""))
    classes = " ".join(part for part in (css, own, extra, "is-invalid" if field.errors else "") if part)
    return field.as_widget(attrs={"class": classes})


@register.filter
def initials(name: str) -> str:
    """Two letters of a name, for an avatar: first and last word."""
    words = [word for word in str(name).replace("-", " ").split() if word[0].isalpha() and "." not in word]
    if not words:
        return "?"
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()


@register.filter
def hue(name: str) -> int:
    """A number from 1 to 8, the same for the same name: picks a fixed colour class."""
    return sum((index + 1) * ord(letter) for index, letter in enumerate(str(name))) % 8 + 1


@register.filter
def thousands(value: Any) -> str:
    """A whole number with narrow no-break spaces: 12 345."""
    try:
        return f"{int(value):,}".replace(",", "\u202f")
    except (TypeError, ValueError):
        return str(value)


@register.filter
def get_item(mapping: dict[str, Any], key: str) -> Any:
    """Value of ``key`` in a dictionary, or nothing."""
    return mapping.get(key, "")
