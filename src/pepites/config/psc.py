"""Pro Santé Connect's settings: its environments, what is refused at start (annuaire-et-authentification §5.1, §8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from pepites.config import modes

_PATH: Final = "/auth/realms/esante-wallet/.well-known/wallet-openid-configuration"
METADATA: Final = {
    "bas": f"https://auth.bas.psc.esante.gouv.fr{_PATH}",
    "prod": f"https://auth.esw.esante.gouv.fr{_PATH}",
}
# Where browsers are sent: not the host of the discovery document.
_WALLETS: Final = {
    "auth.bas.psc.esante.gouv.fr": "https://wallet.bas.psc.esante.gouv.fr",
    "auth.esw.esante.gouv.fr": "https://wallet.esw.esante.gouv.fr",
}
ENVIRONMENTS: Final = ("", "bas", "prod", "local")
AUTHS: Final = ("client_secret_post", "tls_client_auth")
# The level a session holds for each acr (**to verify** with the homologation file: hence a setting).
LEVELS: Final = "eidas1=substantiel,eidas2=substantiel,eidas3=eleve"
KNOWN_LEVELS: Final = ("substantiel", "eleve")


def levels(text: str) -> dict[str, str]:
    """``acr=niveau,…`` as a table."""
    return {
        name.strip(): level.strip() for name, _, level in (pair.partition("=") for pair in text.split(",")) if level
    }


def origin(url: str) -> str:
    """Scheme, host and port of an address."""
    said = urlsplit(url)
    return f"{said.scheme}://{said.netloc}" if said.netloc else ""


def form_origins(metadata_url: str) -> list[str]:
    """Where a form of ours may end: signing in and out leads there (Content-Security-Policy, form-action)."""
    found = origin(metadata_url)
    wallet = _WALLETS.get(urlsplit(metadata_url).hostname or "")
    return [one for one in (found, wallet) if one]


def refusal(
    *, environment: str, metadata_url: str, client_id: str, secret: str, auth: str, certificate: str,
    acr_allowed: Sequence[str], levels: Mapping[str, str], public_url: str,
) -> str:  # fmt: skip
    """Why these settings are refused, empty when they may be used."""
    if environment not in ENVIRONMENTS:
        return "PEPITES_PSC_ENV : choisissez bas, prod ou local."
    if not (metadata_url and client_id):
        return ""
    if auth not in AUTHS:
        return "PEPITES_PSC_CLIENT_AUTH : choisissez client_secret_post ou tls_client_auth."
    if not acr_allowed:
        return "PEPITES_PSC_ACR_ALLOWED est vide : personne ne pourrait entrer. Écrivez au moins eidas1."
    if any(levels.get(acr) not in KNOWN_LEVELS for acr in acr_allowed):
        return "PEPITES_PSC_LEVELS : donnez à chaque acr admis un niveau, « substantiel » ou « eleve »."
    if auth == "client_secret_post" and not secret:
        return "PEPITES_PSC_CLIENT_SECRET manque."
    if auth == "tls_client_auth" and not certificate:
        return "PEPITES_PSC_TLS_CERT manque : c'est le certificat ORG AUTH_CLI de la structure."
    return _production_refusal(environment, metadata_url, public_url) if modes.production_setting() else ""


def _production_refusal(environment: str, metadata_url: str, public_url: str) -> str:
    if environment == "local" or not metadata_url.startswith("https://"):
        return "En production, Pro Santé Connect ne peut être ni un simulateur ni une adresse sans TLS."
    if not public_url.startswith("https://"):
        return "En production, Pro Santé Connect demande PEPITES_PUBLIC_URL=https://… : c'est là qu'il renvoie."
    return ""
