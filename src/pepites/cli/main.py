"""`pepites`: the commands people type (design §6). Exit codes: 0 done, 1 refused or failed, 2 wrong usage."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from pepites.cli.admin import admin
from pepites.cli.bench import bench
from pepites.cli.demo import demo
from pepites.cli.doctor import doctor
from pepites.cli.fhir import fhir
from pepites.cli.french import speak_french, usage_sentence
from pepites.cli.hl7 import hl7
from pepites.cli.identity import identity
from pepites.cli.importing import import_group
from pepites.cli.regional import regional
from pepites.cli.sandbox import sandbox
from pepites.cli.serve import serve
from pepites.cli.worker import worker
from pepites.config.engine import EngineError
from pepites.config.supervisor import AlreadyServedError

_HELP = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_HELP, epilog="Réglages : variables PEPITES_*, voir docs/exploitation/reglages.md.")
def cli() -> None:
    """Pépites : coordination, identité et dossier de santé pour une région."""


for command in (serve, worker, hl7, demo, doctor, admin, import_group, identity, fhir, regional, sandbox, bench):
    cli.add_command(command)
speak_french(cli)


def _say(message: str) -> None:
    click.echo(message, err=True)


def _failure(error: Exception) -> int:
    """Tell why the command failed, in French, without values that could name somebody."""
    if isinstance(error, EngineError | AlreadyServedError):
        _say(str(error))
    elif sentence := getattr(error, "message", None):
        _say(str(sentence))
    elif isinstance(error, OSError) and error.filename:
        _say(
            f"« {error.filename} » ne peut être lu ou écrit : vérifiez le chemin, les droits et la place sur le disque."
        )
    elif os.environ.get("PEPITES_TRACE") == "1":
        raise error
    else:
        _say(f"La commande a échoué ({type(error).__name__}). Relancez-la avec PEPITES_TRACE=1 pour voir le détail.")
    return 1


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    try:
        done = cli.main(args=arguments, prog_name="pepites", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        _say(error.format_message())
        return 2
    except click.UsageError as error:
        _say(usage_sentence(error))
        if error.ctx is not None:
            _say(f"Pour l'aide : {error.ctx.command_path} --help")
        return 2
    except (click.Abort, KeyboardInterrupt):
        _say("Interrompu.")
        return 1
    except click.ClickException as error:
        _say(error.message)
        return 1
    except SystemExit as error:
        return _exit_code(error)
    except Exception as error:  # noqa: BLE001
        return _failure(error)
    return done if isinstance(done, int) else 0


def _exit_code(error: SystemExit) -> int:
    if error.code is None or isinstance(error.code, int):
        return error.code or 0
    _say(str(error.code))
    return 1


def main() -> None:
    sys.exit(run())


if __name__ == "__main__":
    main()
