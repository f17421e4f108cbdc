"""Forms of the agenda; the services check again."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django import forms

from pepites.agenda.enums import MOST_TRAVEL, NOTE_LENGTH, AppointmentKind, Repeat, Scope, Travel
from pepites.agenda.shapes import Planned
from pepites.common.clock import CAYENNE

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
HOUR = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
LENGTHS = (
    (15, "15 min"), (30, "30 min"), (45, "45 min"), (60, "1 h"), (90, "1 h 30"), (120, "2 h"), (180, "3 h"),
    (240, "Une demi-journée (4 h)"), (480, "Une journée (8 h)"),
)  # fmt: skip
WEEKDAYS = ("Lundi", "Mardi", "Mercredi", "Jeudi", "Vendredi", "Samedi", "Dimanche")


class SlotForm(forms.Form):
    """When and where, and how one gets there."""

    day = forms.DateField(label="Jour", widget=DAY)
    starts = forms.TimeField(label="Heure", widget=HOUR)
    minutes = forms.TypedChoiceField(label="Durée", choices=LENGTHS, coerce=int, initial=60)
    place = forms.CharField(label="Lieu", max_length=120, required=False)
    travel = forms.ChoiceField(label="Trajet", choices=Travel.choices, required=False)
    travel_minutes = forms.IntegerField(
        label="Durée du trajet, en minutes", required=False, min_value=0, max_value=MOST_TRAVEL,
        help_text="Un aller. Deux rendez-vous trop proches seront signalés.",
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def span(self) -> tuple[datetime, datetime]:
        """Start and end, in French Guiana."""
        starts = datetime.combine(self.cleaned_data["day"], self.cleaned_data["starts"], CAYENNE)
        return starts, starts + timedelta(minutes=self.cleaned_data["minutes"])


class AppointmentForm(SlotForm):
    """A new appointment."""

    cle = forms.UUIDField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label="Type", choices=AppointmentKind.choices, initial=AppointmentKind.VISIT)
    title = forms.CharField(label="Titre", max_length=120, required=False)
    note = forms.CharField(
        label="Précisions", max_length=NOTE_LENGTH, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": NOTE_LENGTH}),
    )  # fmt: skip
    pending = forms.BooleanField(label="À confirmer", required=False)
    full_level = forms.BooleanField(label="Lu seulement de ceux qui voient le dossier complet", required=False)
    repeat = forms.ChoiceField(label="Revient", choices=Repeat.choices, required=False)
    repeat_until = forms.DateField(label="Jusqu'au", widget=DAY, required=False)
    anyway = forms.BooleanField(label="Planifier quand même", required=False)

    def __init__(
        self, *args: Any, colleagues: Sequence[tuple[int, str]], teams: Sequence[tuple[str, str]], person: bool,
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **kwargs)
        self.fields["participants"] = forms.TypedMultipleChoiceField(
            label="Avec qui", choices=colleagues, coerce=int, required=False, widget=forms.CheckboxSelectMultiple
        )
        if person:
            del self.fields["title"]
        else:
            del self.fields["full_level"]
        if teams and not person:
            self.fields["team"] = forms.ChoiceField(
                label="Montré à toute l'équipe de", choices=[("", "Personne d'autre"), *teams], required=False
            )
        self.order_fields(
            ("cle", "title", "kind", "day", "starts", "minutes", "place", "travel", "travel_minutes", "participants",
             "team", "note", "full_level", "pending", "repeat", "repeat_until", "anyway")
        )  # fmt: skip

    def planned(self, *, patient_id: int | None, network_id: int | None) -> Planned:
        """What is asked for, as a value."""
        data = self.cleaned_data
        starts, ends = self.span()
        return Planned(
            kind=AppointmentKind(data["kind"]), starts_at=starts, ends_at=ends, patient_id=patient_id,
            participants=tuple(data["participants"]), network_id=network_id, title=data.get("title", ""),
            place=data["place"], note=data["note"], travel=Travel(data["travel"]),
            travel_minutes=data["travel_minutes"] or 0, repeat=Repeat(data["repeat"]),
            repeat_until=data["repeat_until"], pending=data["pending"], full_level=data.get("full_level", False),
        )  # fmt: skip


class MoveForm(SlotForm):
    """Another day, hour or place."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    anyway = forms.BooleanField(label="Déplacer quand même", required=False)

    def __init__(self, *args: Any, series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {value for value, _ in LENGTHS}
        if (minutes := self.initial.get("minutes")) and minutes not in known:
            choices = sorted([*LENGTHS, (minutes, f"{minutes} min")])
            self.fields["minutes"] = forms.TypedChoiceField(label="Durée", choices=choices, coerce=int)
        _scope(self, series)
        self.order_fields(
            ("version", "day", "starts", "minutes", "place", "travel", "travel_minutes", "scope", "anyway")
        )


class CancelForm(forms.Form):
    """Why it will not take place."""

    reason = forms.CharField(label="Motif", max_length=200)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _scope(self, series)


def _scope(form: forms.Form, series: bool) -> None:
    if series:
        form.fields["scope"] = forms.ChoiceField(
            label="Ce changement concerne", choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.ONE
        )


class AbsenceForm(forms.Form):
    """Away, and who stands in."""

    starts_on = forms.DateField(label="Du", widget=DAY)
    ends_on = forms.DateField(label="Au (inclus)", widget=DAY)

    def __init__(self, *args: Any, colleagues: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["replaced_by"] = forms.TypedChoiceField(
            label="Remplacé par", choices=[("", "Personne"), *colleagues], coerce=int, empty_value=None, required=False,
            help_text="Vos rendez-vous de ces jours passent à cette personne. Elle doit être dans le cercle de chacun.",
        )  # fmt: skip


class HoursForm(forms.Form):
    """The usual week: two hours a day, or none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in enumerate(WEEKDAYS):
            for key, label in (("opens", "de"), ("closes", "à")):
                self.fields[f"{key}_{weekday}"] = forms.TimeField(label=f"{name}, {label}", widget=HOUR, required=False)

    def clean(self) -> dict[str, Any]:
        """A day has both hours or none."""
        data = super().clean() or {}
        for weekday in range(7):
            opens, closes = data.get(f"opens_{weekday}"), data.get(f"closes_{weekday}")
            if (opens is None) != (closes is None) and not {f"opens_{weekday}", f"closes_{weekday}"} & set(self.errors):
                self.add_error(
                    f"closes_{weekday}" if opens else f"opens_{weekday}", "Donnez les deux heures, ou aucune."
                )
        return data

    def hours(self) -> dict[int, tuple[time, time] | None]:
        """By day of the week."""
        data = self.cleaned_data
        return {
            day: (data[f"opens_{day}"], data[f"closes_{day}"]) if data[f"opens_{day}"] else None for day in range(7)
        }


class FeedForm(forms.Form):
    """A calendar address."""

    label = forms.CharField(label="Pour quel appareil ou agenda", max_length=40, required=False)


class CalendarForm(forms.Form):
    """A calendar file."""

    file = forms.FileField(
        label="Fichier de calendrier (.ics)", widget=forms.FileInput(attrs={"accept": ".ics,text/calendar"})
    )
