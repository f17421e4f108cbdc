"""``pepites bench NAME``: runs a measure and prints it."""

import json
from importlib import import_module

from rich.console import Console

from pepites.bench.base import Tools
from pepites.common.errors import DomainError

KNOWN = ("web", "live", "identity", "online", "directory", "forms", "agenda", "figures")


def run(name: str, as_json: bool, tools: Tools) -> int:
    """Run one measure; 0 when every target is met, 1 when one is missed, 2 when the measure is unknown."""
    console = Console(stderr=as_json)
    if name not in KNOWN:
        console.print(f"Mesure inconnue : {name}. Mesures connues : {', '.join(KNOWN)}.")
        return 2
    try:
        result = import_module(f"pepites.bench.{name}").run(tools, console)
    except DomainError as error:
        console.print(error.message)
        return 1
    if as_json:
        print(json.dumps(result, ensure_ascii=False, indent=2))  # noqa: T201 - the command's output
    return 0 if result["met"] else 1
