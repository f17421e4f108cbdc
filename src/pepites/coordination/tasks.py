"""Jobs of coordination, gathered where the worker looks for them."""

from pepites.coordination.importing.tasks import import_file, sweep_files
from pepites.coordination.takeover.tasks import take_over_archive

__all__ = ["import_file", "sweep_files", "take_over_archive"]
