"""The only way to write in the conversations."""

from pepites.messaging.services.conversations import (
    add_participant,
    create_conversation,
    drop_outsiders,
    ensure_circle_conversation,
    mark_read,
    mark_unread,
    remove_participant,
)
from pepites.messaging.services.posting import (
    acknowledge,
    edit_message,
    post_message,
    post_notice,
    withdraw_message,
)

__all__ = [
    "acknowledge",
    "add_participant",
    "create_conversation",
    "drop_outsiders",
    "edit_message",
    "ensure_circle_conversation",
    "mark_read",
    "mark_unread",
    "post_message",
    "post_notice",
    "remove_participant",
    "withdraw_message",
]
