"""Jobs of the imports."""

from uuid import UUID

from procrastinate.contrib.django import app

from pepites.common.jobs import AGAIN
from pepites.coordination.importing import storage
from pepites.coordination.importing.actors import job_actor
from pepites.coordination.importing.runs import TASK, perform


@app.task(name=TASK, retry=AGAIN)
def import_file(public_id: str, user_id: int, practice_id: int, dry_run: bool) -> None:
    """Check or import one file, with the rights that whoever asked for it has now."""
    perform(actor=job_actor(user_id, practice_id), public_id=UUID(public_id), dry_run=dry_run)


@app.periodic(cron="47 7 * * *")  # 4 h 47 in Cayenne
@app.task(name="coordination.import.sweep", queueing_lock="coordination.import.sweep")
def sweep_files(timestamp: int = 0) -> int:
    """Remove files and reports of imports after seven days; returns how many."""
    del timestamp
    return storage.remove_old()
