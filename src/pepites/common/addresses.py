"""Addresses of pages about one thing, for pages that print dozens of them: each pattern is resolved once."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_urlconf, reverse

_NO_UUID = "00000000-0000-0000-0000-000000000000"


@lru_cache(maxsize=128)
def _pattern(name: str, urlconf: str) -> str:
    return reverse(name, args=[_NO_UUID], urlconf=urlconf)


@lru_cache(maxsize=128)
def _plain(name: str, urlconf: str) -> str:
    return reverse(name, urlconf=urlconf)


def address(name: str, public_id: object = None) -> str:
    """Path of a page whose URL holds at most one public identifier. Raises NoReverseMatch for an unknown name."""
    if public_id is None:
        return _plain(name, get_urlconf() or settings.ROOT_URLCONF)
    return _pattern(name, get_urlconf() or settings.ROOT_URLCONF).replace(_NO_UUID, str(public_id))
