"""Communes of the Code officiel géographique, today's and those that ceased since 1943."""

import gzip
import json
from pathlib import Path
from typing import Any

Row = tuple[str, str, str, str, str, str]


def write_communes(node_modules: Path, target: Path) -> int:
    """Write ``[code, name, department, start, end, current code]`` rows, sorted; returns their number.

    Dates are ISO 8601; an empty start means "before 1943 or unknown", an empty end "still exists, or ended on a
    date the source does not give". One code has several rows when its name changed. ``current code`` is the
    commune that holds the territory today.
    """
    today = _read(node_modules / "@etalab/decoupage-administratif/data/communes.json")
    past = _read(node_modules / "cog-historique/data/historique-communes.json")
    rows = sorted(_rows(today, past))
    target.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    target.write_bytes(gzip.compress(body, compresslevel=9, mtime=0))
    return len(rows)


def _read(path: Path) -> list[dict[str, Any]]:
    content: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _rows(today: list[dict[str, Any]], past: list[dict[str, Any]]) -> set[Row]:
    departments, current = _current(today)
    by_id = {entry["id"]: entry for entry in past}
    rows: set[Row] = set()
    seen: set[tuple[str, str]] = set()
    for entry in past:
        if entry["type"] != "COM":
            continue
        code, name = entry["code"], entry["nom"]
        ended = entry.get("dateFin", "")
        successor = current.get(code) or _follow(entry, by_id, current)
        department = departments.get(successor, _department(code))
        rows.add((code, name, department, entry.get("dateDebut", ""), ended, successor))
        if not ended:
            seen.add((code, name))
    for entry in today:
        code, name = entry["code"], entry["nom"]
        if (code, name) not in seen:
            holder = current[code]
            rows.add((code, name, departments[holder], "", "", holder))
    return rows


def _current(today: list[dict[str, Any]]) -> tuple[dict[str, str], dict[str, str]]:
    """Department of each commune of today, and the commune of today behind every code it ever bore."""
    departments: dict[str, str] = {}
    current: dict[str, str] = {}
    for entry in today:
        if entry["type"] == "commune-actuelle":
            departments[entry["code"]] = entry["departement"]
            current[entry["code"]] = entry["code"]
    for entry in today:
        holder = entry.get("chefLieu") or entry.get("commune") or entry["code"]
        current.setdefault(entry["code"], holder)
        for old in entry.get("anciensCodes", ()):
            current.setdefault(old, holder)
    return departments, current


def _follow(entry: dict[str, Any], by_id: dict[str, dict[str, Any]], current: dict[str, str]) -> str:
    """Walk successors and poles until a commune of today; empty when the territory left France or is lost."""
    step: dict[str, Any] | None = entry
    for _ in range(20):
        if step is None:
            return ""
        if step["code"] in current:
            return current[step["code"]]
        step = by_id.get(step.get("successeur") or step.get("pole") or "")
    return ""


def _department(code: str) -> str:
    return code[:3] if code.startswith(("97", "98")) else code[:2]
