"""Words of a stored score."""

from collections.abc import Mapping
from typing import Any


def number_words(value: object) -> str:
    """A number as French prints it."""
    return f"{value:g}".replace(".", ",") if isinstance(value, float) else str(value)


def score_words(score: Mapping[str, Any]) -> str:
    """« FINDRISC 14 sur 26, risque modéré »; a GIR is no sum, so it is out of nothing."""
    value = number_words(score["value"])
    unit = f" {score['unit']}" if score.get("unit") else ""
    return f"{score['label']} {value}{unit}" + (f" ({score['band']})" if score.get("band") else "")
