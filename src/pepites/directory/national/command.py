"""`pepites import professionals`: what the person who types it sees."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from django.conf import settings
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from pepites.common.errors import DomainError
from pepites.directory.enums import Scope
from pepites.directory.finess.loading import load_structures
from pepites.directory.models import DirectoryLoad
from pepites.directory.national.loading import load_files
from pepites.directory.national.selectors import lost_professionals


def run(paths: tuple[Path, ...], *, force: bool, scope: str | None) -> int:
    """Load the files; the exit code: 0 done, 1 refused or failed. Progress and messages go to the error output."""
    console = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        with _Bar(errors) as bar:
            wanted = Scope(scope or settings.PEPITES_ANNUAIRE_SCOPE)
            loads = load_files(paths, scope=wanted, force=force, listener=bar)
    except DomainError as error:
        errors.print(error.message, markup=False)
        return 1
    for load in loads:
        console.print(_sentence(load), markup=False)
    lost = lost_professionals()
    if lost:
        who = "1 professionnel qui travaille avec Pépites n'est" if len(lost) == 1 else (
            f"{len(lost)} professionnels qui travaillent avec Pépites ne sont"
        )  # fmt: skip
        errors.print(f"{who} plus dans l'annuaire national : voyez la page « Annuaire ».", markup=False)
    return 0


def run_structures(path: Path, *, force: bool, scope: str | None) -> int:
    """Load a FINESS extraction; the exit code: 0 done, 1 refused or failed."""
    console = Console(highlight=False, soft_wrap=True)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    try:
        with _Bar(errors) as bar:
            wanted = Scope(scope or settings.PEPITES_ANNUAIRE_SCOPE)
            load = load_structures(path, scope=wanted, force=force, listener=bar)
    except DomainError as error:
        errors.print(error.message, markup=False)
        return 1
    console.print(_sentence(load), markup=False)
    return 0


def _sentence(load: DirectoryLoad) -> str:
    bad = f" ; {load.bad_rows} lignes illisibles laissées de côté ({load.error})" if load.bad_rows else ""
    if not (load.added or load.changed or load.gone):
        return f"{load.file_name} : {load.rows} lignes, rien à changer{bad}."
    return (
        f"{load.file_name} : {load.rows} lignes ; {load.added} ajouts, {load.changed} changements, "
        f"{load.gone} retraits{bad}."
    )


class _Bar:
    """A progress bar on the terminal, one line a file."""

    def __init__(self, console: Console) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task: TaskID | None = None

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def reading(self, name: str, size: int) -> Callable[[int], None]:
        task = self._progress.add_task(f"Lecture de {name}", total=size)
        return lambda read: self._progress.advance(task, read)

    def step(self, text: str) -> None:
        self._progress.add_task(text, total=None)
