"""`pepites doctor`: what is wrong with this instance, and how to mend it."""

from __future__ import annotations

from contextlib import ExitStack

import click

from pepites.cli.doctor_checks import checks_of_base, checks_of_machine
from pepites.cli.doctor_findings import Finding
from pepites.cli.prepare import prepare
from pepites.config.engine import EngineError


@click.command(short_help="Vérifier l'installation.")
def doctor() -> int:
    """Vérifier la configuration et les dépendances ; dire ce qui ne va pas et comment le réparer."""
    findings = list(checks_of_machine())
    with ExitStack() as stack:
        try:
            stack.enter_context(prepare())
        except EngineError as error:
            if str(error) not in {finding.remedy for finding in findings if not finding.sound}:
                findings.append(Finding("Base de données", sound=False, remedy=str(error)))
        else:
            findings.extend(checks_of_base())
    for finding in findings:
        click.echo(finding.line())
    broken = sum(not finding.sound for finding in findings)
    if broken:
        click.echo(f"{broken} point{'s' if broken > 1 else ''} à réparer.", err=True)
        return 1
    click.echo("Tout va bien.")
    return 0
