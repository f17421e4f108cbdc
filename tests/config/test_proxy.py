"""Behind the reverse proxy of production, the reader's address is the one the proxy wrote."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from pepites.accounts.machines.certificates import peer_of
from pepites.config.front_asgi import Front


def _echo(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [environ["REMOTE_ADDR"].encode()]


def _ask(headers: list[tuple[bytes, bytes]], *, proxied: bool, app: Any = _echo) -> str:
    sent: list[bytes] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    scope = {
        "type": "http", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": "",
        "scheme": "http", "http_version": "1.1", "headers": headers, "client": ("127.0.0.1", 5), "server": ("s", 80),
        "asgi": {"version": "3.0"},
    }  # fmt: skip
    asyncio.run(Front(app, None, log_access=False, proxied=proxied)(scope, receive, send))
    return b"".join(sent).decode()


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ([b"203.0.113.9"], "203.0.113.9"),
        ([b"10.9.9.9, 203.0.113.9"], "203.0.113.9"),  # what the reader wrote himself comes first
        ([b"10.9.9.9", b"2001:db8::7"], "2001:db8::7"),
        ([b"unknown"], "127.0.0.1"),
        ([b"203.0.113.9, "], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_the_last_address_is_the_readers(said: list[bytes], address: str) -> None:
    assert _ask([(b"x-forwarded-for", value) for value in said], proxied=True) == address


def test_the_proxys_own_address_is_kept_for_mutual_tls() -> None:
    """A client certificate is believed from a configured proxy: its address, not the reader's (RFC 8705)."""
    seen: list[str] = []

    def peer(environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        seen.append(peer_of(environ))
        start("200 OK", [])
        return [b""]

    for proxied in (True, False):
        _ask([(b"x-forwarded-for", b"203.0.113.9")], proxied=proxied, app=peer)
    assert seen == ["127.0.0.1", "127.0.0.1"]


def test_nobody_names_himself_without_a_proxy() -> None:
    assert _ask([(b"x-forwarded-for", b"203.0.113.9")], proxied=False) == "127.0.0.1"


def test_a_proxy_badly_written_stops_the_start() -> None:
    """Found at the start, not at the first request."""
    command = [sys.executable, "-c", "import pepites.config.settings"]
    done = subprocess.run(
        command, env=os.environ | {"PEPITES_MTLS_PROXIES": "10.0.0.0/8,mandataire"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "« mandataire »" in done.stderr
