"""Jobs of coordination, gathered where the worker looks for them."""

from pepites.coordination.importing.tasks import import_file, sweep_files

__all__ = ["import_file", "sweep_files"]
