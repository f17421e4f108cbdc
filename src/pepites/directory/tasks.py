"""Nightly: what the directory changed of the persons it was asked about."""

from procrastinate.contrib.django import app

from pepites.audit.unit import unit_of_work
from pepites.common.actor import system_actor
from pepites.directory.national import live
from pepites.directory.ports import national_directory


@app.periodic(cron="47 6 * * *")  # 3 h 47 in Cayenne
@app.task(name="directory.refresh_live", queueing_lock="directory.refresh_live")
def refresh_live(timestamp: int = 0) -> int:
    """Ask again about those who changed, by the delta; how many. Nothing without a key."""
    del timestamp
    directory = national_directory()
    actor = system_actor("directory.refresh_live")
    answers = live.refresh(directory) if directory is not None else []
    with unit_of_work(actor):
        for number, person in answers:
            live.keep(number, person)
        live.forget_old()
    return len(answers)
