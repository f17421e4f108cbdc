"""What `doctor` says of Pro Santé Connect: the settings, the discovery document, the keys, the clock."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpx

from pepites.cli.doctor_findings import Finding
from pepites.config import psc

_SKEW = 30  # seconds, the leeway of tokens


def checks_of_psc() -> Iterator[Finding]:
    """Not connected is no fault: local accounts let people in, until they must be homologated."""
    url = os.environ.get("PEPITES_PSC_METADATA_URL") or psc.METADATA.get(os.environ.get("PEPITES_PSC_ENV", ""), "")
    if not url or not os.environ.get("PEPITES_PSC_CLIENT_ID"):
        yield Finding("Pro Santé Connect", sound=True, detail="pas branché (PEPITES_PSC_ENV, PEPITES_PSC_CLIENT_ID)")
        return
    refusal = _settings_refusal(url)
    yield Finding("Pro Santé Connect, réglages", sound=not refusal, detail=_said("ENV"), remedy=refusal)
    host = urlsplit(url).hostname or ""
    began = time.time()
    try:
        answer = httpx.get(url, timeout=5, verify=os.environ.get("PEPITES_PSC_CA") or True, trust_env=False)
        published = answer.json()
        keys = httpx.get(published["jwks_uri"], timeout=5, trust_env=False).json()["keys"]
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, KeyError, TypeError):
        yield Finding(
            "Pro Santé Connect, découverte", sound=False, detail=host,
            remedy="Le document de découverte ou les clés ne se lisent pas : vérifiez PEPITES_PSC_ENV, le pare-feu"
            " (sortie vers cette adresse) et PEPITES_PSC_CA. Voyez aussi la page d'état de l'ANS.",
        )  # fmt: skip
        return
    yield Finding(
        "Pro Santé Connect, découverte", sound=url.startswith(f"{published.get('issuer')}/") and bool(keys),
        detail=host, remedy="Ce document n'est pas celui d'un émetteur de cette adresse : ne l'utilisez pas.",
    )  # fmt: skip
    yield from _clock(answer, began)


def _said(name: str) -> str:
    return os.environ.get(f"PEPITES_PSC_{name}", "")


def _settings_refusal(url: str) -> str:
    """Why the platform would not start with these settings."""
    return psc.refusal(
        environment=_said("ENV"), metadata_url=url, client_id=_said("CLIENT_ID"), secret=_said("CLIENT_SECRET"),
        auth=_said("CLIENT_AUTH") or psc.AUTHS[0], certificate=_said("TLS_CERT"),
        acr_allowed=(_said("ACR_ALLOWED") or "eidas1").split(","), levels=psc.levels(_said("LEVELS") or psc.LEVELS),
        public_url=os.environ.get("PEPITES_PUBLIC_URL", ""),
    )  # fmt: skip


def _clock(answer: httpx.Response, began: float) -> Iterator[Finding]:
    try:
        theirs = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return
    apart = abs(theirs - began)
    yield Finding(
        "Pro Santé Connect, horloge", sound=apart <= _SKEW, detail=f"{apart:.0f} s d'écart",
        remedy="Mettez le serveur à l'heure (NTP) : au-delà de 30 secondes, les jetons sont refusés.",
    )  # fmt: skip
