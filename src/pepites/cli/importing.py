"""`pepites import`: bring a network's own files in."""

from __future__ import annotations

from pathlib import Path

import click

from pepites.cli.prepare import ready
from pepites.config.engine import database_urls, var_dir

_FILE = click.Path(path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)


@click.group("import", short_help="Importer des fichiers.")
def import_group() -> None:
    """Importer des fichiers."""


@import_group.command(short_help="Importer une file active.")
@click.argument("file", metavar="FICHIER", type=_FILE)
@click.option("--network", metavar="RÉSEAU", required=True, help="Réseau : maia, diam, perinat…")
@click.option("--map", "mapping", metavar="FICHIER.json", type=_FILE, help="Correspondance des colonnes corrigée.")
@click.option("--as", "as_login", metavar="IDENTIFIANT", help="Compte au nom duquel importer.")
@click.option("--dry-run", is_flag=True, help="Tout vérifier sans rien écrire.")
@click.option("--report", metavar="SORTIE.csv", type=_OUTPUT, help="Compte rendu ligne par ligne.")
def patients(
    file: Path, network: str, mapping: Path | None, as_login: str | None, dry_run: bool, report: Path | None
) -> int:
    """Importer la file active FICHIER (xlsx, ods ou csv) dans un réseau."""
    for needed in filter(None, (file, mapping)):
        if not needed.is_file():
            what = "est un dossier : indiquez un fichier" if needed.is_dir() else "n'existe pas : vérifiez le chemin"
            message = f"« {needed} » {what}."
            raise click.ClickException(message)
        if report and report.exists() and report.samefile(needed):
            message = f"Le compte rendu écraserait « {needed} » : donnez-lui un autre nom."
            raise click.ClickException(message)
    if as_login is None and not database_urls(var_dir()).owner:
        message = "Sans l'adresse du compte propriétaire (PEPITES_DATABASE_ADMIN_URL), précisez le compte avec --as."
        raise click.ClickException(message)
    with ready("worker" if as_login else "owner"):
        from pepites.coordination.importing.command import run

        return int(run(file, network, mapping, as_login, dry_run, report))


@import_group.command(short_help="Reprendre l'historique d'un autre outil.")
@click.argument("file", metavar="ARCHIVE.zip", type=_FILE)
@click.option("--network", metavar="RÉSEAU", required=True, help="Réseau : maia, diam, perinat…")
@click.option("--tool", metavar="NOM", required=True, help="Nom de l'ancien outil, écrit sur chaque élément repris.")
@click.option("--as", "as_login", metavar="IDENTIFIANT", help="Compte au nom duquel reprendre.")
@click.option("--dry-run", is_flag=True, help="Tout vérifier sans rien écrire.")
@click.option("--report", metavar="SORTIE.csv", type=_OUTPUT, help="Lignes laissées de côté.")
def history(file: Path, network: str, tool: str, as_login: str | None, dry_run: bool, report: Path | None) -> int:
    """Reprendre les conversations, notes et documents d'ARCHIVE.zip dans un réseau."""
    if report and report.exists() and file.exists() and report.samefile(file):
        message = f"Le compte rendu écraserait « {file} » : donnez-lui un autre nom."
        raise click.ClickException(message)
    tool = " ".join(tool.split())
    if not 0 < len(tool) <= 40:
        message = "Le nom de l'ancien outil (--tool) compte de 1 à 40 caractères."
        raise click.UsageError(message)
    if as_login is None and not database_urls(var_dir()).owner:
        message = "Sans l'adresse du compte propriétaire (PEPITES_DATABASE_ADMIN_URL), précisez le compte avec --as."
        raise click.ClickException(message)
    with ready("worker" if as_login else "owner"):
        from pepites.coordination.takeover.command import run

        return int(run(file, network, tool, as_login, dry_run, report))


@import_group.command(short_help="Charger l'annuaire national.")
@click.argument("files", metavar="FICHIER…", type=_FILE, nargs=-1, required=True)
@click.option("--force", is_flag=True, help="Charger même si le fichier a bien moins de lignes qu'attendu.")
@click.option("--scope", type=click.Choice(["guyane", "france"]), help="Ce qui est gardé (PEPITES_ANNUAIRE_SCOPE).")
def professionals(files: tuple[Path, ...], force: bool, scope: str | None) -> int:
    """Charger l'extraction en libre accès de l'Annuaire Santé : FICHIER, plusieurs, ou le ZIP."""
    if not database_urls(var_dir()).owner:
        message = "Charger l'annuaire demande l'adresse du compte propriétaire (PEPITES_DATABASE_ADMIN_URL)."
        raise click.ClickException(message)
    with ready("owner"):
        from pepites.directory.national.command import run

        return run(files, force=force, scope=scope)


@import_group.command(short_help="Charger les structures FINESS.")
@click.argument("file", metavar="FICHIER", type=_FILE)
@click.option("--force", is_flag=True, help="Charger même si le fichier a bien moins de structures qu'attendu.")
@click.option("--scope", type=click.Choice(["guyane", "france"]), help="Ce qui est gardé (PEPITES_ANNUAIRE_SCOPE).")
def structures(file: Path, force: bool, scope: str | None) -> int:
    """Charger l'extraction FINESS des établissements (etalab-cs1100507) : FICHIER, en CSV ou en ZIP."""
    if not database_urls(var_dir()).owner:
        message = "Charger FINESS demande l'adresse du compte propriétaire (PEPITES_DATABASE_ADMIN_URL)."
        raise click.ClickException(message)
    with ready("owner"):
        from pepites.directory.national.command import run_structures

        return run_structures(file, force=force, scope=scope)
