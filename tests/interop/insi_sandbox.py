"""The simulator on a real loopback socket, for the tests of the client and of the screens."""

import contextlib
import threading
from collections.abc import Iterator

from pepites.interop.insi import client as wire
from pepites.interop.insi.envelope import Software
from pepites_sandbox.insi.server import Server
from pepites_sandbox.insi.service import State

SOFTWARE = Software("essai", "pepites", "0", "11111111-2222-3333-4444-555555555555", "essai")


@contextlib.contextmanager
def serving(environment: str = "qualification") -> Iterator[tuple[str, State]]:
    """Gives the address of the simulator, and the state its control page changes."""
    server = Server("127.0.0.1", 0, State(environment=environment))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/lps", server.state
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join(5)


def client(url: str, environment: str = "qualification", timeout: float = 2.0) -> wire.InsiClient:
    return wire.InsiClient(wire.Settings(url, environment, SOFTWARE, timeout=timeout))
