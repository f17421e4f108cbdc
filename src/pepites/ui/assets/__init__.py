"""Built assets: which hashed file stands behind a short name."""

import json
import time
from functools import lru_cache
from pathlib import Path

DIST = Path(__file__).resolve().parents[1] / "static" / "dist"
MANIFEST = DIST / "manifest.json"


class AssetsMissing(RuntimeError):
    """The assets were never built, or a template asks for a file that no source makes."""


@lru_cache(maxsize=4)
def _read(stamp: int) -> dict[str, str]:
    """Cached by the manifest's time of writing, so a rebuild is seen without a restart."""
    del stamp
    files: dict[str, str] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    return files


@lru_cache(maxsize=4)
def _stamp(manifest: Path, second: int) -> int:
    """The manifest's time of writing, looked at once a second: a page asks for dozens of icons."""
    del second
    return manifest.stat().st_mtime_ns


def asset_path(name: str) -> str:
    """Path under the static root of a built file, e.g. ``dist/app.1a2b3c4d5e6f.css`` for ``app.css``.

    Raises AssetsMissing with the command to type when the file does not exist.
    """
    try:
        stamp = _stamp(MANIFEST, int(time.monotonic()))
    except FileNotFoundError:
        raise AssetsMissing("Les fichiers de l'interface manquent : lancez « make assets ».") from None
    try:
        return f"dist/{_read(stamp)[name]}"
    except KeyError:
        raise AssetsMissing(f"« {name} » n'est produit par aucun fichier de frontend/.") from None
