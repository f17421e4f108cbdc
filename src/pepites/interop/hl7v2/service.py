"""The listener as a process of its own: settings, TLS, threads of Django, a clean stop."""

import asyncio
import ipaddress
import logging
import signal
import ssl

from django.conf import settings
from django.db import close_old_connections

from pepites.common.errors import DomainError
from pepites.interop.hl7v2.listener import Listener, tls_context
from pepites.interop.hl7v2.processing import answer

logger = logging.getLogger("pepites.hl7v2")


class BadSettings(DomainError):
    """The listener cannot start as it is configured; the message says how to mend it."""

    status = 500


def threaded_answer(data: bytes, address: str, certificate_sha256: str) -> bytes:
    """``answer`` in a thread: its database connection goes back to the pool afterwards."""
    close_old_connections()
    try:
        return answer(data, address=address, certificate_sha256=certificate_sha256)
    finally:
        close_old_connections()


def configured_tls() -> ssl.SSLContext | None:
    """TLS as configured; raises ``BadSettings`` for half a configuration, or none on a network in production."""
    files = (settings.PEPITES_HL7_TLS_CERT, settings.PEPITES_HL7_TLS_KEY, settings.PEPITES_HL7_TLS_CA)
    if all(files):
        try:
            return tls_context(*files)
        except (OSError, ssl.SSLError):
            raise BadSettings(
                "Un fichier TLS de l'écoute HL7 ne peut être lu : vérifiez les trois réglages TLS."
            ) from None
    if any(files):
        raise BadSettings("Donnez ensemble PEPITES_HL7_TLS_CERT, PEPITES_HL7_TLS_KEY et PEPITES_HL7_TLS_CA.")
    if settings.PRODUCTION and not is_loopback(settings.PEPITES_HL7_HOST):
        raise BadSettings(
            "En production, l'écoute HL7 sort de cette machine sous TLS seulement : réglez PEPITES_HL7_TLS_CERT, ou "
            "laissez PEPITES_HL7_HOST à 127.0.0.1 derrière un tunnel."
        )
    return None


def is_loopback(host: str) -> bool:
    """Whether an address is on this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


async def serve(port: int, *, stopping: asyncio.Event | None = None) -> None:
    """Listen until told to stop."""
    listener = Listener(threaded_answer, tls=configured_tls())
    stop = stopping or asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    heard = await listener.start(settings.PEPITES_HL7_HOST, port)
    logger.info("écoute HL7 v2 sur le port %s", heard)
    await stop.wait()
    await listener.stop()
