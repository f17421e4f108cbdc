"""Plain values of the agenda."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from pepites.agenda.enums import AppointmentKind, Repeat, Travel


@dataclass(frozen=True, slots=True)
class Planned:
    """An appointment as it is asked for; ``participants`` are places of practice."""

    kind: AppointmentKind
    starts_at: datetime
    ends_at: datetime
    participants: tuple[int, ...] = ()
    patient_id: int | None = None
    network_id: int | None = None
    title: str = ""
    place: str = ""
    note: str = ""
    travel: Travel = Travel.NONE
    travel_minutes: int = 0
    repeat: Repeat = Repeat.NONE
    repeat_until: date | None = None
    pending: bool = False
    full_level: bool = False

    @property
    def leaves_at(self) -> datetime:
        """When one must set off."""
        return self.starts_at - timedelta(minutes=self.travel_minutes)


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a slot may not do, in words; ``practice_id`` says for whom."""

    practice_id: int
    words: str


@dataclass(slots=True)
class Line:
    """One appointment, ready to print: a page holds hundreds, so that its words are put together once, here."""

    address: str
    starts_at: datetime
    ends_at: datetime
    hours: str
    day: str
    title: str
    kind: str
    place: str
    travel: str
    state: str
    state_label: str
    tone: str
    people: str
    person: str
    person_id: UUID | None
    patient_id: int | None
    series: bool

    @property
    def head(self) -> str:
        """Whom it is about, else what it is."""
        return self.person or self.title

    @property
    def detail(self) -> str:
        """What, where, how one gets there, with whom."""
        said = ", ".join(filter(None, (self.title if self.person else self.kind, self.place)))
        return " ; ".join(filter(None, (said, self.travel, self.people and f"avec {self.people}")))

    @property
    def what(self) -> str:
        """What and where, for a page that says the rest elsewhere."""
        return ", ".join(filter(None, (self.title, self.place)))


@dataclass(slots=True)
class Day:
    """One day of the agenda."""

    date: date
    label: str
    today: bool
    lines: list[Line] = field(default_factory=list)
    absences: list[str] = field(default_factory=list)
