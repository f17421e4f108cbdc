"""Telephones that stop reading, in a tunnel or on purpose, take nothing from the others (SE-53)."""

import socket
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from tests.messaging.factories import circle, post
from tests.messaging.streaming import sign_in

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("serve")]
STUCK, MESSAGES = 20, 40  # one account may hold ten streams


def open_stream(served: str, cookie: str, *, reads: bool) -> socket.socket:
    """A live stream, its first bytes received; one that will not read has the smallest window there is."""
    target = urlsplit(served)
    client = socket.socket()
    if not reads:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.settimeout(10)
    client.connect((target.hostname, target.port))
    lines = ["GET /flux HTTP/1.1", f"Host: {target.netloc}", f"Cookie: {settings.SESSION_COOKIE_NAME}={cookie}"]
    client.sendall("\r\n".join([*lines, "", ""]).encode())
    assert client.recv(200).startswith(b"HTTP/1.1 200")
    return client


def arrivals(client: socket.socket) -> Iterator[bytes]:
    """What the stream brings, as it comes."""
    while piece := client.recv(65536):
        yield piece


def test_readers_that_stop_reading_do_not_slow_the_others(served: str) -> None:
    c = circle()
    stuck = [open_stream(served, sign_in(actor), reads=False) for actor in (c.ana, c.jean) for _ in range(9)]
    reader = open_stream(served, sign_in(c.jean), reads=True)
    pieces, seen, waits = arrivals(reader), b"", []
    for number in range(MESSAGES):
        mark = f"jalon{number:03}".encode()
        post(c.ana, c.conversation, f"{mark.decode()} {'long ' * 700}")
        began = time.monotonic()
        while mark not in seen:
            seen += next(pieces)
        waits.append(time.monotonic() - began)
    assert sorted(waits)[MESSAGES // 2] < 1.0, waits
    assert max(waits) < 3.0, waits
    for client in (*stuck, reader):
        client.close()


def test_a_page_asked_and_never_read_holds_no_thread(served: str) -> None:
    c, target = circle(), urlsplit(served)
    cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={sign_in(c.ana)}"
    request = f"GET /discussions/{c.conversation.public_id}/ HTTP/1.1\r\nHost: {target.netloc}\r\n{cookie}\r\n\r\n"
    for number in range(3):
        post(c.ana, c.conversation, f"{number} {'long ' * 700}")
    stuck = []
    for _ in range(STUCK):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.connect((target.hostname, target.port))
        client.sendall(request.encode())
        stuck.append(client)
    with socket.create_connection((target.hostname, target.port), timeout=20) as sound:
        sound.sendall(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").encode())
        answer = b"".join(arrivals(sound))
    assert answer.startswith(b"HTTP/1.1 200")
    assert answer.rstrip().endswith((b"</html>", b"0"))
    for client in stuck:
        client.close()
