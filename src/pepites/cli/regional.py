"""`pepites regional`: run the reconciliation server."""

from __future__ import annotations

import datetime as dt

import click

from pepites.cli.prepare import ready


@click.group("regional", short_help="Conduire le serveur de rapprochement.")
def regional() -> None:
    """Conduire le serveur régional de rapprochement."""


@regional.command("figures", short_help="Recalculer les indicateurs.")
@click.option("--since", metavar="AAAA-MM-JJ", type=click.DateTime(["%Y-%m-%d"]), help="Premier jour (défaut : hier).")
def figures(since: dt.datetime | None) -> None:
    """Recalculer les indicateurs de chaque jour passé, tels que l'historique permet de les dire."""
    with ready("owner"):
        from rich.progress import track

        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.common.clock import today
        from pepites.regional.services.figures import days_between, take_figures

        yesterday = today() - dt.timedelta(days=1)
        days = days_between(since.date() if since else yesterday, yesterday)
        if not days:
            message = "Ce jour n'est pas fini : donnez un jour passé."
            raise click.ClickException(message)
        actor = system_actor("regional.figures", channel=Channel.COMMAND)
        for day in track(days, description="Indicateurs", disable=len(days) == 1):
            with unit_of_work(actor):
                take_figures(actor=actor, day=day)
        click.echo(f"Jours calculés : {len(days)}.")
