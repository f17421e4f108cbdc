"""One message to a peer over MLLP, and its acknowledgement: bounded in time and size, TLS outside the machine."""

import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from pepites.interop.hl7v2.errors import Hl7Error
from pepites.interop.hl7v2.framing import FrameError, FrameReader, framed
from pepites.interop.hl7v2.parsing import parse

SECONDS = 15.0
PIECE = 16 * 1024


class SendingError(Exception):
    """The peer did not take the message; ``str`` is French, without personal data."""


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a domain listens."""

    host: str
    port: int
    tls: ssl.SSLContext | None = None


def send(destination: Destination, messages: Sequence[bytes]) -> None:
    """Send each message and wait for its acknowledgement (AA or CA) before the next. Raises ``SendingError``."""
    try:
        with socket.create_connection((destination.host, destination.port), SECONDS) as plain:
            plain.settimeout(SECONDS)
            if destination.tls is None:
                _converse(plain, messages)
            else:
                with destination.tls.wrap_socket(plain, server_hostname=destination.host) as secured:
                    _converse(secured, messages)
    except ssl.SSLError:
        raise SendingError("le certificat du destinataire, ou le nôtre, est refusé") from None
    except (TimeoutError, OSError) as error:
        why = "n'a pas répondu à temps" if isinstance(error, TimeoutError) else "ne répond pas"
        raise SendingError(f"le destinataire {why}") from None


def _converse(line: socket.socket, messages: Sequence[bytes]) -> None:
    frames = FrameReader()
    for message in messages:
        line.sendall(framed(message))
        _acknowledged(_answer(line, frames), parse(message).msh.text(10))


def _answer(line: socket.socket, frames: FrameReader) -> bytes:
    while piece := line.recv(PIECE):
        try:
            found = list(frames.feed(piece))
        except FrameError:
            raise SendingError("la réponse n'est pas une trame MLLP") from None
        if found:
            return found[0]
    raise SendingError("le destinataire a coupé sans répondre")


def _acknowledged(answer: bytes, control: str) -> None:
    try:
        acknowledgment = parse(answer).one("MSA")
    except Hl7Error:
        raise SendingError("la réponse n'est pas un acquittement") from None
    if acknowledgment.text(2) != control:
        raise SendingError("l'acquittement est celui d'un autre message")
    if acknowledgment.text(1) not in ("AA", "CA"):
        raise SendingError(f"le destinataire a refusé le message ({acknowledgment.text(1)[:2]})")
