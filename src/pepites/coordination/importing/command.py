"""`pepites import patients`: what the person who types it sees."""

import errno
import json
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from pepites.common.clock import today
from pepites.common.errors import DomainError
from pepites.coordination.importing.actors import command_actor
from pepites.coordination.importing.enums import OUTCOME_LABELS, Outcome
from pepites.coordination.importing.errors import ImportFileError, MappingError
from pepites.coordination.importing.headers import LABELS, ColumnMapping
from pepites.coordination.importing.plan import ImportPlan, parse_file
from pepites.coordination.importing.report import write_header, write_lines
from pepites.coordination.importing.service import Import, Results, import_rows
from pepites.networks.models import Network


def run(
    file: Path, network: str, mapping: Path | None, as_login: str | None, dry_run: bool, report: Path | None
) -> int:
    """Import ``file`` into the network of slug ``network``; gives the exit code: 0 done, 1 refused or failed.

    The mapping, the progress and the summary go to the terminal; the message of a failure to the error output.
    """
    console, errors = Console(highlight=False), Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        target = find_network(network)
        actor = command_actor(as_login, target)
        plan = parse_file(file, _override(mapping), today())
        _show_plan(console, plan)
        with _Report(report) as lines:
            counts = _with_progress(
                errors, Import(actor, target, plan, file.name, dry_run=dry_run), [lines.add], plan.count_lines()
            )
    except (ImportFileError, DomainError) as error:
        errors.print(str(error), markup=False)
        if isinstance(error, MappingError):
            errors.print('Pour indiquer les colonnes : --map avec {"birth_date": "H"} (titre ou lettre).', markup=False)
        return 1
    except OSError as error:
        errors.print(unreachable(error), markup=False)
        return 1
    _show_counts(console, counts, dry_run=dry_run)
    return 0


def unreachable(error: OSError) -> str:
    """Why a file cannot be read or written, in French."""
    reasons = {
        errno.ENOENT: "le dossier n'existe pas",
        errno.EACCES: "vous n'avez pas le droit d'y accéder",
        errno.ENOSPC: "le disque est plein",
    }
    name = f"« {error.filename} »" if error.filename else "un fichier"
    reason = reasons.get(error.errno or 0, "vérifiez le chemin et les droits")
    return f"Lecture ou écriture impossible de {name} : {reason}."


class _Report:
    """The report asked for, written beside its place then moved there: never half a report."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.partiel") if path else None
        self._target: TextIO | None = None

    def __enter__(self) -> "_Report":
        if self._part:
            descriptor = os.open(self._part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
            self._target = open(descriptor, "w", encoding="utf-8", newline="")  # noqa: PTH123
            write_header(self._target)
        return self

    def add(self, results: Results) -> None:
        if self._target:
            write_lines(self._target, results)

    def __exit__(self, kind: object, *details: object) -> None:
        if self._target and self._part and self._path:
            self._target.close()
            if kind is None:
                self._part.replace(self._path)
            else:
                self._part.unlink(missing_ok=True)


def find_network(slug: str) -> Network:
    """The network typed in a command. Raises ``DomainError``, which names those that exist."""
    found = Network.objects.filter(slug=slug.strip().lower(), active=True).first()
    if found is None:
        known = ", ".join(Network.objects.filter(active=True).order_by("slug").values_list("slug", flat=True))
        raise DomainError(f"Le réseau « {slug} » n'existe pas. Réseaux : {known}.")
    return found


def _override(mapping: Path | None) -> dict[str, object] | None:
    if mapping is None:
        return None
    try:
        read = json.loads(mapping.read_text(encoding="utf-8-sig"))
    except ValueError:
        read = None
    if not isinstance(read, dict):
        raise ImportFileError(
            f"« {mapping.name} » n'est pas une correspondance lisible : il faut un objet JSON, par exemple "
            '{"birth_date": "Né le", "phone": "H"}.'
        )
    return read


def _show_plan(console: Console, plan: ImportPlan) -> None:
    console.print(f"Feuille « {plan.sheet.name} », titres à la ligne {plan.header_line}.", markup=False)
    table = Table("Donnée", "Colonne du fichier", "Sûreté", title="Correspondance des colonnes", title_justify="left")
    for label, header, sureness in mapping_rows(plan.mapping):
        table.add_row(label, Text(header), sureness)
    console.print(table)
    if plan.mapping.unused:
        console.print(f"Colonnes laissées de côté : {', '.join(plan.mapping.unused)}.", markup=False)
    if plan.other_sheets:
        console.print(
            f"Autres feuilles qui ressemblent à des listes, non lues : {', '.join(plan.other_sheets)}. "
            'Pour en lire une : --map avec {"sheet": "son nom"}.',
            markup=False,
        )


def mapping_rows(mapping: ColumnMapping) -> list[tuple[str, str, str]]:
    """The mapping to show: French label, header of the column, how sure."""
    words = ((0.95, "sûre"), (0.75, "probable"), (0.0, "à vérifier"))
    ordered = sorted(mapping.columns.items(), key=lambda item: item[1].index)
    return [
        (LABELS[field], match.header, next(word for floor, word in words if match.confidence >= floor))
        for field, match in ordered
    ]


def _with_progress(
    console: Console, work: Import, listeners: list[Callable[[Results], None]], total: int
) -> Counter[Outcome]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Vérification" if work.dry_run else "Import", total=total)

        def on_batch(results: Results) -> None:
            for listener in listeners:
                listener(results)
            progress.advance(task, len(results))

        work.on_batch = on_batch
        return import_rows(work)


def _show_counts(console: Console, counts: Counter[Outcome], *, dry_run: bool) -> None:
    console.print("Vérification sans rien écrire :" if dry_run else "Import terminé :")
    for outcome in Outcome:
        console.print(f"  {OUTCOME_LABELS[outcome]} ({outcome}) : {counts[outcome]}", markup=False)
    console.print(f"  Total : {counts.total()} ligne{'s' if counts.total() > 1 else ''}")
