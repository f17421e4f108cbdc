"""What a plan says, as plain data: frozen in versions, cut by level, compared in words. Pure functions.

``{"expectations": [{uid, author, text}], "concerns": [{uid, domain, …, "goals": [{uid, …, "actions": [{uid, …}]}]}]}``
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pepites.access.enums import Level
from pepites.coordination.enums import Recurrence
from pepites.coordination.plan.enums import (
    UNMET,
    ActionState,
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    ItemKind,
    Priority,
)

Content = dict[str, list[dict[str, Any]]]
EMPTY: Content = {"expectations": [], "concerns": []}


def day_words(value: str) -> str:
    """« 04/03/2026 » from an ISO date."""
    return f"{date.fromisoformat(value):%d/%m/%Y}" if value else ""


def _plain(value: Any) -> str:
    return str(value or "")


# Field → its French name, and how its value reads.
FIELDS: dict[ItemKind, dict[str, tuple[str, Callable[[Any], str]]]] = {
    ItemKind.EXPECTATION: {
        "author": ("Qui parle", lambda v: str(ExpectationAuthor(v).label)),
        "text": ("Attente", _plain),
    },
    ItemKind.CONCERN: {
        "text": ("Problème", _plain),
        "domain": ("Domaine", lambda v: str(ConcernDomain(v).label)),
        "priority": ("Priorité", lambda v: str(Priority(v).label)),
        "retained": ("Retenu", lambda v: "oui" if v else "non"),
        "reason": ("Motif", _plain),
    },
    ItemKind.GOAL: {
        "text": ("Objectif", _plain),
        "horizon": ("Horizon", day_words),
        "shared": ("Partagé avec la personne", lambda v: "oui" if v else "non"),
        "result": ("Résultat", lambda v: str(GoalResult(v).label)),
        "reason": ("Motif", _plain),
    },
    ItemKind.ACTION: {
        "text": ("Action", _plain),
        "type": ("Type", lambda v: str(ActionType(v).label)),
        "owner": ("Qui s'en charge", _plain),
        "start_on": ("Début", day_words),
        "due_on": ("Échéance", day_words),
        "frequency": ("Fréquence", lambda v: str(Recurrence(v).label)),
        "state": ("État", lambda v: str(ActionState(v).label)),
        "outcome": ("Évaluation", _plain),
    },
}


@dataclass(frozen=True, slots=True)
class Change:
    """One item added, removed or changed; ``fields`` are (name, before, after)."""

    kind: str
    title: str
    what: str
    fields: tuple[tuple[str, str, str], ...] = ()


def part_of(content: Content, level: int) -> Content:
    """The part of one level: problems marked medical in one, all the rest in the other."""
    return {
        "expectations": content["expectations"] if level == Level.SOCIAL else [],
        "concerns": [one for one in content["concerns"] if one["level"] == level],
    }


def merged(parts: list[Content]) -> Content:
    """The parts that a reader may read, as one; problems in the order of their priority."""
    concerns = [one for part in parts for one in part["concerns"]]
    return {
        "expectations": [one for part in parts for one in part["expectations"]],
        "concerns": sorted(concerns, key=lambda one: (one["priority"], one["uid"])),
    }


def digest(content: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def whole_digest(social: str, full: str) -> str:
    """Hash of a version from those of its parts: a reader of one part checks it without reading the other."""
    return hashlib.sha256(f"{social}{full}".encode()).hexdigest()


def goals_of(content: Content) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each objective with its problem."""
    for concern in content["concerns"]:
        for goal in concern["goals"]:
            yield concern, goal


def actions_of(content: Content) -> Iterator[dict[str, Any]]:
    """Each action."""
    for _, goal in goals_of(content):
        yield from goal["actions"]


def unmet(content: Content) -> list[dict[str, Any]]:
    """Part 4 of the HAS frame: objectives formulated and not realised, problems not retained, each with its reason."""
    found = [
        {
            "uid": goal["uid"],
            "text": goal["text"],
            "reason": goal["reason"],
            "what": str(GoalResult(goal["result"]).label),
        }
        for _, goal in goals_of(content)
        if goal["result"] in UNMET
    ]
    return found + [
        {"uid": one["uid"], "text": one["text"], "reason": one["reason"], "what": "Problème non retenu"}
        for one in content["concerns"]
        if not one["retained"]
    ]


def compare(before: Content, after: Content) -> list[Change]:
    """What changed from one content to another, item by item and field by field, in words."""
    old, new = _flat(before), _flat(after)
    changes = []
    for key, (kind, item) in new.items():
        if key not in old:
            changes.append(Change(kind.label, item["text"], "ajouté", _filled(kind, item)))
        elif fields := _differing(kind, old[key][1], item):
            changes.append(Change(kind.label, item["text"], "modifié", fields))
    changes += [Change(kind.label, item["text"], "retiré") for key, (kind, item) in old.items() if key not in new]
    return changes


def _flat(content: Content) -> dict[str, tuple[ItemKind, dict[str, Any]]]:
    flat = {one["uid"]: (ItemKind.EXPECTATION, one) for one in content["expectations"]}
    for concern in content["concerns"]:
        flat[concern["uid"]] = (ItemKind.CONCERN, concern)
        for goal in concern["goals"]:
            flat[goal["uid"]] = (ItemKind.GOAL, goal)
            flat |= {action["uid"]: (ItemKind.ACTION, action) for action in goal["actions"]}
    return flat


def _differing(kind: ItemKind, old: dict[str, Any], new: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, words(old[name]), words(new[name]))
        for name, (label, words) in FIELDS[kind].items()
        if old[name] != new[name]
    )


def _filled(kind: ItemKind, item: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (label, "", words(item[name]))
        for name, (label, words) in FIELDS[kind].items()
        if name != "text" and item[name] not in ("", None)
    )
