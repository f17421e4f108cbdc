"""Counting again what is kept of a large network."""

from datetime import date
from typing import Final

from django.db import connection, transaction
from procrastinate.contrib.django import app as jobs
from procrastinate.exceptions import AlreadyEnqueued

from pepites.access.policies import require
from pepites.audit.unit import record
from pepites.common.actor import Actor
from pepites.coordination.figures import policies
from pepites.coordination.figures.periods import needed_for
from pepites.coordination.figures.selectors import REFUSED
from pepites.networks.models import Network

COUNT_TASK: Final = "coordination.figures.count"
KEPT_FROM: Final = 1_000
"""Pathways from which a network's figures are kept: under it, counting takes a fraction of a second."""
AT_ONCE: Final = 10  # periods of one statement


def ask_recount(*, actor: Actor, network: Network) -> None:
    """Have the figures of a network counted again; a counting that already waits is enough."""
    require(policies.can_read_figures(actor, network.pk), code=REFUSED, object_type="network", object_id=network.slug)
    name = f"{COUNT_TASK}:{network.pk}"
    try:
        with transaction.atomic():
            jobs.configure_task(COUNT_TASK, queueing_lock=name, lock=name).defer(network_id=network.pk)
    except AlreadyEnqueued:
        pass
    record("coordination.figures.asked", action="E", object_type="network", object_id=network.slug)


def keep_figures(*, actor: Actor, network_id: int, day: date) -> int:
    """Count and keep every period a dashboard may need; how many, none for a small network."""
    del actor
    kept, periods = 0, needed_for(day)
    for start in range(0, len(periods), AT_ONCE):
        some = periods[start : start + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT coordination_keep_figures(%s, %s::date[], %s::date[], %s, %s)",
                [network_id, [one.since for one in some], [one.upto for one in some], day, KEPT_FROM],
            )
            (found,) = cursor.fetchone()
        if not found:
            break
        kept += found
    return kept
