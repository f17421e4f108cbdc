"""The official « S'identifier avec Pro Santé Connect » picture: a file the deployment gives (§5.7)."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

MAX_BYTES = 200 * 1024
_KINDS = {".png": ("image/png", b"\x89PNG\r\n\x1a\n"), ".svg": ("image/svg+xml", b"<")}


def picture() -> tuple[str, bytes] | None:
    """Its media type and content; None without a file, or with one that is no picture we can show."""
    return _read(settings.PEPITES_PSC_BUTTON) if settings.PEPITES_PSC_BUTTON else None


@lru_cache(maxsize=2)
def _read(name: str) -> tuple[str, bytes] | None:
    path = Path(name)
    kind = _KINDS.get(path.suffix.lower())
    try:
        body = path.read_bytes() if kind and path.stat().st_size <= MAX_BYTES else b""
    except OSError:
        return None
    return (kind[0], body) if kind and body.lstrip().startswith(kind[1].lstrip()) else None
