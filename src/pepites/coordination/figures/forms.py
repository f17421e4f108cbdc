"""What a reader of a dashboard chooses: the period, and for the coordination the days, a commune, a référent."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from pepites.common.clock import today
from pepites.coordination.figures.periods import LONGEST, Period, offered, read_period


def _day(label: str) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))


def period_choices(day: date) -> list[tuple[str, str]]:
    """The periods offered, by their code."""
    return [(one.code, one.label.capitalize()) for one in offered(day)]


class PeriodForm(forms.Form):
    """The period alone: what whoever reads figures without reading files may choose."""

    periode = forms.ChoiceField(label="Période", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["periode"].choices = period_choices(today())  # type: ignore[attr-defined]

    def period(self) -> Period:
        """The period asked for, else this month."""
        return read_period(str(self.cleaned_data.get("periode") or ""), today())


class NarrowForm(PeriodForm):
    """Free days win over the period when both are given."""

    du = _day("Ou du")
    au = _day("Au")
    commune = forms.ChoiceField(label="Commune", required=False)
    referent = forms.ChoiceField(label="Référent", required=False)

    def __init__(
        self, *args: Any, communes: Sequence[tuple[str, str]], referents: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["commune"].choices = [("", "Toutes"), *communes]  # type: ignore[attr-defined]
        self.fields["referent"].choices = [("", "Tous"), *referents]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Both days or none, in order, not to come, five years at most."""
        data = super().clean() or {}
        since, upto = data.get("du"), data.get("au")
        if {"du", "au"} & set(self.errors) or (since is None and upto is None):
            return data
        if since is None or upto is None:
            self.add_error("au" if upto is None else "du", "Donnez les deux dates.")
        elif not since <= upto <= today() or upto - since > LONGEST:
            self.add_error(
                "au", "La fin doit suivre le début, n'être pas dans l'avenir, et cinq ans au plus les séparer."
            )
        return data

    def period(self) -> Period:
        """Free days, else the period asked for."""
        since, upto = self.cleaned_data.get("du"), self.cleaned_data.get("au")
        return Period(since, upto) if since and upto else super().period()
