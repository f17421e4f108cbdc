"""Forms of a pathway: its opening by the network's criteria, its protocols."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.forms import BoundField

from pepites.coordination.forms import DAY
from pepites.coordination.protocols.enums import Anchor

MET, STARTED, ANCHOR = "critere-", "commencer-", "jour-"


class InclusionForm(forms.Form):
    """The criteria of a network, ticked one by one, and the protocols that may start at once."""

    opened_on = forms.DateField(label="Ouvert le", widget=DAY)

    def __init__(
        self,
        data: Any = None,
        *,
        criteria: Sequence[Mapping[str, Any]],
        protocols: Sequence[Mapping[str, Any]],
        birth_date: date | None,
        opened_on: date,
    ) -> None:
        super().__init__(data, initial={"opened_on": opened_on})
        self.criteria, self.protocols = criteria, protocols
        for one in criteria:
            label = f"{one['title']} (nécessaire)" if one["needed"] else one["title"]
            self.fields[f"{MET}{one['code']}"] = forms.BooleanField(label=label, required=False, help_text=one["hint"])
        self.fields["waiver"] = forms.CharField(
            label="Explication, si un critère nécessaire manque", max_length=300, required=False
        )
        for one in protocols:
            first = birth_date if one["anchor"] == Anchor.BIRTH else opened_on
            self.fields[f"{STARTED}{one['code']}"] = forms.BooleanField(
                label=f"Commencer : {one['title']}", required=False, initial=True
            )
            self.fields[f"{ANCHOR}{one['code']}"] = forms.DateField(
                label=Anchor(one["anchor"]).label, required=False, widget=DAY, initial=first
            )

    def clean(self) -> dict[str, Any]:
        """A protocol that starts has its day."""
        data = super().clean() or {}
        for one in self.protocols:
            day = f"{ANCHOR}{one['code']}"
            if data.get(f"{STARTED}{one['code']}") and data.get(day) is None and day not in self.errors:
                self.add_error(day, "Donnez ce jour, ou décochez le parcours.")
        return data

    def met(self) -> frozenset[str]:
        """Codes of the criteria that hold."""
        return frozenset(one["code"] for one in self.criteria if self.cleaned_data[f"{MET}{one['code']}"])

    def anchors(self) -> dict[str, date]:
        """The protocols to start, each with its day."""
        chosen = [one["code"] for one in self.protocols if self.cleaned_data[f"{STARTED}{one['code']}"]]
        return {code: self.cleaned_data[f"{ANCHOR}{code}"] for code in chosen}

    def criteria_fields(self) -> list[BoundField]:
        """To print."""
        return [self[f"{MET}{one['code']}"] for one in self.criteria]

    def protocol_fields(self) -> list[tuple[BoundField, BoundField]]:
        """To print: start or not, and from when."""
        return [(self[f"{STARTED}{one['code']}"], self[f"{ANCHOR}{one['code']}"]) for one in self.protocols]


class AnchorForm(forms.Form):
    """The day from which the steps are counted."""

    anchor_on = forms.DateField(label="Jour de référence", widget=DAY)


class StartForm(AnchorForm):
    """A protocol of the case's settings."""

    field_order = ("protocol", "anchor_on")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["protocol"] = forms.ChoiceField(label="Parcours", choices=choices, widget=forms.RadioSelect)
        self.order_fields(self.field_order)
