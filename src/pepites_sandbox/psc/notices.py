"""Telling the services that a session is over (back-channel logout): one try each, in the background."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode

from pepites_sandbox.psc.state import State
from pepites_sandbox.psc.tokens import logout_token


@dataclass(frozen=True)
class Ended:
    """A session that is over, and the services it had opened."""

    sid: str
    number: str
    clients: tuple[str, ...]


def tell(state: State, issuer: str, ended: Ended) -> None:
    """Send the notices, without making the browser wait."""
    threading.Thread(target=_tell, args=(state, issuer, ended), daemon=True).start()


def _tell(state: State, issuer: str, ended: Ended) -> None:
    for name in ended.clients:
        client = state.clients.get(name)
        if client is None or not client.backchannel_logout_uri.startswith(("http://", "https://")):
            continue
        token = logout_token(state, issuer, client, ended.sid, ended.number)
        for _ in range(2 if state.fault == "fin_rejouee" else 1):
            _post(client.backchannel_logout_uri, token)


def _post(url: str, token: str) -> None:
    request = urllib.request.Request(url, urlencode({"logout_token": token}).encode(), method="POST")  # noqa: S310
    try:
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310
    except (urllib.error.URLError, OSError, ValueError):
        return
