"""What somebody chooses about their notices."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms import BoundField

from pepites.notifications.enums import Channel, Rhythm
from pepites.notifications.ports import couriers
from pepites.notifications.registry import event_types
from pepites.notifications.timing import Preference

DAYS = (
    (0, "Lundi"), (1, "Mardi"), (2, "Mercredi"), (3, "Jeudi"), (4, "Vendredi"), (5, "Samedi"), (6, "Dimanche"),
)  # fmt: skip
HOURS = tuple((hour, f"{hour} h") for hour in range(24))


def offered() -> list[Channel]:
    """Channels one may tick: those that an app brought."""
    return [one for one in Channel if one in couriers()]


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
        label="Jours où elles commencent", choices=DAYS, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    urgent_passes = forms.BooleanField(
        label="Me prévenir aussi d'une urgence pendant les heures calmes", required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(kind.code, kind.label) for kind in event_types()]
        urgent = [kind.label.lower() for kind in event_types() if kind.urgency == "urgent"]
        self.fields["urgent_passes"].help_text = f"{', '.join(urgent).capitalize()}."
        for channel in offered():
            self.fields[channel] = forms.MultipleChoiceField(
                label=channel.label, choices=kinds, required=False, widget=forms.CheckboxSelectMultiple
            )

    def channels(self) -> list[BoundField]:
        """The boxes to tick, for each channel that one may choose."""
        return [self[channel] for channel in offered()]

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
            (kind.code, channel): kind.code in self.cleaned_data[channel]
            for kind in event_types()
            for channel in offered()
        }
