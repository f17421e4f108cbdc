"""`pepites admin`: first way in on a fresh base."""

from __future__ import annotations

import os
from datetime import datetime

import click

from pepites.cli.admin_clients import client
from pepites.cli.prepare import ready

_DAY = click.DateTime(["%Y-%m-%d"])


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


@admin.command(short_help="Enregistrer l'homologation des comptes locaux.")
@click.argument("reference", metavar="RÉFÉRENCE")
@click.option("--signataire", "signatory", metavar="NOM", required=True, help="Qui a signé la décision.")
@click.option("--signee", "signed_on", metavar="AAAA-MM-JJ", type=_DAY, required=True, help="Date de signature.")
@click.option("--fin", "expires_on", metavar="AAAA-MM-JJ", type=_DAY, required=True, help="Fin, trois ans au plus.")
def homologation(reference: str, signatory: str, signed_on: datetime, expires_on: datetime) -> None:
    """Enregistrer la décision RÉFÉRENCE, qui rend réguliers les comptes locaux à côté de Pro Santé Connect (RIE)."""
    with ready("owner"):
        from pepites.accounts.services import record_homologation
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor

        actor = system_actor("admin_homologation", channel=Channel.COMMAND)
        with unit_of_work(actor):
            made = record_homologation(
                actor=actor, reference=reference, signatory=signatory, signed_on=signed_on.date(),
                expires_on=expires_on.date(),
            )  # fmt: skip
    click.echo(f"Homologation « {made.reference} » enregistrée, jusqu'au {made.expires_on:%d/%m/%Y}.")


@admin.command(short_help="Déclarer une panne de Pro Santé Connect.")
@click.argument("reason", metavar="CONSTAT")
@click.option("--heures", "hours", metavar="N", type=click.IntRange(1, 12), default=4, help="Douze au plus ; 4 sinon.")
def panne(reason: str, hours: int) -> None:
    """Déclarer que Pro Santé Connect ne laisse entrer personne : les codes de secours imprimés laissent entrer."""
    with ready("owner"):
        from pepites.accounts.outage.services import declare_outage
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.common.clock import CAYENNE

        actor = system_actor("admin_panne", channel=Channel.COMMAND)
        with unit_of_work(actor):
            made = declare_outage(actor=actor, reason=reason, hours=hours)
    click.echo(f"Panne déclarée, jusqu'au {made.ends_at.astimezone(CAYENNE):%d/%m/%Y à %H h %M} (heure de Cayenne).")


admin.add_command(client)
