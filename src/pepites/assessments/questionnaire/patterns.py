"""Regular expressions of a definition, with a time guard: they come from whoever wrote the form."""

from functools import lru_cache

import regex

from pepites.assessments.questionnaire.errors import FormError

MAX_PATTERN = 200
SECONDS = 0.1


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> "regex.Pattern[str]":
    return regex.compile(pattern)


def check_pattern(pattern: str, link_id: str = "") -> None:
    """Refuse a pattern that is too long or is not one."""
    if len(pattern) > MAX_PATTERN:
        raise FormError("le format attendu est trop long.", link_id)
    try:
        _compiled(pattern)
    except regex.error:
        raise FormError("le format attendu n'est pas une expression régulière correcte.", link_id) from None


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text follows the pattern; a pattern that takes too long follows nothing."""
    try:
        return _compiled(pattern).fullmatch(text, timeout=SECONDS) is not None
    except TimeoutError:
        return False
