"""What the cell types."""

import datetime as dt

from django import forms

from pepites.common.clock import today
from pepites.regional.enums import Decision


def _required(message: str) -> dict[str, str]:
    return {"required": message}


class DecisionForm(forms.Form):
    """A decision on a card; the reason is asked for by the service, except for a link."""

    decision = forms.ChoiceField(choices=Decision.choices, error_messages=_required("Choisissez une décision."))
    reason = forms.CharField(label="Motif", max_length=300, required=False)


class DomainForm(forms.Form):
    """Who answers for a domain, and its charter."""

    referent = forms.CharField(label="Référent d'identitovigilance", max_length=120, required=False)
    cell_contact = forms.CharField(
        label="Comment joindre sa cellule", help_text="Téléphone ou messagerie.", max_length=200, required=False
    )
    charter_signed_on = forms.DateField(
        label="Charte signée le",
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Indiquez une date valable."},
    )
    active = forms.BooleanField(
        label="Ce domaine envoie ses identités", help_text="Décoché, ses messages sont refusés.", required=False
    )

    def clean_charter_signed_on(self) -> dt.date | None:
        """A signature is past."""
        day: dt.date | None = self.cleaned_data["charter_signed_on"]
        if day is not None and day > today():
            raise forms.ValidationError("La date de signature doit être passée.")
        return day


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(
        label="Motif", max_length=300, error_messages=_required("Dites pourquoi, en quelques mots.")
    )
