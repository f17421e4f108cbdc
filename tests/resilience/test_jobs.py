"""A job cut by the base's end is tried again: none may be lost for a failure of some seconds (SE-51, SE-55)."""

from procrastinate.contrib.django import app


def test_every_job_that_is_not_periodic_is_tried_again() -> None:
    app.perform_import_paths()
    periodic = {task.task.name for task in app.periodic_registry.periodic_tasks.values()}
    ours = {task.name: task for task in app.tasks.values() if not task.name.startswith(("builtin", "procrastinate"))}
    assert ours
    assert not [name for name, task in ours.items() if name not in periodic and task.retry_strategy is None]
