"""Taking in a file: type by content, harmless copy, kept in the store."""

import re
import unicodedata

from django.conf import settings

from pepites.common.errors import DomainError
from pepites.documents import ports, store
from pepites.documents.images import clean_image
from pepites.documents.pdf import clean_pdf
from pepites.documents.values import CleanFile, KeptFile

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


def safe_name(name: str, extension: str) -> str:
    """A file name fit for a header and a screen: no path, no control or direction mark, the true extension."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    stem = _FORBIDDEN.sub(" ", last.rpartition(".")[0] or last)
    stem = " ".join(stem.split()).strip(". ")[:80]
    return f"{stem or 'document'}.{extension}"


def clean(content: bytes) -> CleanFile:
    """Tell the type by the content, never by the name, and return a harmless copy. Raises ``DomainError`` (SE-23)."""
    if not content:
        raise DomainError("Ce fichier est vide.", field="fichiers")
    if len(content) > settings.PEPITES_UPLOAD_MAX:
        raise DomainError("Ce fichier dépasse 20 Mo. Réduisez-le ou partagez-le en plusieurs.", field="fichiers")
    if not ports.is_clean(content):
        raise DomainError("L'antivirus refuse ce fichier : il n'a pas été envoyé.", field="fichiers")
    if content.startswith(b"%PDF-"):
        return clean_pdf(content)
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8")) or (
        content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    ):
        return clean_image(content)
    raise DomainError(
        "Ce type de fichier n'est pas accepté. Envoyez une photo (JPEG, PNG, WebP) ou un PDF.", field="fichiers"
    )


def keep_file(*, name: str, content: bytes) -> KeptFile:
    """Clean and keep a file, before the row that will name it: a file without row is swept, no row lacks its file."""
    made = clean(content)
    return KeptFile(
        name=safe_name(name, made.extension),
        content_type=made.content_type,
        size=len(made.content),
        sha256=store.digest(made.content),
        blob=store.keep(made.content),
        thumbnail=store.keep(made.thumbnail) if made.thumbnail else "",
    )
