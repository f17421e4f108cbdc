"""`pepites fhir`: a person's file out, in the exchange format of health."""

from __future__ import annotations

from pathlib import Path

import click

from pepites.cli.prepare import ready
from pepites.config.engine import database_urls, var_dir


@click.group("fhir", short_help="Échanger en FHIR.")
def fhir() -> None:
    """Échanger en FHIR."""


@fhir.command(short_help="Exporter le dossier d'une personne.")
@click.argument("target", metavar="SORTIE.json", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--patient", metavar="NUMÉRO", required=True, help="Identifiant du dossier, ou identifiant régional.")
@click.option("--as", "as_login", metavar="IDENTIFIANT", help="Compte avec les droits duquel exporter.")
def export(target: Path, patient: str, as_login: str | None) -> int:
    """Exporter le dossier d'une personne dans SORTIE.json : un Bundle FHIR R4 (FR Core, CDS, CdL, TDDUI)."""
    if as_login is None and not database_urls(var_dir()).owner:
        message = "Sans l'adresse du compte propriétaire (PEPITES_DATABASE_ADMIN_URL), précisez le compte avec --as."
        raise click.ClickException(message)
    with ready("web" if as_login else "owner"):
        from pepites.fhir.exports.command import run

        return run(patient, target, as_login)
