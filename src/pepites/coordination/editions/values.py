"""What a document says, before it is laid out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Paper:
    """One document for one reader: ``data`` fills the ``template``, ``path`` is the address of its screen.

    ``code`` is what the journal calls its edition; ``file_name`` and ``label`` name nobody.
    """

    patient_id: int
    template: Path
    data: Mapping[str, Any]
    path: str
    label: str
    file_name: str
    code: str
    object_type: str

    @property
    def digest(self) -> str:
        """Fingerprint of all that it says: another one means that its reader may no longer read the same thing."""
        said = json.dumps(self.data, sort_keys=True, ensure_ascii=False, default=str)
        return hashlib.sha256(said.encode()).hexdigest()
