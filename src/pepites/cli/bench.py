"""`pepites bench`: the measures the documentation quotes."""

from __future__ import annotations

import click

from pepites.cli.prepare import ready


@click.command(short_help="Mesurer.")
@click.argument("name", metavar="MESURE")
@click.option("--json", "as_json", is_flag=True, help="Résultat en JSON.")
def bench(name: str, as_json: bool) -> int:
    """Lancer la MESURE (web, live…) sur une base faite pour elle, à côté de celle de l'instance."""
    with ready():
        from pepites.bench.base import Tools
        from pepites.bench.main import run
        from pepites.config.engine import database_urls, ensure_roles, superuser_dsn, var_dir
        from pepites.config.supervisor import granian_command

        urls = database_urls(var_dir())
        tools = Tools(
            ensure_roles=lambda base: ensure_roles(urls, database=base),
            superuser=superuser_dsn(var_dir()) if urls.embedded else urls.owner,
            front_command=lambda port: granian_command("127.0.0.1", port, workers=1),
            migrate_module="pepites.cli.migrate",
        )
        return run(name, as_json, tools)
