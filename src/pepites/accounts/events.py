"""What the rest of the house may need to know of sessions."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """A session is over, or goes on under another key or in another place of practice: its live streams must close.

    ``session_ref`` is ``ActorRef.session_ref``, the first eight characters of the session key.
    """

    session_ref: str
    user_id: int
