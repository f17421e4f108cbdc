"""Jobs of coordination, gathered where the worker looks for them."""

from pepites.coordination.alerting.tasks import escalate_alerts, tell_late
from pepites.coordination.importing.tasks import import_file, sweep_files
from pepites.coordination.stays.tasks import tell_stay

__all__ = ["escalate_alerts", "import_file", "sweep_files", "tell_late", "tell_stay"]
