"""What upper domains plug in: acts offered on a message (« Verser au dossier »)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MessageAction:
    """A link on a message's page; ``url_name`` takes the message's public id. ``about_person`` hides it elsewhere."""

    label: str
    icon: str
    url_name: str
    about_person: bool = True


_actions: dict[str, MessageAction] = {}


def register_message_action(action: MessageAction) -> None:
    """Offer an act on messages; called in the app's ``ready()``."""
    _actions[action.url_name] = action


def message_actions(*, about_person: bool) -> list[MessageAction]:
    """The acts to offer."""
    return [action for action in _actions.values() if about_person or not action.about_person]
