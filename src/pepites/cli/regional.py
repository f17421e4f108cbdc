"""`pepites regional`: run the reconciliation server."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

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


@regional.command("drift", short_help="Regarder ce qui dérive.")
def drift() -> None:
    """Comparer la région à la semaine passée et à ce que le modèle a appris ; dire ce qui demande un regard."""
    with ready("owner"):
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.regional.services.drift import take_look

        actor = system_actor("regional.drift", channel=Channel.COMMAND)
        with unit_of_work(actor):
            told = take_look(actor=actor)
        click.echo("\n".join(told) if told else "Rien n'a dérivé.")


@regional.command("export", short_help="Exporter les rapprochements.")
@click.argument("folder", metavar="DOSSIER", type=click.Path(path_type=Path, file_okay=False))
def export(folder: Path) -> None:
    """Écrire dans DOSSIER, neuf ou vide, tous les liens, les « deux personnes » et les identifiants remplacés."""
    with ready("owner"):
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.regional.closure import export_links

        actor = system_actor("regional.export", channel=Channel.COMMAND)
        with unit_of_work(actor):
            counts = export_links(actor=actor, folder=folder)
        click.echo("\n".join(f"{name} : {lines} lignes" for name, lines in counts.items()))


@regional.command("close", short_help="Annoncer la fermeture, ou fermer.")
@click.argument("folder", metavar="[DOSSIER]", required=False, type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--on", "day", metavar="AAAA-MM-JJ", type=click.DateTime(["%Y-%m-%d"]), help="Annoncer ce jour, sans fermer."
)
@click.option("--cancel", is_flag=True, help="Retirer l'annonce.")
def close(folder: Path | None, day: dt.datetime | None, cancel: bool) -> None:
    """Fermer le serveur régional après avoir tout exporté dans DOSSIER ; ou annoncer le jour avec --on.

    Fermé, il ne reçoit, ne rapproche et ne décide plus rien ; Pépites continue, et ce qui fut lié reste lisible.
    """
    if [folder is not None, day is not None, cancel].count(True) != 1:
        message = "Donnez un DOSSIER pour fermer, ou --on pour annoncer, ou --cancel pour retirer l'annonce."
        raise click.UsageError(message)
    with ready("owner"):
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.regional.closure import announce_closure, close_server

        actor = system_actor("regional.close", channel=Channel.COMMAND)
        with unit_of_work(actor):
            if folder is None:
                announce_closure(actor=actor, day=day.date() if day else None)
                click.echo(f"Fermeture annoncée pour le {day:%d/%m/%Y}." if day else "Annonce retirée.")
                return
            counts = close_server(actor=actor, folder=folder)
        click.echo(
            "\n".join([*(f"{name} : {lines} lignes" for name, lines in counts.items()), "Serveur régional fermé."])
        )
