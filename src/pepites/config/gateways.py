"""Which code holds each port of the domains; read by name, so that no domain imports ``interop`` (ADR 0008)."""

from typing import Final

GATEWAYS: Final = {
    "annuaire": "pepites.interop.annuaire.client.from_settings",
    "insi": "pepites.interop.insi.client.from_settings",
    "psc": "pepites.interop.psc.client.from_settings",
}
