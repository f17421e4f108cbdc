"""One line of `doctor`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One line of the report; `remedy` says how to mend it when not `sound`."""

    subject: str
    sound: bool
    detail: str = ""
    remedy: str = ""

    def line(self) -> str:
        detail = f" : {self.detail}" if self.detail else ""
        return f"✔ {self.subject}{detail}" if self.sound else f"✖ {self.subject}{detail}\n    → {self.remedy}"
