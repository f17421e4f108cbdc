"""Writing in the journal: lines gather in the unit of work and leave in one INSERT, in its transaction."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

import pepites
from pepites.common.actor import ActorRef

_codes: dict[str, str] = {}


def register_codes(codes: Mapping[str, str]) -> None:
    """Declare an app's journal codes with their French label; called in its ``ready()``."""
    _codes.update(codes)


def label_of(code: str) -> str:
    """French label of a journal code, the code itself when it is no longer known."""
    return _codes.get(code, code)


def known_codes() -> dict[str, str]:
    """The closed list of journal codes."""
    return dict(_codes)


@dataclass(frozen=True, slots=True)
class Line:
    """One line to write; ``subjects`` are patient ids."""

    code: str
    action: str
    subjects: tuple[int, ...] = ()
    object_type: str = ""
    object_id: str = ""
    basis: str = ""
    justification: str = ""
    outcome: int = 0
    reason: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)


# What migration 0002 opened, and the short path of messages fills: the machine client came later.
COLUMNS = (
    "actor_kind, user_id, practice_id, organization_id, role, auth_method, session_ref, channel, purpose, action,"
    " code, subject_ids, object_type, object_id, basis, justification, outcome, reason, request_id, ip, detail,"
    " app_version"
)
ALL_COLUMNS = f"{COLUMNS}, service_client_id"
_ROW = f"({', '.join(['%s'] * 23)})"


def write(ref: ActorRef, lines: Iterable[Line]) -> None:
    """Insert the lines for that actor; raises if the journal refuses, and then nothing may be shown."""
    values: list[Any] = []
    count = 0
    for line in lines:
        count += 1
        values += [
            ref.kind, ref.user_id, ref.practice_id, ref.organization_id, ref.role, ref.auth_method, ref.session_ref,
            ref.channel, ref.purpose, line.action, line.code, list(line.subjects), line.object_type, line.object_id,
            line.basis, line.justification, line.outcome, line.reason, ref.request_id, ref.ip,
            json.dumps(dict(line.detail)), pepites.__version__, ref.service_client_id,
        ]  # fmt: skip
    if count:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO audit_entry ({ALL_COLUMNS}) VALUES {', '.join([_ROW] * count)}",  # noqa: S608
                values,
            )


def check_code(code: str) -> None:
    """Refuse a code outside the closed list."""
    if code not in _codes:
        raise ValueError(f"journal code not registered: {code}")
