"""What the screens of the imports show."""

from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from pepites.common.actor import Actor
from pepites.common.clock import CAYENNE, today
from pepites.coordination.importing import storage
from pepites.coordination.importing.enums import LINE_LABELS, OUTCOME_LABELS, Outcome, RunState
from pepites.coordination.importing.errors import ImportFileError, MappingError
from pepites.coordination.importing.headers import ColumnMapping, Field, map_headers
from pepites.coordination.importing.models import ImportRun
from pepites.coordination.importing.plan import parse_file
from pepites.coordination.importing.report import read_lines
from pepites.networks.models import Network

PAGE = 100
_TONES = {
    Outcome.CREATED: "success", Outcome.KNOWN: "info", Outcome.DOUBLE: "gold", Outcome.REFUSED: "danger",
    Outcome.EMPTY: "neutral",
}  # fmt: skip


def importable_networks(actor: Actor) -> list[Network]:
    """Networks the actor coordinates or administers."""
    return list(Network.objects.filter(pk__in=actor.coordinated | actor.administered, active=True).order_by("name"))


def runs_visible_to(network: Network) -> list[dict[str, object]]:
    """The network's last imports, as far as the policies let the reader see them."""
    rows = ImportRun.objects.filter(network=network).select_related("user__professional").order_by("-created_at")[:20]
    return [
        {
            "public_id": run.public_id,
            "name": run.file_name,
            "state": RunState(run.state).label,
            "at": run.created_at.astimezone(CAYENNE).strftime("%d/%m/%Y %H:%M"),
            "by": run.user.professional.display_name if run.user.professional else run.user.login,
        }
        for run in rows
    ]


def run_visible_to(network: Network, public_id: UUID) -> ImportRun | None:
    """One import of the network."""
    return ImportRun.objects.select_related("network").filter(network=network, public_id=public_id).first()


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a file: their choices (letter, header), the field → letter mapping, sheets, what is wrong."""

    choices: tuple[tuple[str, str], ...]
    chosen: dict[Field, str]
    sheets: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    error: str = ""


def columns_of(run: ImportRun) -> Columns | None:
    """The columns of a run's file as they will be read; None when the file is gone or unreadable."""
    path = storage.source_path(run.public_id)
    try:
        plan = parse_file(path, run.mapping, today())
    except MappingError as error:
        return _columns(map_headers(list(error.headers)), error=str(error))
    except ImportFileError:
        return None
    return _columns(plan.mapping, sheets=(plan.sheet.name, *plan.other_sheets) if plan.other_sheets else ())


def _columns(mapping: ColumnMapping, *, sheets: tuple[str, ...] = (), error: str = "") -> Columns:
    choices = tuple((letter(i), f"{letter(i)} : {header}") for i, header in enumerate(mapping.headers) if header)
    chosen = {field: letter(match.index) for field, match in mapping.columns.items()}
    return Columns(choices, chosen, sheets, mapping.unused, error)


def letter(index: int) -> str:
    """Letter of a column as a spreadsheet shows it: 0 → A, 26 → AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def tiles(counts: dict[str, int]) -> list[dict[str, object]]:
    """Counts by outcome, ready to print."""
    return [
        {"outcome": str(outcome), "label": OUTCOME_LABELS[outcome], "count": counts.get(outcome, 0)}
        for outcome in Outcome
    ]


def report_page(run: ImportRun, outcome: str, page: int) -> tuple[list[dict[str, str]], bool]:
    """One page of the report's lines, and whether more follow; empty once the report is gone."""
    path = storage.report_path(run.public_id)
    if not path.exists():
        return [], False
    start = (page - 1) * PAGE
    rows = list(islice(read_lines(path, outcome), start, start + PAGE + 1))
    for row in rows:
        found = Outcome(row["outcome"])
        row["label"], row["tone"] = LINE_LABELS[found], _TONES[found]
    return rows[:PAGE], len(rows) > PAGE
