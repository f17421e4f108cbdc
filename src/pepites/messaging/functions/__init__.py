"""SQL functions of ``messaging``. Definer ones pass over row-level security: each checks the actor by itself and raises
SQLSTATE ``PE403`` with a reason word. The others run with the caller's own rights: they only save round trips.
"""

from pepites.messaging.functions import participation, reading, writing
from pepites.messaging.functions.base import EVENTS, READS, RIGHTS

ALL = (
    participation.PARTICIPATES, participation.WAITING, participation.REACHES, participation.ENTER, participation.CREATE,
    participation.JOIN, participation.QUIT, participation.RIGHTS_CHANGED, participation.ROLE_ENDED, participation.SUBJECT, reading.UNREAD,
    writing.GUARD, writing.EMIT, writing.POST, writing.SENDER, writing.POST_PLAIN, reading.MARK_READ, reading.EVENTS_AS,
    reading.SUBSCRIPTIONS, reading.REPLAY, writing.ESCALATE,
)  # fmt: skip

__all__ = ["ALL", "EVENTS", "READS", "RIGHTS"]
