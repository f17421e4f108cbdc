"""What upper domains plug in: acts offered on an appointment about a person (« Écrire la note »)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AppointmentAction:
    """A link on an appointment's page; ``url_name`` takes the appointment's public id."""

    label: str
    icon: str
    url_name: str


_actions: dict[str, AppointmentAction] = {}


def register_appointment_action(action: AppointmentAction) -> None:
    """Offer an act on appointments; called in the app's ``ready()``."""
    _actions[action.url_name] = action


def appointment_actions() -> list[AppointmentAction]:
    """The acts offered."""
    return list(_actions.values())
