"""The only way to write in the agenda."""

from pepites.agenda.services.absences import cancel_absence, declare_absence, set_usual_hours
from pepites.agenda.services.changing import cancel_appointment, end_appointment, move_appointment
from pepites.agenda.services.feeds import open_feed, revoke_feed
from pepites.agenda.services.importing import import_calendar
from pepites.agenda.services.planning import plan_appointment

__all__ = [
    "cancel_absence",
    "cancel_appointment",
    "declare_absence",
    "end_appointment",
    "import_calendar",
    "move_appointment",
    "open_feed",
    "plan_appointment",
    "revoke_feed",
    "set_usual_hours",
]
