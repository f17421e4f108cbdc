"""Export of all that the server decided, and its orderly closure: the region means it to be temporary.

Identifiers and decisions, no trait: each domain keeps its own identities. For commands on the server.
"""

import csv
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.errors import Conflict, DomainError
from pepites.regional.functions.closure import EXPORTED
from pepites.regional.models import RuleSet

_READ_ME = """Export du serveur régional de rapprochement de Pépites.

domaines.csv : qui numérotait des identités.
liens.csv : chaque identité d'un domaine et l'identifiant régional qu'elle a eu, liens finis compris.
non-liens.csv : les paires dont la cellule a dit que ce sont deux personnes.
identifiants-remplaces.csv : les identifiants régionaux qu'un autre a remplacés.
manifeste.json : nombre de lignes et empreinte SHA-256 de chaque fichier.

Aucun trait d'identité n'y figure. Ce sont pourtant des données de santé : gardez-les comme telles.
"""
_LOT = 5_000


def export_links(*, actor: Actor, folder: Path) -> dict[str, int]:
    """Write every link, non-link and replaced identifier in ``folder``, new or empty; the number of lines of each file.

    Raises ``DomainError`` for a folder that holds something.
    """
    del actor
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise DomainError(f"Le dossier « {folder.name} » n'est pas vide : donnez-en un nouveau.")
    counts, prints = {}, {}
    for name, header, sql in EXPORTED:
        counts[name] = _written(folder / name, header, sql)
        prints[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest = {name: {"lignes": counts[name], "sha256": prints[name]} for name in counts}
    _new_file(folder / "manifeste.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    _new_file(folder / "LISEZMOI.txt").write_text(_READ_ME, encoding="utf-8")
    record("regional.exported", action="R", object_type="regional", detail={"lines": sum(counts.values())})
    return counts


def _new_file(path: Path) -> Path:
    path.touch(mode=0o600)
    return path


def _written(path: Path, header: Sequence[str], sql: str) -> int:
    lines = 0
    with _new_file(path).open("w", encoding="utf-8", newline="") as file, connection.cursor() as cursor:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(header)
        cursor.execute(f"DECLARE regional_export NO SCROLL CURSOR FOR {sql}")
        while True:
            cursor.execute(f"FETCH {_LOT} FROM regional_export")
            rows = cursor.fetchall()
            writer.writerows([_safe(value) for value in row] for row in rows)
            lines += len(rows)
            if len(rows) < _LOT:
                cursor.execute("CLOSE regional_export")
                return lines


def _safe(value: Any) -> Any:
    """A text that a spreadsheet would run is kept as text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def announce_closure(*, actor: Actor, day: date | None) -> None:
    """Say on every page of the server when it will close; None takes the announcement back."""
    del actor
    if RuleSet.objects.filter(pk=1, closed_at=None).update(closes_on=day) == 0:
        raise Conflict("Le serveur régional est déjà fermé.")
    record("regional.closure.announced", action="U", object_type="regional", detail={"day": day and day.isoformat()})


def close_server(*, actor: Actor, folder: Path) -> dict[str, int]:
    """Export everything, then take nothing more, in one transaction: nothing decided in between is lost."""
    rules = RuleSet.objects.select_for_update().get(pk=1)
    if rules.closed_at is not None:
        raise Conflict("Le serveur régional est déjà fermé.")
    with connection.cursor() as cursor:  # whoever feeds or decides finishes first, whoever comes next is refused
        cursor.execute(
            "LOCK TABLE regional_regionalrecord, regional_link, regional_card, regional_nonlink IN EXCLUSIVE MODE"
        )
    counts = export_links(actor=actor, folder=folder)
    rules.closed_at = now()
    rules.save(update_fields=["closed_at"])
    record("regional.closed", action="U", object_type="regional", detail={"lines": sum(counts.values())})
    return counts
