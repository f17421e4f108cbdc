"""The directory's stand-in on a real loopback socket."""

import contextlib
import threading
from collections.abc import Iterator

from pepites.interop.annuaire.client import AnnuaireClient, Pace
from pepites.interop.outgoing import Peer
from pepites_sandbox.annuaire.server import KEY, PATH, Server, State


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    server = Server("127.0.0.1", 0, State())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def client(server: Server, *, key: str = KEY, timeout: float = 2.0, rate: float = 200.0) -> AnnuaireClient:
    return AnnuaireClient(f"{server.base}{PATH}", key, Peer(timeout), Pace(rate))
