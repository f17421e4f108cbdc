"""What the cell types."""

from django import forms

from pepites.regional.enums import Decision


def _required(message: str) -> dict[str, str]:
    return {"required": message}


class DecisionForm(forms.Form):
    """A decision on a card; the reason is asked for by the service, except for a link."""

    decision = forms.ChoiceField(choices=Decision.choices, error_messages=_required("Choisissez une décision."))
    reason = forms.CharField(label="Motif", max_length=300, required=False)


class ReasonForm(forms.Form):
    """Why something is undone."""

    reason = forms.CharField(
        label="Motif", max_length=300, error_messages=_required("Dites pourquoi, en quelques mots.")
    )
