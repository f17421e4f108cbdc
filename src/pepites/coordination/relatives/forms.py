"""Forms of the person and their carers in the circle."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pepites.access.enums import ConsentMode, GivenBy
from pepites.coordination.relatives.enums import RelativeRight

PERSON = "personne"


class RelativeForm(forms.Form):
    """Who, what they may do, and how the person agreed."""

    rights = forms.MultipleChoiceField(
        label="Ce que la personne autorise", choices=RelativeRight.choices, widget=forms.CheckboxSelectMultiple
    )
    mode = forms.ChoiceField(label="Comment l'accord a été donné", choices=ConsentMode.choices)
    given_by = forms.ChoiceField(label="Qui a donné l'accord", choices=GivenBy.choices)

    def __init__(self, *args: Any, contacts: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(PERSON, "La personne elle-même"), *contacts]
        self.fields["who"] = forms.ChoiceField(
            label="Pour qui", choices=choices, widget=forms.RadioSelect,
            help_text="" if contacts else "Pour un proche, ajoutez-le d'abord aux contacts.",
        )  # fmt: skip
        self.order_fields(("who", "rights", "mode", "given_by"))
