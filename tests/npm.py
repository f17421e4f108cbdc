"""Packages of others that a test runs beside ours: the exact versions of the lock file of their folder."""

import fcntl
import tempfile
from pathlib import Path

from pepites.ui.assets.node import run


def install(folder: Path) -> None:
    """Put the packages beside the folder's lock file, once for each, whoever asks first."""
    stamp, lock = folder / "node_modules" / ".installe", (folder / "package-lock.json").read_text(encoding="utf-8")
    with (Path(tempfile.gettempdir()) / f"pepites-{folder.name}.verrou").open("w") as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text(encoding="utf-8") != lock:
            run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=folder)
            stamp.write_text(lock, encoding="utf-8")
