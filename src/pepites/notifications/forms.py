"""What somebody chooses about their notices."""

from collections.abc import Mapping
from typing import Any

from django import forms

from pepites.notifications.enums import Channel, Rhythm
from pepites.notifications.ports import couriers
from pepites.notifications.registry import EventType, event_types
from pepites.notifications.timing import Preference

DAYS = (
    (0, "Lundi"), (1, "Mardi"), (2, "Mercredi"), (3, "Jeudi"), (4, "Vendredi"), (5, "Samedi"), (6, "Dimanche"),
)  # fmt: skip
HOURS = tuple((hour, f"{hour} h") for hour in range(24))


def offered() -> list[Channel]:
    """Channels one may tick: those that an app brought."""
    return [one for one in Channel if one in couriers()]


def box(event: str, channel: Channel) -> str:
    """The name of a box to tick."""
    return f"{channel}-{event.replace('.', '-')}"


class SettingsForm(forms.Form):
    """Hours, rhythm, and each kind of notice by each channel."""

    rhythm = forms.ChoiceField(label="Quand écrire", choices=Rhythm.choices, widget=forms.RadioSelect)
    digest_hour = forms.TypedChoiceField(label="Heure du message du jour", choices=HOURS, coerce=int)
    quiet_from = forms.TimeField(
        label="Heures calmes, de", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_to = forms.TimeField(
        label="Heures calmes, à", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    quiet_days = forms.TypedMultipleChoiceField(
        label="Les soirs de", choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    urgent_passes = forms.BooleanField(
        label="Me prévenir aussi d'une urgence pendant les heures calmes", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in event_types():
            for channel in offered():
                self.fields[box(kind.code, channel)] = forms.BooleanField(
                    label=f"{kind.label} : {channel.label}", required=False
                )

    def lines(self) -> list[dict[str, Any]]:
        """A row for each kind of notice: its label, a box for each channel, None where the channel is not connected."""
        return [{"kind": kind, "boxes": self._boxes(kind)} for kind in event_types()]

    def _boxes(self, kind: EventType) -> list[tuple[str, Any]]:
        ready = offered()
        return [(one.label, self[box(kind.code, one)] if one in ready else None) for one in Channel]

    def preference(self) -> Preference:
        """The hours and the rhythm that were chosen."""
        data = self.cleaned_data
        return Preference(
            rhythm=Rhythm(data["rhythm"]), digest_hour=data["digest_hour"], quiet_from=data["quiet_from"],
            quiet_to=data["quiet_to"], quiet_days=tuple(data["quiet_days"]), urgent_passes=data["urgent_passes"],
        )  # fmt: skip

    def wanted(self) -> Mapping[tuple[str, Channel], bool]:
        """The boxes, ticked or not."""
        return {
            (kind.code, channel): self.cleaned_data[box(kind.code, channel)]
            for kind in event_types()
            for channel in offered()
        }
