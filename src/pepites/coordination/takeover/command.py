"""`pepites import history`: what the person who types it sees."""

from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from pepites.common.errors import DomainError
from pepites.coordination.importing.actors import command_actor
from pepites.coordination.importing.command import find_network, unreachable
from pepites.coordination.importing.errors import ImportFileError
from pepites.coordination.takeover import report as reports
from pepites.coordination.takeover.archive import open_archive
from pepites.coordination.takeover.enums import OUTCOME_LABELS, TABLE_LABELS, Outcome, Table
from pepites.coordination.takeover.lines import count_lines
from pepites.coordination.takeover.service import Results, Takeover, take_over


def run(file: Path, network: str, tool: str, as_login: str | None, dry_run: bool, report: Path | None) -> int:
    """Take ``file`` over into the network of slug ``network``; gives the exit code: 0 done, 1 refused or failed."""
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        target = find_network(network)
        actor = command_actor(as_login, target)
        with open_archive(file) as archive:
            total = count_lines(archive.tables)
            if report:
                reports.start(report)
            counts = _with_progress(errors, Takeover(actor, target, tool, archive, dry_run), total, report)
    except (ImportFileError, DomainError) as error:
        errors.print(str(error), markup=False)
        return 1
    except OSError as error:
        errors.print(unreachable(error), markup=False)
        return 1
    _show(console, counts, dry_run=dry_run)
    return 0


def _with_progress(console: Console, work: Takeover, total: int, report: Path | None) -> Counter[tuple[Table, Outcome]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Vérification" if work.dry_run else "Reprise", total=total)

        def on_batch(results: Results) -> None:
            if report:
                reports.add(report, results)
            progress.advance(task, len(results))

        work.on_batch = on_batch
        return take_over(work)


def _show(console: Console, counts: Counter[tuple[Table, Outcome]], *, dry_run: bool) -> None:
    console.print("Vérification sans rien écrire :" if dry_run else "Reprise terminée :")
    for table in Table:
        told = [
            f"{OUTCOME_LABELS[outcome].lower()} {counts[table, outcome]}"
            for outcome in Outcome
            if counts[table, outcome]
        ]
        if told:
            console.print(f"  {TABLE_LABELS[table]} : {', '.join(told)}", markup=False)
