"""Validation against the R4 definitions by a validator that others wrote (npm ``@medplum/core``), in tests only."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.npm import install

from pepites.ui.assets.node import commands

HERE = Path(__file__).with_name("r4")


def faults(resources: Sequence[dict[str, Any]]) -> list[list[str]]:
    """What is wrong with each resource; one process for all of them."""
    install(HERE)
    done = subprocess.run(
        [*commands()["node"], "check.mjs"], cwd=HERE, input=json.dumps(resources), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    found: list[list[str]] = json.loads(done.stdout)
    assert len(found) == len(resources)
    return found


def assert_valid(resources: Sequence[dict[str, Any]]) -> None:
    """Every resource follows R4."""
    wrong = {
        f"{resource['resourceType']} {number}": found
        for number, (resource, found) in enumerate(zip(resources, faults(resources), strict=True))
        if found
    }
    assert wrong == {}
