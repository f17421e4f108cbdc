"""``pepites bench identity``: matching without INS on populations never trained on, beside Splink tuned, one run."""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from pepites.bench.base import Tools, alone
from pepites.bench.matching_quality import Truth, clusters, eligible_recall, read_labels, read_truth, review_recall
from pepites.bench.population import generate

SEEDS = {100_000: 41, 200_000: 42, 1_000_000: 43}
SIZES = tuple(int(size) for size in os.environ.get("PEPITES_BENCH_SIZES", "100000,200000").split(","))
NOISE = float(os.environ.get("PEPITES_BENCH_NOISE", "1"))
DRAW = int(os.environ.get("PEPITES_BENCH_DRAW", "0"))
THREADS = os.cpu_count() or 2
JUDGED = 200_000


def run(tools: Tools, console: Console) -> dict[str, Any]:
    """Measure every size; ``met`` when every target is."""
    with alone(tools):
        lines = [_measured(size, console) for size in SIZES]
    targets = _targets(lines)
    _print(console, lines, targets)
    return {"sizes": lines, "targets": targets, "met": all(target["met"] for target in targets)}


def _measured(size: int, console: Console) -> dict[str, Any]:
    console.print(f"Population de {size} fiches…")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(size, SEEDS.get(size, size) + DRAW, noise=NOISE).write(folder)
        truth = read_truth(folder / "truth.csv")
        console.print("Rapprochement de Pépites…")
        own = _own(folder)
        console.print("Rapprochement de Splink seul…")
        peer = _peer(folder)
        found = clusters(read_labels(folder / "out.csv", "cluster_id"), truth)
        automatic = read_labels(folder / "out.csv", "auto_cluster_id")
        auto = clusters(automatic, truth)
        eligible = eligible_recall(folder / "identities.csv", automatic, truth)
        recall, review = review_recall(folder / "pairs.csv", truth)
        best = max((clusters(_numbers(labels), truth) for labels in peer["labels"].values()), key=lambda one: one["f1"])
    return {
        "records": size, "seconds": own["seconds"], "peak_mb": own["peak_mb"], "cluster": found, "auto": auto,
        "eligible_recall": eligible, "review_recall": recall, "review_pairs": review, "true_largest": _largest(truth),
        "coverage": peer["coverage"],
        "splink": {"seconds": peer["seconds"], "peak_mb": peer["peak_mb"], "cluster": best},
        "ratio": round(own["seconds"] / peer["seconds"], 2),
    }  # fmt: skip


def _largest(truth: Truth) -> int:
    return int(np.bincount(truth.person).max())


def _numbers(labels: Sequence[str]) -> Any:
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int64)


def _own(folder: Path) -> dict[str, Any]:
    arguments = [str(folder / "identities.csv"), str(folder / "out.csv"), str(folder / "pairs.csv"), str(THREADS)]
    return _process("pepites.bench.link_run", [*arguments, str(folder / "own.json")], folder / "own.json")


def _peer(folder: Path) -> dict[str, Any]:
    arguments = [str(folder / "identities.csv"), str(THREADS), str(folder / "peer.json")]
    return _process("pepites.bench.splink_tuned", arguments, folder / "peer.json")


def _process(module: str, arguments: list[str], result: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-m", module, *arguments], check=False, capture_output=True, text=True)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"{module} : {done.stderr[-2000:]}")
    read: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
    return read


def _targets(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    targets = _growth(lines)
    for line in lines:
        wanted = [
            ("temps, rapport à Splink réglé", line["ratio"], "≤", 0.5),
            ("mémoire (Mo)", line["peak_mb"], "≤", 6000),
            (
                "plus grand groupe, rapport au vrai",
                round(line["cluster"]["largest"] / line["true_largest"], 2),
                "≤",
                1.2,
            ),
        ]
        if line["records"] == JUDGED:
            wanted += [
                ("groupes, F1", line["cluster"]["f1"], "≥", 0.965),
                ("groupes automatiques, précision", line["auto"]["precision"], "≥", 0.999),
                ("groupes automatiques, rappel", line["auto"]["recall"], "≥", 0.80),
                ("rappel automatique des paires que STIC-7 laisse lier", line["eligible_recall"], "≥", 0.95),
                ("rappel A et B", line["review_recall"], "≥", 0.97),
                ("jumeaux réunis d'office", line["auto"]["twins"], "≤", 5),
                ("jumeaux réunis dans un groupe", line["cluster"]["twins"], "≤", 199),
                ("écart de rappel entre communautés", line["cluster"]["gap"], "≤", 0.015),
            ]
        targets += [
            {"records": line["records"], "name": name, "value": value, "sign": sign, "target": target,
             "met": value >= target if sign == "≥" else value <= target}
            for name, value, sign, target in wanted
        ]  # fmt: skip
    return targets


def _growth(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Time from the smallest to the largest file against n·log n."""
    few, many = min(lines, key=_size), max(lines, key=_size)
    if few is many:
        return []
    expected = many["records"] * math.log(many["records"]) / (few["records"] * math.log(few["records"]))
    value = round(many["seconds"] / few["seconds"] / expected, 2)
    name = f"croissance depuis {few['records']} fiches, rapport à n·log n"
    return [{"records": many["records"], "name": name, "value": value, "sign": "≤", "target": 1.0, "met": value <= 1.0}]


def _size(line: dict[str, Any]) -> int:
    return int(line["records"])


def _print(console: Console, lines: list[dict[str, Any]], targets: list[dict[str, Any]]) -> None:
    table = Table("fiches", "moteur", "F1", "précision", "rappel", "jumeaux", "plus grand groupe", "secondes", "Mo")
    for line in lines:
        rows = (
            ("Pépites, groupes", line["cluster"], line["seconds"], line["peak_mb"]),
            ("Pépites, d'office", line["auto"], line["seconds"], line["peak_mb"]),
            ("Splink réglé", line["splink"]["cluster"], line["splink"]["seconds"], line["splink"]["peak_mb"]),
        )
        for name, one, seconds, memory in rows:
            table.add_row(
                str(line["records"]), name, str(one["f1"]), str(one["precision"]), str(one["recall"]),
                str(one["twins"]),
                f"{one['largest']} (vrai : {line['true_largest']})", f"{seconds:.1f}", str(memory),
            )  # fmt: skip
    console.print(table)
    for line in lines:
        said = ", ".join(f"{name} {share}" for name, share in line["coverage"].items())
        console.print(f"{line['records']} fiches, part des vraies paires comparées : {said}")
    for target in targets:
        mark = "✔" if target["met"] else "✖"
        found = f"{target['name']} : {target['value']} ({target['sign']} {target['target']})"
        console.print(f"{mark} {target['records']} fiches, {found}")
