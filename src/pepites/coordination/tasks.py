"""Jobs of coordination, gathered where the worker looks for them."""

from pepites.coordination.alerting.tasks import escalate_alerts, tell_late
from pepites.coordination.editions.tasks import make_edition
from pepites.coordination.editions.tasks import sweep as sweep_editions
from pepites.coordination.figures.tasks import count_nightly, count_one
from pepites.coordination.importing.tasks import import_file, sweep_files
from pepites.coordination.stays.tasks import tell_stay
from pepites.coordination.takeover.tasks import take_over_archive

__all__ = [
    "count_nightly", "count_one", "escalate_alerts", "import_file", "make_edition", "sweep_editions", "sweep_files",
    "take_over_archive", "tell_late", "tell_stay",
]  # fmt: skip
