"""Forms of the training."""

from datetime import timedelta
from typing import Any

from django import forms

from pepites.common.clock import today
from pepites.directory.models import PractitionerRole
from pepites.networks.models import Network
from pepites.training.enums import HalfDay, Presence


class CopyForm(forms.Form):
    """Which network to copy, how many persons, until when."""

    network = forms.ChoiceField(label="Réseau à copier")
    wanted = forms.IntegerField(
        label="Nombre de personnes fictives", min_value=5, max_value=60, initial=20,
        error_messages={"required": "Écrivez un nombre entre 5 et 60.", "min_value": "Cinq personnes au moins.",
                        "max_value": "Soixante personnes au plus."},
    )  # fmt: skip
    expires_on = forms.DateField(
        label="Fin de la formation", help_text="Le lendemain, la copie se ferme d'elle-même.",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choisissez la date de fin.", "invalid": "Écrivez une date : jour, mois, année."},
    )  # fmt: skip

    def __init__(self, sources: list[Network], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["network"].choices = [(str(one.pk), one.name) for one in sources]  # type: ignore[attr-defined]
        self.fields["expires_on"].initial = today() + timedelta(weeks=6)


class TraineeForm(forms.Form):
    """Who is trained."""

    login = forms.CharField(
        label="Identifiant du compte", max_length=80, error_messages={"required": "Écrivez l'identifiant du compte."}
    )


class SessionForm(forms.Form):
    """One day."""

    day = forms.DateField(
        label="Jour", widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": "Choisissez le jour.", "invalid": "Écrivez une date : jour, mois, année."},
    )  # fmt: skip
    place = forms.CharField(label="Lieu", max_length=120, error_messages={"required": "Écrivez le lieu."})


class AttendanceForm(forms.Form):
    """Two choices a trainee: morning, afternoon."""

    def __init__(
        self, trainees: list[PractitionerRole], held: dict[tuple[int, str], str], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._names: dict[str, tuple[int, str]] = {}
        for trainee in trainees:
            for half in HalfDay:
                name = f"{trainee.pk}-{half}"
                self._names[name] = (trainee.pk, str(half))
                self.fields[name] = forms.ChoiceField(
                    label=f"{trainee.professional.display_name}, {half.label.lower()}", required=False,
                    choices=[("", "Non noté"), *Presence.choices], initial=held.get((trainee.pk, str(half)), ""),
                )  # fmt: skip

    def presences(self) -> dict[tuple[int, str], str]:
        """What was chosen, by (practice, half day)."""
        return {key: str(self.cleaned_data[name]) for name, key in self._names.items()}
