"""The « Accès au dossier » page: who opened what, when, why, in words (interface §15)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from pepites.audit.journal import label_of
from pepites.common.actor import Actor, ActorKind, Purpose
from pepites.common.clock import today
from pepites.common.decision import MESSAGES, Reason
from pepites.coordination.selectors.labels import moment_label, whos
from pepites.directory.models import Organization

PAGE = 50
PURPOSES = {
    Purpose.CARE: "Soins et accompagnement",
    Purpose.COORDINATION: "Coordination",
    Purpose.ADMINISTRATION: "Administration",
    Purpose.EMERGENCY: "Urgence",
    Purpose.IDENTITY: "Identitovigilance",
    Purpose.SUPPORT: "Assistance",
}
REGIMES = {
    "equipe": "dans l'équipe de soins",
    "consentement": "avec son accord",
    "coordination": "coordination du réseau",
}
READ, WRITE, REFUSED, EMERGENCY = "lecture", "ecriture", "refus", "urgence"


@dataclass(frozen=True, slots=True)
class TraceLine:
    """One line of the trace, ready to print."""

    id: int
    at: datetime
    when: str
    name: str
    role: str
    organization: str
    what: str
    why: str
    refused: str
    kind: str
    mine: bool


def trace_visible_to(actor: Actor, patient_id: int, *, kind: str = "", page: int = 1) -> tuple[list[TraceLine], bool]:
    """One page of the trace, the last first, and whether another follows. The database gives it from level 2 only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT * FROM access_trace(%s, %s, %s)", [patient_id, 200, (page - 1) * PAGE if not kind else 0]
        )
        columns = [column.name for column in cursor.description or ()]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
    names = whos({row["practice_id"] for row in rows if row["practice_id"]})
    _name_machines(rows)
    day = today()
    lines = [_line(actor, row, names, moment_label(row["occurred_at"], day)) for row in rows]
    if kind:
        lines = [line for line in lines if line.kind == kind][(page - 1) * PAGE :]
    return lines[:PAGE], len(lines) > PAGE


def _name_machines(rows: list[dict[str, Any]]) -> None:
    """Software of a structure is named by that structure, not taken for a task of ours (rgpd §3.5)."""
    machines = [row for row in rows if row["actor_kind"] == ActorKind.MACHINE]
    wanted = {row["organization_id"] for row in machines}
    found = dict(Organization.objects.filter(pk__in=wanted).values_list("pk", "name")) if wanted else {}
    for row in machines:
        row["structure"] = found.get(row["organization_id"], "")


def _who(row: dict[str, Any]) -> str:
    """Who acted, when no place of practice says it."""
    if row["actor_kind"] == ActorKind.MACHINE:
        return "Logiciel d'une structure"
    return "Compte sans lieu" if row["user_id"] else "Pépites (tâche automatique)"


def _line(actor: Actor, row: dict[str, object], names: dict[int, dict[str, str]], when: str) -> TraceLine:
    known = names.get(int(str(row["practice_id"]))) if row["practice_id"] else None
    refused = row["outcome"] == 4
    reason = str(row["reason"])
    words = MESSAGES[Reason(reason)] if refused and reason in set(Reason) else ""
    return TraceLine(
        id=int(str(row["id"])),
        at=row["occurred_at"],  # type: ignore[arg-type]
        when=when,
        name=known["name"] if known else _who(row),
        role=known["role"] if known else str(row["role"]),
        organization=known["organization"] if known else str(row.get("structure", "")),
        what=label_of(str(row["code"])),
        why=_why(row),
        refused=words or ("Refusé" if refused else ""),
        kind=_kind(row, refused),
        mine=bool(row["practice_id"]) and row["practice_id"] == actor.practice_id,
    )


def _kind(row: dict[str, object], refused: bool) -> str:
    if refused:
        return REFUSED
    if row["basis"] == "bris_de_glace" or row["purpose"] == Purpose.EMERGENCY:
        return EMERGENCY
    return READ if row["action"] == "R" else WRITE


def _why(row: dict[str, object]) -> str:
    if row["basis"] == "bris_de_glace":
        return "Accès en urgence"
    purpose = str(row["purpose"])
    said = PURPOSES[Purpose(purpose)] if purpose in set(Purpose) else ""
    return ", ".join(filter(None, (said, REGIMES.get(str(row["basis"]), ""))))
