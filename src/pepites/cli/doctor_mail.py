"""What `doctor` says of the mail of the notices: the server, and what it did not take."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Iterator

import psycopg

from pepites.cli.doctor_findings import Finding
from pepites.config.engine import Urls

SEND_TASK = "notifications.send"  # of ``notifications.delivery``, which needs the application started
_FAILED = (
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = %s"
    " AND (status = 'failed' OR (status = 'todo' AND attempts > 0))"
)


def checks_of_mail() -> Iterator[Finding]:
    """No server is no fault: everything is read in the platform."""
    host = os.environ.get("PEPITES_SMTP_HOST", "").strip()
    if not host:
        yield Finding("Courriel", sound=True, detail="pas réglé (PEPITES_SMTP_HOST) : tout se lit dans Pépites")
        return
    yield Finding(
        "Courriel", sound=_greets(host), detail=host,
        remedy="Le serveur d'envoi ne répond pas comme prévu : vérifiez PEPITES_SMTP_HOST, PEPITES_SMTP_PORT,"
        " PEPITES_SMTP_TLS, le compte d'envoi et le pare-feu.",
    )  # fmt: skip


def checks_of_sent_mail(urls: Urls) -> Iterator[Finding]:
    """Messages that the server refused: tried again, then given up."""
    try:
        with psycopg.connect(urls.worker or urls.owner, connect_timeout=10) as connection:
            row = connection.execute(_FAILED, [SEND_TASK]).fetchone()
    except psycopg.Error:
        return
    count = row[0] if row else 0
    yield Finding(
        "Courriels en échec", sound=not count, detail=str(count),
        remedy="Des courriels n'ont pas pu partir. Rien n'est perdu : ils sont repris, et tout se lit dans Pépites."
        " Vérifiez le serveur d'envoi.",
    )  # fmt: skip


def _greets(host: str) -> bool:
    port = int(os.environ.get("PEPITES_SMTP_PORT", "").strip() or "587")
    mode = os.environ.get("PEPITES_SMTP_TLS", "").strip() or "starttls"
    user, password = os.environ.get("PEPITES_SMTP_USER", ""), os.environ.get("PEPITES_SMTP_PASSWORD", "")
    try:
        if mode == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=5, context=ssl.create_default_context())
        else:
            server = smtplib.SMTP(host, port, timeout=5)
        with server:
            server.ehlo()
            if mode == "starttls":
                server.starttls(context=ssl.create_default_context())
            if user:
                server.login(user, password)
    except (OSError, smtplib.SMTPException):
        return False
    return True
