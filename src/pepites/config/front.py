"""`pepites.config.front:app`, what Granian serves."""

from __future__ import annotations

import logging
import os

from pepites.config.front_asgi import Front, Live
from pepites.config.wsgi import application


def _live() -> Live | None:
    """The live stream, or None: pages are served even when it cannot load."""
    try:
        from pepites.messaging.live import flux
    except ImportError as error:
        logging.getLogger("pepites.front").warning("direct absent : %s", error.name)
        return None
    return flux


def _threads() -> int:
    """Threads of this process: never more than the database pool has connections (trap 13)."""
    wanted, pool = int(os.environ.get("PEPITES_THREADS", "4")), int(os.environ.get("PEPITES_POOL", "8"))
    return max(1, min(wanted, pool))


app = Front(
    application,
    _live(),
    threads=_threads(),
    log_access=os.environ.get("PEPITES_ACCESS_LOG", "1") != "0",
    proxied=os.environ.get("PEPITES_ENV") == "production",
)
