"""The job of a takeover."""

from uuid import UUID

from procrastinate.contrib.django import app

from pepites.common.jobs import AGAIN
from pepites.coordination.importing.actors import job_actor
from pepites.coordination.takeover.runs import TASK, perform_takeover


@app.task(name=TASK, retry=AGAIN)
def take_over_archive(public_id: str, user_id: int, practice_id: int, dry_run: bool) -> None:
    """Check or take over one archive, with the rights that whoever asked for it has now."""
    perform_takeover(actor=job_actor(user_id, practice_id), public_id=UUID(public_id), dry_run=dry_run)
