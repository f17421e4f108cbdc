"""The weekly look at what may drift, kept."""

from collections.abc import Iterator
from typing import Any

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.identity.matching.model import shipped
from pepites.identity.packed import unpacked
from pepites.regional import policies
from pepites.regional.database import rows
from pepites.regional.drift import TRAITS, Look, Repeated, alerts, estimated
from pepites.regional.models import DriftReport

REFUSED = "regional.drift.refused"
PAIRS = 5_000


def take_look(*, actor: Actor) -> list[str]:
    """Look at the region, keep what was seen, give the alerts. For a job, or a command on the server."""
    require(policies.may_take_figures(actor), code=REFUSED)
    totals, shares = {}, {}
    for code, total, *counts in rows(REFUSED, "SELECT * FROM regional_drift_shares()", []):
        totals[code] = total
        shares[code] = {trait: count / total for trait, count in zip(TRAITS, counts, strict=True)}
    repeated = [Repeated(*row) for row in rows(REFUSED, "SELECT * FROM regional_drift_repeated()", [])]
    weights, pairs = estimated(_pairs())
    look = Look(totals, shares, repeated, weights, pairs)
    before = DriftReport.objects.order_by("-id").values_list("body", flat=True).first()
    told = alerts(look, before, shipped())
    DriftReport.objects.create(taken_at=now(), body=look.kept(), alerts=told, model=shipped().version)
    record("regional.drift.taken", action="C", object_type="regional_drift", detail={"alerts": len(told)})
    return told


def _pairs() -> Iterator[tuple[Any, Any]]:
    for one, other in rows(REFUSED, "SELECT * FROM regional_drift_pairs(%s)", [PAIRS]):
        yield unpacked(one).forms[0], unpacked(other).forms[0]
