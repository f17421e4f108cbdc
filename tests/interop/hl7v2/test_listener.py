"""A real TCP peer on loopback: frames, time, number, TLS with a client certificate."""

import asyncio
import hashlib
import ssl
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.interop.hl7v2.samples import adt, pid

from pepites.interop.hl7v2.framing import framed
from pepites.interop.hl7v2.listener import Bounds, Listener, tls_context
from pepites.interop.hl7v2.parsing import parse
from pepites.interop.hl7v2.service import BadSettings, configured_tls
from pepites.interop.hl7v2.writing import acknowledgement

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


class Heard:
    """What the listener handed over; answers AA."""

    def __init__(self) -> None:
        self.calls: list[tuple[bytes, str, str]] = []

    def __call__(self, data: bytes, address: str, certificate: str) -> bytes:
        self.calls.append((data, address, certificate))
        return acknowledgement(parse(data))


def converse(
    peer: Peer, heard: Any = None, *, bounds: Bounds | None = None, server_tls: Any = None, tls: Any = None
) -> Any:
    async def run() -> Any:
        listener = Listener(heard or Heard(), bounds=bounds, tls=server_tls)
        port = await listener.start("127.0.0.1", 0)
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", port, ssl=tls, server_hostname="localhost" if tls else None
            )
            try:
                return await asyncio.wait_for(peer(reader, writer), 20)
            finally:
                writer.close()
        finally:
            await listener.stop()

    return asyncio.run(run())


async def frame(reader: asyncio.StreamReader) -> bytes:
    data = await reader.readuntil(b"\x1c\r")
    assert data.startswith(b"\x0b")
    return data[1:-2]


def test_messages_are_answered_in_order_on_one_connection() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        writer.write(framed(adt(control="M1")) + framed(adt(control="M2")))
        return [parse(await frame(reader)).one("MSA").text(2) for _ in range(2)]

    assert converse(peer) == ["M1", "M2"]


def test_a_message_in_pieces_is_one_message() -> None:
    heard = Heard()

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        whole = framed(adt())
        for start in range(0, len(whole), 37):
            writer.write(whole[start : start + 37])
            await writer.drain()
            await asyncio.sleep(0)
        await frame(reader)

    converse(peer, heard)
    assert [call[:2] for call in heard.calls] == [(adt(), "127.0.0.1")]


@pytest.mark.parametrize(
    "stream",
    [b"GET / HTTP/1.1\r\n\r\n", b"\x0bMSH\x1cX", b"\x0b\x0b", b"\x0b" + b"N" * 300_000,
     framed(adt(pid(f5="A" * 10_000_000 + "^LOUISE^^^^^L")))],
    ids=["http", "fin", "double", "long", "nom de 10 Mo"],
)  # fmt: skip
def test_a_disorder_is_rejected_once_and_the_connection_closed(stream: bytes) -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[bytes, bytes]:
        writer.write(stream)
        answered = await frame(reader)
        try:
            return answered, await reader.read()
        except ConnectionError:
            return answered, b""

    heard = Heard()
    answered, rest = converse(peer, heard)
    assert parse(answered).one("MSA").text(1) == "AR"
    assert (rest, heard.calls) == (b"", [])


def test_a_slow_frame_and_a_silent_peer_are_cut() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(b"\x0bMSH")
        return await reader.read()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        return await reader.read()

    assert converse(slow, bounds=Bounds(frame=0.2)) == b""
    assert converse(silent, bounds=Bounds(idle=0.2)) == b""


def test_a_slow_frame_after_another_is_cut_as_well() -> None:
    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(framed(adt()) + b"\x0bMSH")
        await frame(reader)
        return await reader.read()

    assert converse(peer, bounds=Bounds(frame=0.3)) == b""


def test_connections_are_numbered() -> None:
    async def run() -> tuple[bytes, bytes]:
        listener = Listener(Heard(), bounds=Bounds(connections=1))
        port = await listener.start("127.0.0.1", 0)
        first = await asyncio.open_connection("127.0.0.1", port)
        first[1].write(framed(adt()))
        answered = await frame(first[0])
        second = await asyncio.open_connection("127.0.0.1", port)
        turned_away = await second[0].read()
        first[1].close()
        second[1].close()
        await listener.stop()
        return answered, turned_away

    answered, turned_away = asyncio.run(run())
    assert answered
    assert turned_away == b""


def test_an_answer_that_fails_closes_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> bytes:
        raise ValueError("LOUISE")

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(framed(adt()))
        return await reader.read()

    assert converse(peer, broken) == b""
    assert "ValueError" in caplog.text
    assert "LOUISE" not in caplog.text


def test_stopping_leaves_the_message_under_way_its_answer() -> None:
    async def run() -> bytes:
        def slow(data: bytes, address: str, certificate: str) -> bytes:
            import time

            time.sleep(0.4)
            return acknowledgement(parse(data))

        listener = Listener(slow)
        port = await listener.start("127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(framed(adt()))
        await asyncio.sleep(0.1)
        stopping = asyncio.create_task(listener.stop())
        answered = await frame(reader)
        writer.close()
        await stopping
        return answered

    assert parse(asyncio.run(run())).one("MSA").text(1) == "AA"


# TLS


def _made(folder: Path, name: str, issuer: Any = None) -> tuple[x509.Certificate, Any, str, str]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signer, parent = (issuer[1], issuer[0].subject) if issuer else (key, subject)
    start = datetime.now(tz=UTC) - timedelta(days=1)  # noqa: TID251
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(parent).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(start).not_valid_after(start + timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )  # fmt: skip
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    paths[1].write_bytes(key.private_bytes(*plain))
    return made, key, str(paths[0]), str(paths[1])


def test_tls_asks_for_a_certificate_of_our_authority_and_hands_over_its_fingerprint(tmp_path: Path) -> None:
    authority, stranger = _made(tmp_path, "autorite"), _made(tmp_path, "inconnue")
    ours, theirs = _made(tmp_path, "serveur", authority), _made(tmp_path, "gam", authority)
    bad = _made(tmp_path, "intrus", stranger)
    server_tls = tls_context(ours[2], ours[3], authority[2])

    def client_tls(pair: Any) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=authority[2])
        if pair:
            context.load_cert_chain(pair[2], pair[3])
        return context

    async def peer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
        writer.write(framed(adt()))
        return await frame(reader)

    heard = Heard()
    converse(peer, heard, server_tls=server_tls, tls=client_tls(theirs))
    expected = hashlib.sha256(theirs[0].public_bytes(serialization.Encoding.DER)).hexdigest()
    assert heard.calls[0][2] == expected
    for pair in (None, bad):
        with pytest.raises((ConnectionError, ssl.SSLError, asyncio.IncompleteReadError)):
            converse(peer, heard, server_tls=server_tls, tls=client_tls(pair))
    assert len(heard.calls) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"PEPITES_HL7_TLS_CERT": "x"}, "ensemble"),
        ({"PEPITES_HL7_TLS_CERT": "x", "PEPITES_HL7_TLS_KEY": "x", "PEPITES_HL7_TLS_CA": "x"}, "ne peut être lu"),
        ({"PRODUCTION": True, "PEPITES_HL7_HOST": "0.0.0.0"}, "TLS seulement"),
    ],
)
def test_half_a_configuration_is_refused(settings: Any, values: dict[str, Any], words: str) -> None:
    for name, value in values.items():
        setattr(settings, name, value)
    with pytest.raises(BadSettings, match=words):
        configured_tls()


def test_loopback_needs_no_tls(settings: Any) -> None:
    settings.PRODUCTION, settings.PEPITES_HL7_HOST = True, "127.0.0.1"
    assert configured_tls() is None
