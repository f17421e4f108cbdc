"""What `doctor` says of INSi: the address, the environment, the certificate and its end."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509

from pepites.cli.doctor_findings import Finding
from pepites.config.modes import demo_asked, insi_refusal, production_setting

_SOON = 45 * 86_400  # seconds: a certificate of IGC-Santé takes weeks to renew
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def checks_of_insi() -> Iterator[Finding]:
    """Nothing to mend when INSi is not connected: care goes on without it (INSI-5)."""
    url = os.environ.get("PEPITES_INSI_URL", "")
    if not url:
        yield Finding("INSi", sound=True, detail="pas branché (PEPITES_INSI_URL)")
        return
    environment = os.environ.get("PEPITES_INSI_ENVIRONMENT", "production" if production_setting() else "demonstration")
    refusal = insi_refusal(environment, demo=demo_asked())
    yield Finding("INSi, environnement", sound=not refusal, detail=environment, remedy=refusal)
    said = urlsplit(url)
    address = _address(said.scheme, said.hostname or "")
    yield address
    if not address.sound:
        return
    yield _answers(said.hostname or "", said.port or (443 if said.scheme == "https" else 80))
    if said.scheme == "https":
        yield from _certificates()
    if environment == "production":
        yield Finding(
            "INSi, numéro d'autorisation",
            sound=bool(os.environ.get("PEPITES_INSI_IDAM")),
            remedy="Donnez PEPITES_INSI_IDAM : le numéro d'autorisation délivré par le CNDA.",
        )


def _address(scheme: str, host: str) -> Finding:
    return Finding(
        "INSi, adresse",
        sound=scheme == "https" or (scheme == "http" and host in _LOOPBACK),
        detail=host,
        remedy="Hors de cette machine, l'adresse doit commencer par https:// : sinon aucun appel n'est fait.",
    )


def _answers(host: str, port: int) -> Finding:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return Finding(
            "INSi, connexion", sound=False, detail=f"{host}:{port}",
            remedy="Personne ne répond à cette adresse : vérifiez PEPITES_INSI_URL et le pare-feu. L'accueil continue.",
        )  # fmt: skip
    return Finding("INSi, connexion", sound=True, detail=f"{host}:{port}")


def _certificates() -> Iterator[Finding]:
    for setting, label in (("PEPITES_INSI_CERT", "certificat"), ("PEPITES_INSI_CA", "autorités")):
        name = os.environ.get(setting, "")
        if not name:
            yield Finding(
                f"INSi, {label}", sound=False, detail=setting,
                remedy=f"Donnez {setting} : le chemin d'un fichier PEM (certificat d'organisation IGC-Santé).",
            )  # fmt: skip
            continue
        yield _expiry(label, setting, Path(name))
    key = Path(os.environ.get("PEPITES_INSI_KEY") or os.environ.get("PEPITES_INSI_CERT", ""))
    closed = key.is_file() and not key.stat().st_mode & 0o077
    yield Finding(
        "INSi, clé privée", sound=closed, detail=key.name,
        remedy=f"Le fichier de PEPITES_INSI_KEY doit exister et n'être lu que par ce compte : chmod 600 {key.name}",
    )  # fmt: skip


def _expiry(label: str, setting: str, path: Path) -> Finding:
    try:
        ends = min(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError):
        return Finding(
            f"INSi, {label}", sound=False, detail=path.name,
            remedy=f"{setting} : le fichier n'existe pas ou n'est pas un certificat PEM.",
        )  # fmt: skip
    left = ends.timestamp() - time.time()
    return Finding(
        f"INSi, {label}",
        sound=left > _SOON,
        detail=f"valable jusqu'au {ends:%d/%m/%Y}",
        remedy="Demandez son renouvellement dès maintenant : sans lui, INSi ne répondra plus.",
    )
