"""Who may correct, withdraw, acknowledge; the database checks the same rules by its own trigger."""

from pepites.common.actor import Actor
from pepites.common.clock import now
from pepites.common.decision import Decision, Reason, allow, deny
from pepites.messaging.enums import MessageKind
from pepites.messaging.models import Message
from pepites.messaging.values import EDIT_WITHIN, WITHDRAW_WITHIN


def _own(actor: Actor, message: Message) -> Decision:
    if message.kind != MessageKind.TEXT or message.author_id != actor.practice_id:
        return deny(Reason.NOT_AUTHOR)
    if message.withdrawn_at is not None:
        return deny(Reason.STATE)
    return allow("auteur")


def can_edit(actor: Actor, message: Message) -> Decision:
    """The author, within ten minutes (interface §10)."""
    own = _own(actor, message)
    return deny(Reason.TOO_LATE) if own and now() - message.created_at > EDIT_WITHIN else own


def can_withdraw(actor: Actor, message: Message) -> Decision:
    """The author, within twenty-four hours (interface §10)."""
    own = _own(actor, message)
    return deny(Reason.TOO_LATE) if own and now() - message.created_at > WITHDRAW_WITHIN else own


def can_acknowledge(actor: Actor, message: Message) -> Decision:
    """Anybody in the conversation but the author, whatever place they act from; once."""
    author = message.author_id == actor.practice_id or message.author_user_id == actor.user_id
    if author or not message.urgent or message.withdrawn_at or message.acknowledged_at:
        return deny(Reason.STATE)
    return allow("participation")
