"""An HTTP answer, and the shapes it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Answer:
    """Status, body, headers; ``delay`` in seconds before it is sent."""

    status: int
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


def as_json(value: Mapping[str, Any], status: int = 200, delay: float = 0.0) -> Answer:
    """A JSON answer that nobody keeps."""
    return Answer(
        status,
        json.dumps(value).encode(),
        "application/json",
        {"Cache-Control": "no-store", "Pragma": "no-cache"},
        delay,
    )


def error(name: str, status: int = 400) -> Answer:
    """An OAuth error (RFC 6749 §5.2)."""
    return as_json({"error": name}, status)


def redirect(url: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Send the browser elsewhere."""
    return Answer(302, headers={"Location": url, **(headers or {})})
