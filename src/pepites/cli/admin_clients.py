"""`pepites admin client`: the software of other structures that may speak to this platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pepites.cli.prepare import ready

if TYPE_CHECKING:
    from pepites.directory.models import Organization

_FILE = click.Path(path_type=Path)
_MAX_FILE = 64 * 1024


@click.group(short_help="Gérer les clients machines.")
def client() -> None:
    """Gérer les clients machines : les logiciels qui échangent avec Pépites."""


@client.command(short_help="Ajouter un client.")
@click.argument("identifier", metavar="IDENTIFIANT")
@click.option("--name", metavar="NOM", required=True, help="Nom lisible, par exemple « GAM du CH de Kourou ».")
@click.option("--structure", metavar="FINESS", required=True, help="Numéro FINESS, ou identifiant public.")
@click.option("--domain", metavar="OID", required=True, help="Domaine d'identification : OID ou URI.")
@click.option("--scope", "scopes", metavar="PORTÉE", required=True, multiple=True, help="Portée ; peut se répéter.")
@click.option("--jwks", metavar="FICHIER.json", type=_FILE, help="Clés publiques (JWKS).")
@click.option("--certificate", metavar="FICHIER.pem", type=_FILE, help="Certificat présenté en TLS mutuel.")
@click.option(
    "--days", metavar="JOURS", type=click.IntRange(1, 1098), default=365, show_default=True, help="Durée de validité."
)
@click.option("--fr-core", metavar="2.1|2.2", default="2.2", show_default=True, help="Génération de FR Core lue.")
def add(
    identifier: str, name: str, structure: str, domain: str, scopes: tuple[str, ...], jwks: Path | None,
    certificate: Path | None, days: int, fr_core: str,
) -> None:  # fmt: skip
    """Ajouter le client IDENTIFIANT, avec ses clés publiques, son certificat, ou les deux (alors exigés ensemble)."""
    keys = _json(jwks) if jwks else None
    pem = _read(certificate) if certificate else b""
    with ready("owner"):
        from pepites.accounts.services import NewClient, add_service_client
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor

        actor = system_actor("admin_client", channel=Channel.COMMAND)
        with unit_of_work(actor):
            created = add_service_client(
                actor=actor,
                client=NewClient(
                    client_id=identifier, name=name, organization=_organization(structure), domain_system=domain,
                    scopes=scopes, jwks=keys, certificate_sha256=_fingerprint(pem, certificate), days=days,
                    fr_core=fr_core,
                ),
            )  # fmt: skip
    click.echo(f"Client « {created.client_id} » ajouté, valable jusqu'au {created.expires_at:%d/%m/%Y}.")


@client.command("list", short_help="Montrer les clients.")
def list_clients() -> None:
    """Montrer les clients, les révoqués compris."""
    with ready("owner"):
        from pepites.accounts.selectors import service_clients

        for row in service_clients():
            used = f"{row.last_used_at:%d/%m/%Y}" if row.last_used_at else "jamais"
            click.echo(
                f"{row.client_id}\t{row.state}\t{row.organization.name}\t{row.domain_system}\t{' '.join(row.scopes)}"
                f"\tdernier usage : {used}\texpire le {row.expires_at:%d/%m/%Y}"
            )


@client.command(short_help="Révoquer un client.")
@click.argument("identifier", metavar="IDENTIFIANT")
def revoke(identifier: str) -> None:
    """Révoquer le client IDENTIFIANT : sa prochaine demande est refusée, pour toujours."""
    with ready("owner"):
        from pepites.accounts.selectors import service_client_by_id
        from pepites.accounts.services import revoke_service_client
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor

        actor = system_actor("admin_client", channel=Channel.COMMAND)
        with unit_of_work(actor):
            found = service_client_by_id(identifier)
            if found is None:
                message = f"Aucun client ne porte l'identifiant « {identifier} » : voyez pepites admin client list."
                raise click.ClickException(message)
            revoke_service_client(actor=actor, client=found)
    click.echo(f"Client « {identifier} » révoqué.")


def _read(path: Path) -> bytes:
    if not path.is_file():
        message = f"« {path} » n'existe pas ou n'est pas un fichier : vérifiez le chemin."
        raise click.ClickException(message)
    data = path.read_bytes()
    if len(data) > _MAX_FILE:
        message = f"« {path} » dépasse 64 Ko : ce n'est pas le fichier attendu."
        raise click.ClickException(message)
    return data


def _json(path: Path) -> object:
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError):
        message = f"« {path} » n'est pas du JSON : exportez les clés publiques au format JWKS."
        raise click.ClickException(message) from None


def _fingerprint(data: bytes, path: Path | None) -> str:
    from pepites.accounts.machines.certificates import fingerprint_of

    if not data:
        return ""
    try:
        return fingerprint_of(data)
    except ValueError:
        message = f"« {path} » n'est pas un certificat X.509 : donnez le fichier PEM ou DER, sans la clé privée."
        raise click.ClickException(message) from None


def _organization(text: str) -> Organization:
    from pepites.common.views import identifier
    from pepites.directory.selectors import organization_by_finess, organization_by_public_id

    public_id = identifier(text)
    found = organization_by_public_id(public_id) if public_id else organization_by_finess(text)
    if found is None:
        message = f"Aucune structure ne porte le numéro « {text} » : ajoutez-la d'abord dans l'administration."
        raise click.ClickException(message)
    return found
