"""The counts of a network as the database gives them, and the words of their parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import connection

from pepites.access.services import database_refusals
from pepites.assessments.models import FormVersion
from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.coordination.figures.catalogue import PARTS
from pepites.coordination.figures.models import FigureCount
from pepites.coordination.figures.periods import Period
from pepites.coordination.plan.enums import PlanState
from pepites.coordination.plan.models import CarePlan
from pepites.coordination.selectors.rows import commune_label
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.networks.packs.selectors import in_force, value_of

REFUSED = "coordination.figures.refused"
KEPT_FOR: Final = timedelta(hours=36)


@dataclass(frozen=True, slots=True)
class Count:
    """One count: how many, on how many persons it rests, and the quartile of a delay."""

    n: int
    people: int
    value: float | None = None


Counts = dict[str, dict[str, Count]]
"""By figure, then by part (empty for a figure without parts)."""


def counts_of(
    actor: Actor, network: Network, periods: Sequence[Period], day: date, *, commune: str = "",
    referent: int | None = None,
) -> list[Counts]:  # fmt: skip
    """The counts of each period, in one query; a period under way is counted until ``day``.

    Raises ``Refused`` for who neither runs the network nor belongs to the region's cell: the database says so.
    """
    del actor
    asked: list[Any] = [
        network.pk,
        [one.since for one in periods],
        [min(one.upto, day) for one in periods],
        commune,
        referent,
    ]
    found: list[Counts] = [{} for _ in periods]
    with database_refusals(REFUSED), connection.cursor() as cursor:
        cursor.execute("SELECT * FROM coordination_figures(%s, %s::date[], %s::date[], %s, %s)", asked)
        for rank, figure, key, n, people, value in cursor.fetchall():
            found[rank - 1].setdefault(figure, {})[key or ""] = Count(n, people, value)
    return found


def kept_or_counted(
    actor: Actor, network: Network, periods: Sequence[Period], day: date
) -> tuple[list[Counts], datetime | None]:
    """The counts of each period, as kept of a large network, counted now for the others; when the first was kept.

    What was kept too long ago, the job having stopped, is not read.
    """
    rows = FigureCount.objects.filter(
        network=network, since__in={one.since for one in periods}, counted_at__gt=now() - KEPT_FOR
    )
    kept = {(row.since, row.upto): row for row in rows}
    missing = [one for one in periods if (one.since, one.upto) not in kept]
    counted = iter(counts_of(actor, network, missing, day) if missing else ())
    first = kept.get((periods[0].since, periods[0].upto))
    found = [
        _read(row.counts) if (row := kept.get((one.since, one.upto))) is not None else next(counted) for one in periods
    ]
    return found, first.counted_at if first else None


def _read(rows: list[tuple[str, str | None, int, int, float | None]]) -> Counts:
    found: Counts = {}
    for figure, key, n, people, value in rows:
        found.setdefault(figure, {})[key or ""] = Count(n, people, value)
    return found


def part_labels(network: Network, counts: Sequence[Counts]) -> dict[str, dict[str, str]]:
    """The words of the parts met in these counts, by figure; a constant number of queries."""
    met = {figure: {key for one in counts for key in one.get(figure, {})} for figure in ("par_referent", "par_commune")}
    practices = PractitionerRole.objects.filter(pk__in=[int(key) for key in met["par_referent"]])
    referents = practices.select_related("professional")
    stages = value_of(in_force(network.pk), "etapes")["stages"]
    forms = FormVersion.objects.filter(form__code__in={key for one in counts for key in one.get("evaluations", {})})
    return PARTS | {
        "par_referent": {str(one.pk): one.professional.display_name for one in referents},
        "par_commune": {key: commune_label(key) or "Commune inconnue" for key in met["par_commune"]},
        "par_etape": {one["code"]: one["title"] for one in stages} | {"": "Sans étape"},
        "evaluations": dict(forms.order_by("number").values_list("form__code", "title")),
    }  # fmt: skip


def referents_of(actor: Actor, network: Network) -> list[tuple[str, str]]:
    """Who the open plans of a network name as référent, for who reads those plans."""
    del actor
    named = CarePlan.objects.filter(network=network).exclude(state=PlanState.CLOSED).values("referent_id")
    found = PractitionerRole.objects.filter(pk__in=named).select_related("professional")
    return [(str(one.pk), one.professional.display_name) for one in found.order_by("professional__sort_key")]


def networks_counted_by(actor: Actor) -> list[Network]:
    """Networks in service whose figures the actor reads."""
    return list(Network.objects.filter(pk__in=actor.coordinated | actor.administered, active=True).order_by("name"))
