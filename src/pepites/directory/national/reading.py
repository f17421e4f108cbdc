"""Opens the files of an extraction and reads their lines in constant memory, under limits."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import IO, Final

from pepites.common.errors import DomainError

CHUNK: Final = 1 << 20
MAX_LINE: Final = 64 * 1024  # bytes; a real line has about 500
MAX_FILE: Final = 8 << 30  # bytes, unpacked; the real file has about one gigabyte
MAX_RATIO: Final = 200  # unpacked over packed: such a text packs about fifteen times
MAX_MEMBERS: Final = 50
UNREADABLE: Final = "\0"
_CONTROLS = bytes(code for code in (*range(32), 127) if code != 10)
_CLEAN = bytes.maketrans(_CONTROLS + b"\\", b" " * len(_CONTROLS) + b"/")
_STAMP = re.compile(r"(?<!\d)(20\d{6})(?:\d{4,6})?(?!\d)")


@dataclass(frozen=True, slots=True)
class Source:
    """One file to load: on its own, or inside a ZIP (``member``)."""

    path: Path
    name: str
    size: int
    member: str = ""

    @property
    def extracted_on(self) -> date | None:
        """Day of the extraction, read from the name (``PS_LibreAcces_Personne_activite_202611250841.txt``)."""
        for found in _STAMP.finditer(f"{self.name} {self.path.name}"):
            try:
                return datetime.strptime(found.group(1), "%Y%m%d").date()  # noqa: DTZ007 - a day, without hour
            except ValueError:
                continue
        return None

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        if not self.member:
            with self.path.open("rb") as file:
                yield file
            return
        with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as file:
            yield file


def sources_of(paths: tuple[Path, ...]) -> list[Source]:
    """The files to read, ZIPs opened. Raises DomainError on what is not there, is empty or is beyond the limits."""
    found: list[Source] = []
    for path in paths:
        if not path.is_file():
            what = "est un dossier : indiquez un fichier" if path.is_dir() else "n'existe pas : vérifiez le chemin"
            raise DomainError(f"« {path} » {what}.")
        if zipfile.is_zipfile(path):
            found += _members(path)
        else:
            found.append(_within_limits(Source(path, path.name, path.stat().st_size)))
    return found


def _members(path: Path) -> list[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [one for one in archive.infolist() if not one.is_dir()]
    except zipfile.BadZipFile as error:
        raise DomainError(f"« {path.name} » est un ZIP abîmé : téléchargez-le de nouveau.") from error
    if len(entries) > MAX_MEMBERS:
        raise DomainError(f"« {path.name} » contient plus de {MAX_MEMBERS} fichiers : ce n'est pas une extraction.")
    texts = [one for one in entries if one.filename.lower().endswith((".txt", ".csv"))]
    if not texts:
        raise DomainError(f"« {path.name} » ne contient aucun fichier .txt.")
    found = []
    for one in texts:
        if one.flag_bits & 1:
            raise DomainError(f"« {path.name} » est protégé par un mot de passe.")
        if one.file_size > MAX_RATIO * max(one.compress_size, 1) and one.file_size > CHUNK:
            raise DomainError(f"« {one.filename} » se déplie plus de {MAX_RATIO} fois : ZIP refusé.")
        name = Path(one.filename).name
        found.append(_within_limits(Source(path, name, one.file_size, one.filename)))
    return found


def _within_limits(source: Source) -> Source:
    if not source.size:
        raise DomainError(f"« {source.name} » est vide.")
    if source.size > MAX_FILE:
        raise DomainError(f"« {source.name} » dépasse {MAX_FILE >> 30} Go : ce n'est pas une extraction.")
    return source


def digest(source: Source) -> str:
    """SHA-256 of the (unpacked) file."""
    found = hashlib.sha256()
    for chunk in _chunks(source, lambda _: None):
        found.update(chunk)
    return found.hexdigest()


class Lines:
    """The lines of a file, without their end, by blocks; ``sha256`` is known once all are read.

    A control character reads as a space, a backslash as a slash: COPY would take them for something else. A line that
    is not UTF-8 is given as ``UNREADABLE``.
    """

    def __init__(self, source: Source, advance: Callable[[int], None] = lambda _: None) -> None:
        self._source, self._advance = source, advance
        self._digest = hashlib.sha256()
        self._blocks = self._read()
        first = next(self._blocks, [])
        self.header = first[0].lstrip("\ufeff") if first else ""
        self._first = first[1:]

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __iter__(self) -> Iterator[list[str]]:
        """Lines after the header. Raises DomainError on one beyond the limit: nothing can be kept of such a file."""
        yield self._first
        yield from self._blocks

    def _read(self) -> Iterator[list[str]]:
        rest, number = b"", 0
        for chunk in _chunks(self._source, self._advance):
            self._digest.update(chunk)
            block, end, rest = (rest + chunk).rpartition(b"\n")
            if end:
                lines = _decoded(block)
                number += len(lines)
                self._require_short(max(map(len, lines)), number)
                yield lines
            self._require_short(len(rest), number)
        if rest:
            yield _decoded(rest)

    def _require_short(self, length: int, number: int) -> None:
        if length > MAX_LINE:
            raise DomainError(
                f"« {self._source.name} » a, vers la ligne {number}, une ligne de plus de {MAX_LINE >> 10} ko : "
                "ce n'est pas une extraction."
            )


def _decoded(block: bytes) -> list[str]:
    clean = block.replace(b"\r\n", b"\n").removesuffix(b"\r").translate(_CLEAN)
    try:
        return clean.decode("utf-8").split("\n")
    except UnicodeDecodeError:
        return [_line(one) for one in clean.split(b"\n")]


def _line(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return UNREADABLE


def _chunks(source: Source, advance: Callable[[int], None]) -> Iterator[bytes]:
    read = 0
    try:
        with source.open() as file:
            while chunk := file.read(CHUNK):
                read += len(chunk)
                if read > source.size:
                    raise DomainError(f"« {source.name} » est plus long qu'annoncé : il est en cours d'écriture ?")
                advance(len(chunk))
                yield chunk
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise DomainError(f"« {source.path.name} » est un ZIP abîmé : téléchargez-le de nouveau.") from error
