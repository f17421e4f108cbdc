"""PDF files: whole, alone, and with nothing that runs by itself (SE-23)."""

import re
import zlib
from collections.abc import Iterator

from pepites.common.errors import DomainError
from pepites.documents.values import CleanFile

_DAMAGED = "Ce PDF est abîmé ou fait d'une façon inconnue. Imprimez-le en PDF, puis envoyez la copie."
_END = b"%%EOF"
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_MOST_UNPACKED = 8 * 1024 * 1024  # bytes read of one file's packed objects: real ones hold text, and are small
_NAME = re.compile(rb"/[^\x00-\x20()<>\[\]{}/%]{1,40}")
ACTIVE = frozenset(
    {b"/JavaScript", b"/Rendition", b"/Launch", b"/EmbeddedFile", b"/EmbeddedFiles", b"/RichMedia", b"/XFA",
     b"/SubmitForm", b"/ImportData", b"/GoToR", b"/GoToE", b"/Encrypt"}
)  # fmt: skip


def clean_pdf(content: bytes) -> CleanFile:
    """The same bytes, once checked. Raises ``DomainError``.

    The header must open the file and nothing may follow its end mark: an archive or a page glued behind a PDF is how
    one file plays two types. Objects packed in compressed streams (PDF 1.5) are read too. « /JS » alone is not looked
    for: three letters turn up by chance in a scanned page, and no script runs without the name of its action.
    """
    end = content.rfind(_END)
    if not content.startswith(b"%PDF-") or end < 0:
        raise DomainError(_DAMAGED, field="fichiers")
    if content[end + len(_END) :].strip(b"\r\n\t \x00"):
        raise DomainError("Ce PDF cache autre chose à sa fin : il n'est pas accepté.", field="fichiers")
    if any(_names(part) & ACTIVE for part in (content, *_packed(content))):
        raise DomainError(
            "Ce PDF est protégé ou contient un programme, un formulaire actif ou une pièce jointe. Imprimez-le en PDF,"
            " puis envoyez la copie.",
            field="fichiers",
        )
    return CleanFile(content, "application/pdf", "pdf")


def _plain(name: bytes) -> bytes:
    return _ESCAPED.sub(lambda m: bytes([int(m[1], 16)]), name)


def _names(content: bytes) -> set[bytes]:
    return {_plain(name) for name in _NAME.findall(content)}


def _packed(content: bytes) -> Iterator[bytes]:
    """The objects kept in compressed streams, as text; beyond what a real file holds, the file is refused."""
    left = _MOST_UNPACKED
    for name in _NAME.finditer(content):
        stream = _STREAM.search(content, name.end(), name.end() + 1000) if _plain(name[0]) == b"/ObjStm" else None
        if stream is None:
            continue
        end = content.find(b"endstream", stream.end())
        try:
            unpacked = zlib.decompressobj().decompress(content[stream.end() : end], left)
        except zlib.error:
            raise DomainError(_DAMAGED, field="fichiers") from None
        left -= len(unpacked)
        if left <= 0:
            raise DomainError(_DAMAGED, field="fichiers")
        yield unpacked
