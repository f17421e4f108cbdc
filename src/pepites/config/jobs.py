"""The worker process: procrastinate on the base itself (design law 1). `python -m pepites.config.jobs` runs one."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import Any

_HEARTBEAT = 5.0  # seconds
_STALLED = 20.0  # seconds without a sign of life: the worker is dead and its jobs are taken up again


async def _take_up_stalled_jobs() -> None:
    """Give the jobs of a killed worker back to the queue; jobs are written to bear being run twice."""
    from procrastinate.contrib.django import app

    while True:
        for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=_STALLED):
            await app.job_manager.retry_job(job)
        await asyncio.sleep(_HEARTBEAT)


async def _work(patience: float) -> None:
    from procrastinate.contrib.django import app

    async with app.open_async():
        mender = asyncio.create_task(_take_up_stalled_jobs())
        work = asyncio.create_task(
            app.run_worker_async(
                concurrency=2,
                shutdown_graceful_timeout=patience,
                update_heartbeat_interval=_HEARTBEAT,
                stalled_worker_timeout=_STALLED,
                delete_jobs="successful",
            )
        )
        # Either one failing ends the process: the supervisor starts a sound one.
        done, _ = await asyncio.wait({mender, work}, return_when=asyncio.FIRST_COMPLETED)
        mender.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await mender
        if work not in done:
            work.cancel()
        await work


def run_worker(patience: float = 5.0) -> None:
    """Run jobs until SIGTERM or SIGINT, leaving the current ones `patience` seconds to end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")
    import django

    django.setup()
    from procrastinate.contrib.django import app

    connector: Any = app.connector
    with app.replace_connector(connector.get_worker_connector()):
        asyncio.run(_work(patience))


if __name__ == "__main__":
    run_worker()
