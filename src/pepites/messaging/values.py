"""What screens and services pass around: participants, messages ready to print, the answer of a post."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from pepites.common.calendar_words import day_of, month_of
from pepites.common.clock import CAYENNE, local_day

EDIT_WITHIN = timedelta(minutes=10)
WITHDRAW_WITHIN = timedelta(hours=24)
ESCALATE_AFTER = timedelta(minutes=10)
REPLAY_WINDOW = timedelta(minutes=2)


def hour_label(moment: datetime) -> str:
    """« 8 h 55 », in Cayenne."""
    local = moment.astimezone(CAYENNE)
    return f"{local.hour} h {local.minute:02}"


def day_label(moment: datetime) -> str:
    """« mardi 4 mars 2025 », in Cayenne."""
    local = moment.astimezone(CAYENNE)
    first = "1er" if local.day == 1 else local.day
    return f"{day_of(local)} {first} {month_of(local)} {local.year}"


def day_key(moment: datetime) -> str:
    """ISO date in Cayenne: two messages of one day share it."""
    return local_day(moment).isoformat()


@dataclass(frozen=True, slots=True)
class ParticipantView:
    """A practice in a conversation, with its cursor."""

    practice_id: int
    public_id: UUID
    name: str
    role: str
    organization: str
    visible_from: datetime
    last_read_seq: int
    last_read_at: datetime | None

    @property
    def since_label(self) -> str:
        """From which day this practice sees the history."""
        return day_label(self.visible_from)

    @property
    def read_label(self) -> str:
        """When it last read."""
        if self.last_read_at is None:
            return ""
        return f"{day_label(self.last_read_at)} à {hour_label(self.last_read_at)}"


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of a message."""

    public_id: UUID
    name: str
    image: bool
    size_label: str


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message ready to print, the same for every reader but for ``own`` and ``state``."""

    public_id: UUID
    conversation: UUID
    seq: object  # the number, or the mark that the database replaces by it
    kind: str
    author_key: str
    author: str
    role: str
    html: str
    urgent: bool
    created_at: datetime
    acknowledged: str = ""
    edited: bool = False
    withdrawn: bool = False
    files: tuple[FileView, ...] = ()
    mentioned: str = ""
    own: bool = False
    state: str = ""
    new_day: bool = False
    patient_id: int | None = None

    @property
    def time_label(self) -> str:
        """Hour of sending."""
        return hour_label(self.created_at)

    @property
    def day_label(self) -> str:
        """Day of sending."""
        return day_label(self.created_at)

    @property
    def day_key(self) -> str:
        """Day of sending, to compare."""
        return day_key(self.created_at)

    @property
    def datetime(self) -> str:
        """ISO instant."""
        return self.created_at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class ConversationView:
    """One row of the list of discussions."""

    public_id: UUID
    title: str
    about: str
    unread: int
    last_words: str
    last_author: str
    when_label: str
    urgent_waiting: bool = False
    patient_id: int | None = None


@dataclass(frozen=True, slots=True)
class Upload:
    """A file received with a message, not yet checked."""

    name: str
    content: bytes = field(repr=False)
