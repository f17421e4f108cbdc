"""`pepites admin`: first way in on a fresh base."""

from __future__ import annotations

import os

import click

from pepites.cli.admin_clients import client
from pepites.cli.prepare import ready


@click.group(short_help="Administrer les comptes.")
def admin() -> None:
    """Administrer les comptes."""


@admin.command(short_help="Inviter une personne.")
@click.argument("login", metavar="IDENTIFIANT")
def invite(login: str) -> None:
    """Créer le compte IDENTIFIANT s'il manque et afficher son lien d'entrée, valable une fois et 24 heures."""
    with ready("owner"):
        from pepites.accounts.services import create_invitation
        from pepites.common.actor import Channel, system_actor

        link = create_invitation(login=login, actor=system_actor("admin_invite", channel=Channel.COMMAND))
    base = os.environ.get("PEPITES_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
    click.echo(f"{base}{link}")
    if not os.environ.get("PEPITES_PUBLIC_URL"):
        click.echo(
            "Pépites répond à une autre adresse ? Remplacez le début du lien, ou donnez PEPITES_PUBLIC_URL.", err=True
        )
    click.echo("Ce lien sert une seule fois, pendant 24 heures. Remettez-le en main propre.", err=True)


admin.add_command(client)
