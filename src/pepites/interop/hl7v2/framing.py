"""MLLP: ``<VT> message <FS><CR>``, read as it comes, bounded, any disorder told (HL7 v2.5 appendix C)."""

from collections.abc import Iterator
from typing import Final

VT, FS, CR = 0x0B, 0x1C, 0x0D
MAX_FRAME: Final = 256 * 1024
_BETWEEN = frozenset(b"\r\n\t \x00")  # what some senders leave between two frames


class FrameError(Exception):
    """Bytes that are no frame: answered once, then the connection is closed."""


class FrameReader:
    """Frames out of the pieces of a stream."""

    def __init__(self, limit: int = MAX_FRAME) -> None:
        self._buffer = bytearray()
        self._inside = False
        self._limit = limit

    @property
    def waiting(self) -> bool:
        """Whether a frame has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The frames that this piece completes; raises ``FrameError``, after which the reader is of no more use."""
        for start in range(0, len(data), 65536):
            for byte in data[start : start + 65536]:
                frame = self._take(byte)
                if frame is not None:
                    yield frame

    def _take(self, byte: int) -> bytes | None:
        if not self._inside:
            if byte == VT:
                self._inside = True
            elif byte not in _BETWEEN:
                raise FrameError("octets hors trame")
            return None
        if self._buffer and self._buffer[-1] == FS:
            if byte != CR:
                raise FrameError("fin de trame incomplète")
            frame = bytes(self._buffer[:-1])
            self._buffer.clear()
            self._inside = False
            return frame
        if byte == VT:
            raise FrameError("trame dans une trame")
        self._buffer.append(byte)
        if len(self._buffer) > self._limit:
            raise FrameError("trame trop longue")
        return None


def framed(message: bytes) -> bytes:
    """A message in its frame."""
    return b"\x0b" + message + b"\x1c\r"
