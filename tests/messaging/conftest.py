"""One really committed database for a whole file of tests: copying it anew for each would cost seconds."""

import asyncio
import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from typing import Any

import pytest
from django.db import connections
from tests.conftest import ROOT, _copy_template
from tests.messaging.factories import circle
from tests.messaging.streaming import Scenario, in_thread, sign_in, web_conninfo

from pepites.config.supervisor import granian_command
from pepites.messaging.live import Flux


@pytest.fixture(scope="module")
def shared_database(
    django_db_setup: None, test_database: dict[str, str], django_db_blocker: Any
) -> Generator[dict[str, str]]:
    """Connection parameters of a database whose rows stay until the end of the file."""
    with django_db_blocker.unblock():
        yield test_database
        connections.close_all()
    _copy_template(test_database["superuser"], test_database["template"], test_database["dbname"])


@pytest.fixture
def play(shared_database: dict[str, str]) -> Callable[[Scenario], None]:
    """Run a scenario with a live stream on really committed data."""

    def run(scenario: Scenario) -> None:
        async def whole() -> None:
            c = await in_thread(circle)
            cookies = await in_thread(lambda: {name: sign_in(getattr(c, name)) for name in ("ana", "jean", "outsider")})
            flux = Flux(web_conninfo(shared_database))
            await flux.startup()
            try:
                await scenario(flux, c, cookies)
            finally:
                await flux.shutdown()

        asyncio.run(whole())

    return run


@pytest.fixture(scope="module")
def served(shared_database: dict[str, str]) -> Generator[str]:
    """Address of a real front process (Granian, the live stream and Django) on the committed database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "PEPITES_DATABASE_URL": web_conninfo(shared_database),
        "PEPITES_DB_ROLE": "web",
        "PYTHONPATH": str(ROOT / "src"),
        "PEPITES_POOL": "4",
    }
    process = subprocess.Popen(granian_command("127.0.0.1", port, workers=1), env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(150):
            with contextlib.suppress(OSError, urllib.error.HTTPError):
                urllib.request.urlopen(f"{address}/etat", timeout=1).read()
                break
            time.sleep(0.1)
        time.sleep(0.5)  # the live stream opens just after
        yield address
    finally:
        process.terminate()
        process.wait(15)
