"""The store of files: one random name per content, written whole or not at all, before the row that names it."""

import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from pepites.common.errors import NotFound

_NAME = re.compile(r"[0-9a-f]{64}")


def root() -> Path:
    """Folder of the store, closed to others."""
    folder = Path(settings.PEPITES_VAR) / "files"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def digest(content: bytes) -> str:
    """SHA-256, 64 hexadecimal characters."""
    return hashlib.sha256(content).hexdigest()


def keep(content: bytes) -> str:
    """Write the content under a new random name and return it; on the disk for good when this returns."""
    name = secrets.token_hex(32)
    folder = root() / name[:2]
    folder.mkdir(mode=0o700, exist_ok=True)
    draft = folder / f"{name}.draft"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    _sync(folder)
    return name


def read(name: str, *, sha256: str = "") -> bytes:
    """The content of that name; ``NotFound`` when there is none, or when it is no longer what was kept."""
    if not _NAME.fullmatch(name):
        raise NotFound
    try:
        content = (root() / name[:2] / name).read_bytes()
    except FileNotFoundError:
        raise NotFound from None
    if sha256 and digest(content) != sha256:
        raise NotFound("Ce fichier est abîmé : prévenez votre référent.")
    return content


def remove(name: str) -> None:
    """Take away a file that no row names any more."""
    if _NAME.fullmatch(name):
        (root() / name[:2] / name).unlink(missing_ok=True)


def remove_orphans(used: set[str], *, older_than: float) -> int:
    """Remove the files that no row names, made more than ``older_than`` seconds ago; returns how many."""
    limit, removed = time.time() - older_than, 0
    for path in _files():
        if path.name in used or path.stat().st_mtime > limit:
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed


def _files() -> Iterator[Path]:
    return (path for path in root().glob("??/*") if path.is_file())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
