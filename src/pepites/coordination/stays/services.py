"""Taking what a hospital says of a stay, then telling the circle (coordination P10, §3.5)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from procrastinate.contrib.django import app as jobs

from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.coordination.stays.enums import Movement
from pepites.regional.database import value
from pepites.regional.models import Domain
from pepites.regional.services import note_feed_error

TELL_TASK: Final = "coordination.tell_stay"
REFUSED: Final = "coordination.stay.refused"
UNKNOWN: Final = "Mouvement d'hospitalisation pour un identifiant que ce domaine n'a jamais envoyé"


@dataclass(frozen=True, slots=True, kw_only=True)
class StayMovement:
    """One movement. ``visit`` is the hospital's number of the stay, if it says one; ``said_at`` when it said it."""

    kind: Movement
    local_id: str
    said_at: datetime
    visit: str = ""
    unit: str = ""
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    message: str = ""


def receive_movement(*, actor: Actor, domain_id: int, movement: StayMovement) -> tuple[int, ...]:
    """Keep a movement of the domain's for the persons followed here, and ask a job to tell it; returns their ids.

    The same movement again changes nothing. Somebody that nobody follows here is taken without a trace of them; a
    number that the domain never sent shows on the domain's page. Raises ``Refused`` for whoever is not that domain.
    """
    done: dict[str, Any] = _loaded(
        value(
            REFUSED, "SELECT coordination_receive_movement(%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                domain_id, movement.local_id, movement.kind, movement.visit, movement.unit[:100], movement.admitted_at,
                movement.discharged_at, movement.said_at, movement.message[:200],
            ],
        )
    )  # fmt: skip
    if not done["known"]:
        note_feed_error(actor=actor, domain=Domain.objects.get(pk=domain_id), message=UNKNOWN)
    for stay_id, _ in done["stays"]:
        jobs.configure_task(TELL_TASK).defer(stay_id=stay_id)
    subjects = tuple(int(patient_id) for _, patient_id in done["stays"])
    record(
        "coordination.stay.received", action="U", subjects=subjects, object_type="stay",
        detail={"event": str(movement.kind), "known": done["known"], "followed": len(subjects)},
    )  # fmt: skip
    return subjects


def _loaded(found: Any) -> dict[str, Any]:
    return dict(json.loads(found)) if isinstance(found, str) else dict(found)
