"""Whether this instance is meant for real persons, told by the environment alone."""

from __future__ import annotations

import os

TRUE = {"1", "true", "oui", "yes"}


def in_production() -> bool:
    return os.environ.get("PEPITES_ENV") == "production"


def demo_asked() -> bool:
    return os.environ.get("PEPITES_DEMO", "").strip().lower() in TRUE


def production_setting() -> str:
    """The setting that says real persons are served, empty when none does: with it, no demonstration.

    A public address with TLS counts too: whoever forgot `PEPITES_ENV` must not open a region's base to all.
    """
    if in_production():
        return "PEPITES_ENV=production"
    if os.environ.get("PEPITES_PUBLIC_URL", "").startswith("https://"):
        return "PEPITES_PUBLIC_URL=https://…"
    return ""


def demo_refusal() -> str:
    """Why no demonstration is served here, in French."""
    return (
        f"La démonstration est refusée avec {production_setting()} : ses comptes ouvriraient la base à tous."
        " Retirez l'un des deux réglages."
    )


INSI_ENVIRONMENTS = ("production", "qualification", "demonstration")


def insi_refusal(environment: str, *, demo: bool) -> str:
    """Why this INSi environment is refused here, empty when it may be used (INS-2, criterion 5.7-9)."""
    if environment not in INSI_ENVIRONMENTS:
        return f"PEPITES_INSI_ENVIRONMENT : choisissez {', '.join(INSI_ENVIRONMENTS)}."
    if production_setting() and environment != "production":
        return (
            f"Avec {production_setting()}, PEPITES_INSI_ENVIRONMENT ne peut être que « production » : une identité"
            " d'essai ne doit jamais entrer dans la base de personnes réelles."
        )
    if demo and environment == "production":
        return (
            "Une démonstration ne s'adresse pas au téléservice INSi de production : retirez PEPITES_INSI_ENVIRONMENT."
        )
    return ""


def mail_refusal(host: str, tls: str) -> str:
    """Why mail is not sent this way, empty when it may be: a password never crosses a network in clear."""
    if tls not in ("starttls", "tls", "aucun"):
        return "PEPITES_SMTP_TLS : écrivez « starttls », « tls » ou « aucun »."
    if host and tls == "aucun" and production_setting() and host not in ("127.0.0.1", "::1", "localhost"):
        return f"Avec {production_setting()}, PEPITES_SMTP_TLS=aucun ne vaut que pour un serveur de cette machine."
    return ""
