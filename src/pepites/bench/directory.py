"""``pepites bench directory``: the national directory at full size, loaded, reloaded and searched meanwhile."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo
from rich.console import Console
from rich.table import Table

from pepites.bench.base import Tools, alone, measured_base
from pepites.bench.directory_file import FIRST_DAY, NEXT_DAY

SIZES = tuple(int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "200000,2000000").split(","))
TIMES = int(os.environ.get("PEPITES_BENCH_TIMES", "100"))
REFERENCE = 2_000_000
_SERVED = "'directory_nationalperson', 'directory_nationalstructure', 'directory_nationalactivity'"


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure every size; ``met`` when every target is."""
    lines = []
    with alone(tools):
        for size in SIZES:
            console.print(f"Annuaire de {size} lignes : génération…")
            with measured_base(tools, size, 0, prepare="pepites.bench.directory_file") as environment:
                folder = Path(json.loads(environment["PEPITES_BENCH_FACTS"])["folder"])
                try:
                    lines.append({"lines": size} | _measured(tools, console, environment, size, folder))
                finally:
                    shutil.rmtree(folder, ignore_errors=True)
    targets = _targets(lines)
    _print(console, lines, targets)
    return {"sizes": lines, "targets": targets, "met": all(target["met"] for target in targets)}


def _measured(tools: Tools, console: Console, environment: dict[str, str], size: int, folder: Path) -> dict[str, Any]:
    console.print("COPY nu, puis premier chargement…")
    bare = _finished(_started("bare", str(folder / FIRST_DAY), environment))
    first = _finished(_started("load", str(folder / FIRST_DAY), environment))
    console.print("Recherches au repos…")
    quiet = _finished(_started("search", str(TIMES), environment, role="web"))
    console.print("Rechargement du lendemain (1 % change), pendant des recherches…")
    before = _written(tools, size)
    daily_load = _started("load", str(folder / NEXT_DAY), environment)
    busy = _finished(_started("search", str(TIMES * 3), environment, role="web"))  # longer than the load
    daily = _finished(daily_load)
    written, rows = _written(tools, size), _rows(tools, size)
    return {
        "bare": bare, "first": first, "ratio": round(first["seconds"] / max(bare["seconds"], 0.01), 1), "daily": daily,
        "written_share": round((written - before) / rows, 4), "search": quiet, "search_meanwhile": busy,
    }  # fmt: skip


def _started(what: str, value: str, environment: dict[str, str], *, role: str = "owner") -> "subprocess.Popen[str]":
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "pepites.bench.directory_run", what, value],
        env=environment | {"PEPITES_DB_ROLE": role}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def _finished(process: "subprocess.Popen[str]") -> dict[str, Any]:
    output, errors = process.communicate()
    if process.returncode:
        raise RuntimeError(f"pepites.bench.directory_run : {errors[-3000:]}")
    read: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    return read


def _asked(tools: Tools, size: int, query: str) -> int:
    address = make_conninfo(tools.superuser, dbname=f"pepites_mesure_{size}")
    with psycopg.connect(address, autocommit=True) as base:
        row = base.execute(query.encode()).fetchone()
    return int(row[0]) if row else 0


def _written(tools: Tools, size: int) -> int:
    """Rows inserted, changed or deleted since the base exists, by its own count."""
    return _asked(
        tools,
        size,
        "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables"  # noqa: S608
        f" WHERE relname IN ({_SERVED})",
    )


def _rows(tools: Tools, size: int) -> int:
    parts = [f"(SELECT count(*) FROM {name.strip().strip(chr(39))})" for name in _SERVED.split(",")]  # noqa: S608
    return _asked(tools, size, f"SELECT {' + '.join(parts)}")


def _targets(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for line in lines:
        if line["lines"] != REFERENCE:
            continue
        first, share, p95 = line["first"], line["written_share"], line["search"]["all"]["p95"]
        worst = max(one["p95"] for one in line["search"]["kinds"].values())
        for label, value, wanted, met in (
            ("lignes chargées par seconde", first["per_second"], "≥ 40000", first["per_second"] >= 40_000),
            ("mémoire du processus (Mo)", first["peak_mb"], "≤ 300", first["peak_mb"] <= 300),
            ("part des rangées écrite le lendemain", share, "≤ 0,02", share <= 0.02),
            ("p95 d'une recherche (ms)", p95, "≤ 50", p95 <= 50),
            ("p95 de la sorte de recherche la plus lente (ms)", worst, "≤ 50", worst <= 50),
        ):
            found.append({"label": label, "value": value, "wanted": wanted, "met": met})
    return found


def _print(console: Console, lines: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    table = Table("lignes", "COPY nu", "chargement", "lignes/s", "× COPY nu", "mémoire", "lendemain", "part écrite")
    for line in lines:
        first, daily = line["first"], line["daily"]
        table.add_row(
            str(line["lines"]), f"{line['bare']['seconds']} s", f"{first['seconds']} s", str(first["per_second"]),
            str(line["ratio"]), f"{first['peak_mb']} Mo", f"{daily['seconds']} s", f"{line['written_share']:.2%}",
        )  # fmt: skip
    console.print(table)
    for line in lines:
        kinds = Table("recherche", "médiane", "p95", "p95 pendant le chargement", title=f"{line['lines']} lignes")
        for kind, figures in line["search"]["kinds"].items():
            meanwhile = line["search_meanwhile"]["kinds"][kind]
            kinds.add_row(kind, f"{figures['p50']} ms", f"{figures['p95']} ms", f"{meanwhile['p95']} ms")
        console.print(kinds)
    for target in targets:
        console.print(
            f"{'✔' if target['met'] else '✘'} {target['label']} : {target['value']} (visé {target['wanted']})"
        )
