"""Nightly sweep of the store."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.documents import ports, store

_DAY = 24 * 3600.0


@app.periodic(cron="17 7 * * *")  # 4 h 17 in Cayenne
@app.task(name="documents.remove_orphans", queueing_lock="documents.remove_orphans")
def remove_orphans(timestamp: int = 0) -> int:
    """Remove the files of sends that never became a row, a day after; returns how many."""
    del timestamp
    with unit_of_work(system_actor("documents.remove_orphans"), read_only=True):
        return store.remove_orphans(ports.names_in_use(), older_than=_DAY)
