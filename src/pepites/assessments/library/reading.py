"""Reading the shipped instruments."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Instrument:
    """One shipped form."""

    code: str
    version: str
    category: str
    licence: str
    source: str
    caution: str
    questionnaire: dict[str, Any]
    scoring: dict[str, Any]


@lru_cache(maxsize=1)
def instruments() -> tuple[Instrument, ...]:
    """Every shipped instrument, by code."""
    return tuple(Instrument(**json.loads(path.read_text("utf-8"))) for path in sorted(DATA.glob("*.json")))
