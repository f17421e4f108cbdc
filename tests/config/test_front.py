"""The front on a real Granian: every trap of the stack, one test each."""

import hashlib
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import psutil
import pytest

from pepites.config.front_asgi import discreet_path
from pepites.config.supervisor import granian_command

HERE = Path(__file__).parent
SRC = HERE.parents[1] / "src"


class Server:
    def __init__(self, log: Path, **env: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        command = granian_command("127.0.0.1", self.port, workers=1, target="front_app:app")
        environ = os.environ | {"PYTHONPATH": f"{SRC}:{HERE}", "PYTHONWARNINGS": "ignore"} | env
        self.log = log
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env=environ)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError(log.read_text())

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, body, headers or {})
        response = connection.getresponse()
        content = response.read()
        connection.close()
        return response.status, content

    def speak(self, sent: bytes) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), 20)
        client.sendall(sent)
        return client

    def open_stream(self) -> socket.socket:
        client = self.speak(b"GET /flux HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"ouvert" in read_until(client, b"ouvert")
        return client

    def stop(self) -> float:
        began = time.monotonic()
        self.process.terminate()
        try:
            self.process.wait(15)
        finally:
            self.process.kill()
        return time.monotonic() - began


def read_until(client: socket.socket, mark: bytes) -> bytes:
    seen = b""
    while mark not in seen:
        piece = client.recv(65536)
        if not piece:
            break
        seen += piece
    return seen


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("front") / "journal")
    yield running
    running.stop()


def test_body_reaches_the_view_whole(server: Server) -> None:
    body = os.urandom(2_500_000)
    assert server.ask("POST", "/raw", body) == (200, hashlib.sha256(body).hexdigest().encode())


def test_form_and_file(server: Server) -> None:
    content = os.urandom(2_000_000)
    head = b'--frontiere-9f31c2\r\nContent-Disposition: form-data; name="t"\r\n\r\n\xc3\xa9t\xc3\xa9\r\n'
    head += b"--frontiere-9f31c2\r\n"
    head += b'Content-Disposition: form-data; name="f"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
    status, answer = server.ask(
        "POST",
        "/echo",
        head + content + b"\r\n--frontiere-9f31c2--\r\n",
        {"Content-Type": "multipart/form-data; boundary=frontiere-9f31c2"},
    )
    assert status == 200, answer.decode()
    seen = json.loads(answer)
    assert seen["post"] == {"t": "été"}
    assert seen["files"] == {"f": hashlib.sha256(content).hexdigest()}


def test_too_large_is_refused_in_french(server: Server) -> None:
    status, answer = server.ask("POST", "/raw", b"x" * (3 * 1024 * 1024 + 1))
    assert status == 413
    assert "dépasse 3 Mo" in answer.decode()


def test_no_length_is_refused(server: Server) -> None:
    with server.speak(
        b"POST /raw HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    ) as client:
        assert b" 411 " in read_until(client, b"\r\n")


@pytest.mark.parametrize("query", [b"q=\xc3\xa9t\xc3\xa9", b"q=%C3%A9t%C3%A9"])
def test_query_in_raw_utf8(server: Server, query: bytes) -> None:
    with server.speak(b"GET /echo?" + query + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as client:
        answer = read_until(client, b"WSGI")
    assert b" 200 " in answer
    assert json.loads(re.search(rb"\{.*\}", answer).group())["get"] == {"q": "été"}


def test_unreadable_path_is_no_server_error(server: Server) -> None:
    assert server.ask("GET", "/%ff")[0] == 404


def test_header_with_underscore_is_not_taken_for_the_real_one(server: Server) -> None:
    _, answer = server.ask("GET", "/echo", headers={"X_Forwarded_Proto": "https"})
    assert json.loads(answer)["proto"] == ""


def test_slow_uploads_hold_no_thread(server: Server) -> None:
    head = b"POST /raw HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc"
    clients = [server.speak(head) for _ in range(12)]
    began = time.monotonic()
    assert server.ask("GET", "/echo")[0] == 200
    assert time.monotonic() - began < 0.5
    answer = read_until(clients[0], b"</html>")
    assert b" 408 " in answer
    assert "Envoi interrompu" in answer.decode()
    for client in clients:
        client.close()


def test_clients_that_leave_hold_no_thread(server: Server) -> None:
    """More vanished readers than threads, on an answer larger than any buffer; then the pages still come."""
    for _ in range(6):
        server.speak(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n").close()
    readers = [server.speak(b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n") for _ in range(4)]
    time.sleep(0.5)
    began = time.monotonic()
    assert server.ask("GET", "/echo")[0] == 200
    assert time.monotonic() - began < 3
    for reader in readers:
        reader.close()


def test_two_threads_serve_two_at_once(server: Server) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        assert {answer[0] for answer in pool.map(lambda n: server.ask("GET", f"/slow/{n}"), range(4))} == {200}
    assert 0.9 < time.monotonic() - began < 2.5


@pytest.mark.slow
def test_streams_beyond_the_default_backpressure_leave_room_for_pages(server: Server) -> None:
    clients = [server.open_stream() for _ in range(1100)]
    assert server.ask("GET", "/echo")[0] == 200
    for client in clients:
        client.close()


def test_log_holds_no_query_no_number_no_message(server: Server) -> None:
    server.ask("GET", "/slow/4711?nom=DUPONTEL")
    assert server.ask("GET", "/broken")[0] == 500
    time.sleep(0.2)
    log = server.log.read_text()
    assert "GET /slow/:id 200" in log
    assert "GET /broken 500" in log
    for secret in ("4711", "DUPONTEL", "Secrète"):
        assert secret not in log


@pytest.mark.slow
def test_stops_in_time_with_open_streams_and_leaves_nothing(tmp_path: Path) -> None:
    running = Server(tmp_path / "journal")
    family = [
        psutil.Process(running.process.pid),
        *psutil.Process(running.process.pid).children(recursive=True),
    ]
    clients = [running.open_stream() for _ in range(20)]
    assert running.stop() < 8
    assert not [process for process in family if process.is_running() and process.status() != "zombie"]
    assert running.process.returncode == 0
    for client in clients:
        client.close()


@pytest.mark.slow
def test_a_killed_master_leaves_no_worker(tmp_path: Path) -> None:
    running = Server(tmp_path / "journal")
    running.open_stream()
    workers = psutil.Process(running.process.pid).children(recursive=True)
    assert workers
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert not [process for process in alive if process.status() != "zombie"]


@pytest.mark.slow
def test_pages_are_served_while_the_stream_cannot_open(tmp_path: Path) -> None:
    running = Server(tmp_path / "journal", FLUX_FAILS="1")
    try:
        assert running.ask("GET", "/echo")[0] == 200
        status, answer = running.ask("GET", "/flux")
        assert status == 503
        assert "Direct indisponible" in answer.decode()
    finally:
        running.stop()


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/usagers/123/fil/", "/usagers/:id/fil/"),
        ("/invitation/AbCdEfGhIjKlMnOpQrStUvWxYz/", "/invitation/:id/"),
        ("/recherche/", "/recherche/"),
    ],
)
def test_logged_path(path: str, logged: str) -> None:
    assert discreet_path(path) == logged
