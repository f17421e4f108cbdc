"""Forms of the bris de glace."""

from django import forms

from pepites.access.enums import EmergencyMotive, ReviewResult
from pepites.accounts.forms import CodeForm


class EmergencyForm(CodeForm):
    """Why the file must be opened now, and the second factor again."""

    motive = forms.ChoiceField(
        label="Motif",
        choices=EmergencyMotive.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le motif."},
    )
    explanation = forms.CharField(
        label="Expliquez l'urgence",
        help_text="Une phrase, 15 caractères au moins. Elle sera lue par ceux qui examineront cet accès.",
        min_length=15,
        max_length=1000,
        widget=forms.Textarea({"rows": 3}),
        error_messages={
            "required": "Expliquez l'urgence en une phrase.",
            "min_length": "Expliquez l'urgence en une phrase (15 caractères au moins).",
        },
    )
    field_order = ("motive", "explanation", "code")


class ReviewForm(forms.Form):
    """The reviewer's finding."""

    result = forms.ChoiceField(
        label="Votre avis",
        choices=ReviewResult.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un avis."},
    )
    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=1000,
        help_text="Obligatoire si l'accès n'est pas légitime.",
        widget=forms.Textarea({"rows": 3}),
    )
