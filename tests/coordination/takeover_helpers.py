"""What the tests of takeovers share: archives made on the spot, a small followed world, what a passage gives."""

import csv
import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.conftest import as_owner
from tests.coordination.import_helpers import outcomes, row, write_csv

from pepites.common.actor import Actor
from pepites.coordination.models import LocalIdentifier
from pepites.coordination.takeover.archive import open_archive
from pepites.coordination.takeover.service import Result, Takeover, take_over
from pepites.networks.models import Network

TOOL = "Ancien outil"
MOMENT = "2023-04-05 10:20"
Tables = dict[str, list[dict[str, str]]]


def table(rows: list[dict[str, str]]) -> bytes:
    """A CSV of the columns that the rows use."""
    target = io.StringIO()
    writer = csv.DictWriter(target, list(dict.fromkeys(name for one in rows for name in one)), delimiter=";")
    writer.writeheader()
    writer.writerows(rows)
    return target.getvalue().encode()


def archive(path: Path, tables: Tables, files: dict[str, bytes] | None = None) -> Path:
    """An archive on disk."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, rows in tables.items():
            target.writestr(f"{name}.csv", table(rows))
        for name, content in (files or {}).items():
            target.writestr(f"pieces/{name}", content)
    return path


def followed(tmp_path: Path, actor: Actor, network: Network) -> dict[str, int]:
    """Two persons of the network's file active, by their number there: D1 Maria WU, D2 Ana ALBA."""
    rows = [row("WU", "Maria", "31/01/1951", local_id="D1"), row("ALBA", "Ana", "02/02/1960", local_id="D2")]
    outcomes(actor, network, write_csv(tmp_path / "file-active.csv", rows))
    with as_owner():
        return dict(LocalIdentifier.objects.filter(network=network).values_list("value", "patient_id"))


def note(number: str, **values: str) -> dict[str, str]:
    return {"id": number, "dossier": "D1", "date": MOMENT, "auteur": "Lise Roy", "texte": f"Texte {number}"} | values


def message(number: str, conversation: str = "C1", **values: str) -> dict[str, str]:
    return {
        "id": number, "conversation": conversation, "date": MOMENT, "auteur": "Lise Roy", "texte": f"Dit {number}",
    } | values  # fmt: skip


def passage(actor: Actor, network: Network, path: Path, **values: Any) -> dict[str, Result]:
    """Take an archive over; what became of each line, by ``table:line``."""
    found: dict[str, Result] = {}
    hook = values.pop("on_batch", None)

    def keep(results: Any) -> None:
        if hook:
            hook(results)
        found.update({f"{one.table}:{one.line}": one for one in results})

    with open_archive(path) as opened:
        take_over(Takeover(actor, network, TOOL, opened, on_batch=keep, **values))
    return found


def counted(found: dict[str, Result]) -> dict[str, int]:
    return dict(Counter(str(one.outcome) for one in found.values()))
