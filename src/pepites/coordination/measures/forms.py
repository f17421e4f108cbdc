"""Form of a measure of protection."""

from collections.abc import Sequence
from typing import Any

from django import forms

from pepites.coordination.forms import DAY, KeyedForm
from pepites.coordination.measures.enums import Extent, MeasureKind

CONTACT, PRACTICE = "proche:", "lieu:"


class MeasureForm(KeyedForm):
    """What the judgement says."""

    kind = forms.ChoiceField(label="Mesure", choices=MeasureKind.choices)
    extent = forms.ChoiceField(
        label="Elle porte sur", choices=Extent.choices, widget=forms.RadioSelect,
        help_text="Un mandataire chargé du seul patrimoine ne lit rien des soins.",
    )  # fmt: skip
    starts_on = forms.DateField(label="Depuis le", widget=DAY)
    ends_on = forms.DateField(label="Jusqu'au", widget=DAY, required=False)
    proof = forms.CharField(label="Jugement ou pièce vue", max_length=200, required=False)

    def __init__(self, *args: Any, holders: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder"] = forms.ChoiceField(
            label="Exercée par", choices=[("", "Choisir"), *holders],
            help_text="Un contact de la personne, ou un mandataire du cercle. Absent de la liste : ajoutez-le d'abord.",
        )  # fmt: skip
        self.order_fields(("cle", "kind", "extent", "holder", "starts_on", "ends_on", "proof"))
