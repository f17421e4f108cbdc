"""A plan's content made ready to print: every word chosen here, the template and the PDF only lay it out."""

from datetime import date
from typing import Any

from pepites.access.enums import Level
from pepites.common.clock import today
from pepites.coordination.enums import Recurrence
from pepites.coordination.plan.content import Content, day_words, unmet
from pepites.coordination.plan.enums import (
    ActionState,
    ActionType,
    ConcernDomain,
    ExpectationAuthor,
    GoalResult,
    Priority,
)
from pepites.coordination.plan.selectors import LiveAction

_TONES = {
    GoalResult.REACHED: "success", GoalResult.PARTIAL: "info", GoalResult.ONGOING: "neutral",
    GoalResult.ABANDONED: "warning", GoalResult.UNREALISED: "warning",
}  # fmt: skip


def shown(content: Content, live: dict[str, LiveAction] | None = None) -> dict[str, Any]:
    """Words for the screen; ``live`` gives today's state of the actions of the version in force."""
    return {
        "expectations": [
            {"uid": one["uid"], "text": one["text"], "author": str(ExpectationAuthor(one["author"]).label)}
            for one in content["expectations"]
        ],
        "concerns": [_concern(one, live or {}) for one in content["concerns"]],
        "unmet": unmet(content),
    }


def _concern(one: dict[str, Any], live: dict[str, LiveAction]) -> dict[str, Any]:
    return {
        "uid": one["uid"],
        "text": one["text"],
        "domain": str(ConcernDomain(one["domain"]).label),
        "priority": str(Priority(one["priority"]).label).lower(),
        "medical": one["level"] >= Level.FULL,
        "retained": one["retained"],
        "reason": one["reason"],
        "goals": [_goal(goal, live) for goal in one["goals"]],
    }


def _goal(one: dict[str, Any], live: dict[str, LiveAction]) -> dict[str, Any]:
    actions = [_action(action, live.get(action["uid"])) for action in one["actions"]]
    done = sum(action["done"] for action in actions)
    return {
        "uid": one["uid"],
        "text": one["text"],
        "horizon": day_words(one["horizon"]),
        "shared": one["shared"],
        "result": str(GoalResult(one["result"]).label),
        "tone": _TONES[GoalResult(one["result"])],
        "reason": one["reason"],
        "actions": actions,
        "progress": f"{done} faite{'s' if done > 1 else ''} sur {len(actions)}" if actions else "",
    }


def _action(one: dict[str, Any], live: LiveAction | None) -> dict[str, Any]:
    state = ActionState(live.state if live else one["state"])
    ended = state in (ActionState.DONE, ActionState.DROPPED)
    return {
        "uid": one["uid"],
        "text": one["text"],
        "type": str(ActionType(one["type"]).label),
        "owner": one["owner"],
        "start": day_words(one["start_on"]),
        "due": day_words(one["due_on"]),
        "late": bool(one["due_on"] and not ended and date.fromisoformat(one["due_on"]) < today()),
        "frequency": str(Recurrence(one["frequency"]).label).lower() if one["frequency"] else "",
        "state": str(state.label),
        "done": state == ActionState.DONE,
        "outcome": live.outcome if live and live.outcome else one["outcome"],
        "task": live.task if live else None,
    }
