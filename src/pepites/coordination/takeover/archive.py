"""The archive received: checked before anything in it is read, its tables laid aside, its files opened one by one."""

import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from django.conf import settings

from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.importing.reader import MAX_BYTES as MAX_TABLE
from pepites.coordination.takeover.enums import Table

MAX_ARCHIVE: Final = 300 * 1024 * 1024
MAX_ENTRIES: Final = 20_000
MAX_UNPACKED: Final = 2 * 1024 * 1024 * 1024
MAX_RATIO: Final = 200
_SMALL: Final = 1024 * 1024
"""A short text may well shrink a thousandfold; only what is large once opened is judged by its ratio."""
_DRIVE = re.compile(r"^[A-Za-z]:")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NOT_ZIP: Final = "Ce fichier n'est pas une archive ZIP lisible : refaites l'archive, puis envoyez-la à nouveau."


@dataclass(frozen=True)
class Archive:
    """An archive opened: its tables on disk, its other files by name."""

    tables: dict[Table, Path]
    zip: zipfile.ZipFile
    files: dict[str, zipfile.ZipInfo]

    def read(self, name: str) -> bytes | None:
        """A joined file, with or without its ``pieces/``; None when there is none. Raises ``ImportFileError``."""
        wanted = name.strip().replace("\\", "/").removeprefix("./")
        info = self.files.get(wanted) or self.files.get(f"pieces/{wanted}")
        if info is None:
            return None
        if info.file_size > settings.PEPITES_UPLOAD_MAX:
            raise ImportFileError("Ce fichier dépasse 20 Mo : réduisez-le ou partagez-le en plusieurs.")
        try:
            return self.zip.read(info)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError) as error:
            raise ImportFileError("Ce fichier est abîmé dans l'archive.") from error


@contextmanager
def open_archive(path: Path) -> Generator[Archive]:
    """Open an archive once checked. Raises ``ImportFileError`` (French) on anything that no honest archive holds."""
    if not path.is_file():
        raise ImportFileError(f"Le fichier « {path.name} » est introuvable : vérifiez son nom et son dossier.")
    if path.stat().st_size > MAX_ARCHIVE:
        raise ImportFileError("L'archive dépasse 300 Mo : partagez-la en plusieurs.")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ImportFileError(_NOT_ZIP) from error
    with archive, tempfile.TemporaryDirectory(prefix="pepites-reprise-") as folder:
        files = _checked(archive.infolist())
        yield Archive(_tables(archive, files, Path(folder)), archive, files)


def _checked(entries: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """The files by name, under the one folder that holds them all if there is one."""
    if len(entries) > MAX_ENTRIES:
        raise ImportFileError(f"L'archive contient plus de {MAX_ENTRIES} fichiers : partagez-la en plusieurs.")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise ImportFileError("L'archive est trop volumineuse une fois ouverte : partagez-la en plusieurs.")
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        _check_entry(entry)
        if not entry.is_dir() and not entry.filename.startswith("__MACOSX/"):
            if entry.filename in found:
                raise ImportFileError("L'archive contient deux fichiers du même nom : refaites-la.")
            found[entry.filename] = entry
    top = {name.partition("/")[0] for name in found}
    if len(top) == 1 and all("/" in name for name in found):
        return {name.partition("/")[2]: entry for name, entry in found.items()}
    return found


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.orig_filename.replace("\\", "/")
    if name.startswith("/") or _DRIVE.match(name) or _CONTROL.search(name) or ".." in PurePosixPath(name).parts:
        raise ImportFileError("L'archive contient un chemin interdit (« .. », absolu) : rien n'en est lu.")
    mode = entry.external_attr >> 16
    if mode and not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_IFMT(mode) == 0):
        raise ImportFileError("L'archive contient un lien ou un fichier spécial : rien n'en est lu.")
    if entry.flag_bits & 0x1:
        raise ImportFileError("L'archive est protégée par un mot de passe : refaites-la sans protection.")
    if entry.file_size > _SMALL and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise ImportFileError("Un fichier de l'archive est comprimé de façon suspecte : rien n'en est lu.")


def _tables(archive: zipfile.ZipFile, files: dict[str, zipfile.ZipInfo], folder: Path) -> dict[Table, Path]:
    found: dict[Table, Path] = {}
    for table in Table:
        info = files.get(f"{table}.csv")
        if info is None:
            continue
        if info.file_size > MAX_TABLE:
            raise ImportFileError(f"« {table}.csv » dépasse 50 Mo : partagez l'archive en plusieurs.")
        found[table] = folder / f"{table}.csv"
        try:
            with archive.open(info) as source, found[table].open("wb") as target:
                shutil.copyfileobj(source, target)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
            raise ImportFileError(_NOT_ZIP) from error
    if not found:
        names = ", ".join(f"{table}.csv" for table in Table)
        raise ImportFileError(f"L'archive ne contient aucun des fichiers attendus : {names}.")
    return found
