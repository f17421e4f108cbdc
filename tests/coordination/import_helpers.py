"""What the import tests share: networks with their coordination, files written on the spot, outcomes by line."""

import csv
from collections import Counter
from pathlib import Path
from typing import Any

from tests import factories
from tests.conftest import as_owner

from pepites.common.actor import Actor, Channel, system_actor
from pepites.common.clock import today
from pepites.coordination.importing.deciding import FileMemory
from pepites.coordination.importing.plan import parse_file
from pepites.coordination.importing.service import Import, import_rows
from pepites.networks.models import Network

HEADERS = ["N° dossier", "Civilité", "Nom de naissance", "Nom d'usage", "Prénoms", "Né(e) le", "Lieu de naissance",
           "Téléphone", "Commune", "Observation", "Accord recueilli"]  # fmt: skip


def write_csv(path: Path, rows: list[list[str]], headers: list[str] | None = None) -> Path:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(headers or HEADERS)
        writer.writerows(rows)
    return path


def row(name: str, given: str, date: str, **values: str) -> list[str]:
    return [
        values.get("local_id", ""), values.get("sex", "Mme"), name, values.get("use_name", ""), given, date,
        values.get("place", "Cayenne"), values.get("phone", ""), values.get("commune", "Cayenne"),
        values.get("note", ""), values.get("consent", "oui"),
    ]  # fmt: skip


def a_network() -> Network:
    with as_owner():
        return factories.network()


def coordinator(network: Network, role: str = "coordination", **values: Any) -> Actor:
    with as_owner():
        practice = factories.practice(**values)
        factories.membership(network, practice, role)
        return factories.actor_for(practice)


def server() -> Actor:
    return system_actor("import", channel=Channel.COMMAND)


def outcomes(actor: Actor, network: Network, path: Path, **values: Any) -> dict[int, str]:
    """Import a file and give, by line, the outcome: ``refuse:<column>`` when refused."""
    found: dict[int, str] = {}
    hook = values.pop("on_batch", None)

    def keep(results: Any) -> None:
        if hook:
            hook(results)
        for one in results:
            found[one.line] = f"{one.outcome}:{one.column}" if one.column else str(one.outcome)

    plan = parse_file(path, values.pop("mapping", None), today())
    import_rows(Import(actor, network, plan, path.name, on_batch=keep, memory=FileMemory(), **values))
    return found


def counted(found: dict[int, str]) -> dict[str, int]:
    return dict(Counter(found.values()))
