"""Whom a notice about a person goes to: the network's rules, else the whole circle (coordination P10)."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from pepites.common.clock import now
from pepites.coordination.alerting.section import CIRCLE
from pepites.coordination.enums import MemberRole
from pepites.notifications.values import Escalation


@dataclass(frozen=True, slots=True)
class Team:
    """Who is around a person, with the rules and the discharge protocols of the networks that follow them."""

    file: UUID | None = None
    people: Sequence[tuple[int, str]] = ()
    rules: Sequence[dict[str, Any]] = field(default=())
    discharge: Sequence[str] = ()

    def of_role(self, role: str) -> set[int]:
        """Practices that hold a role; everybody for the circle, the coordination when nobody holds it."""
        found = {practice for practice, held in self.people if role in (CIRCLE, held)}
        return found or {practice for practice, held in self.people if held == MemberRole.COORDINATOR}

    def warned_of(self, event: str) -> set[int]:
        """Practices to tell of something: those the rules name, else everybody."""
        roles = {rule["role"] for rule in self._about(event)} or {CIRCLE}
        return set().union(*(self.of_role(role) for role in roles))

    def escalation(self, event: str) -> Escalation | None:
        """Who comes next when nobody answers; the shortest delay of the networks holds."""
        timed = [rule for rule in self._about(event) if rule.get("hours") and rule.get("then")]
        if not timed:
            return None
        rule = min(timed, key=lambda one: one["hours"])
        return Escalation(now() + timedelta(hours=rule["hours"]), rule["then"])

    def _about(self, event: str) -> Iterable[dict[str, Any]]:
        return [rule for rule in self.rules if rule["event"] == event]


def team_of(patient_id: int) -> Team:
    """The team of a person, empty for whoever does not follow them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coordination_team(%s)", [patient_id])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        return Team()
    held = json.loads(row[0]) if isinstance(row[0], str) else row[0]
    people = [(int(practice), str(role)) for practice, role in held["people"]]
    return Team(UUID(held["file"]), people, held["rules"], held["discharge"])
