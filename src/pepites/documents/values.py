"""What is known of a file once it is kept."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file in the store. ``blob`` and ``thumbnail`` are its random names; ``size`` in bytes."""

    name: str
    content_type: str
    size: int
    sha256: str
    blob: str
    thumbnail: str = ""


@dataclass(frozen=True, slots=True)
class CleanFile:
    """A file checked and made harmless, not yet kept."""

    content: bytes
    content_type: str
    extension: str
    thumbnail: bytes = b""
